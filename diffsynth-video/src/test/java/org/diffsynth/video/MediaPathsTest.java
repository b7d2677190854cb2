package org.diffsynth.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffsynth.frame.Video;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of files that look like addresses, links, pipes, and files that name other files. */
class MediaPathsTest {

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "concat:a.mp4",
        "pipe:1.mp4",
        "data:text,a.mkv",
        "file:a.mp4",
        "http:a.mp4",
        "-a.mp4",
        "50%.mp4",
        "frame%03d.mkv",
        "a?b#c&d.mp4",
        "with  spaces .mp4",
        "Überraschung 日本.mkv",
        "[x]*.mp4",
        "a'b\"c.mkv",
        "subfile,,start,0,end,9,,:a.mp4",
        "async:cache:a.mp4"
      })
  void fileName_thatLooksLikeSomethingElse_isAFile(String name) throws IOException {
    Video scene = VideoFilesTest.scene(2, 64, 48);
    Path file = VideoFilesTest.write(folder.resolve(name), scene, VideoSettings.DEFAULT);
    assertThat(VideoFilesTest.read(file).size()).isEqualTo(2);
    try (var files = Files.list(folder)) {
      assertThat(files.toList()).containsExactly(file);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"list.m3u8", "list.mp4", "list.ffconcat", "list.txt"})
  void playlist_ofOtherFiles_isRefused(String name) throws IOException {
    VideoFilesTest.write(
        folder.resolve("a.mp4"), VideoFilesTest.scene(2, 64, 48), VideoSettings.DEFAULT);
    String hls =
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\na.mp4\n#EXT-X-ENDLIST\n";
    String concat = "ffconcat version 1.0\nfile 'a.mp4'\n";
    for (String text : new String[] {hls, concat}) {
      Path list = Files.writeString(folder.resolve(name), text);
      assertThatThrownBy(() -> VideoFiles.open(list))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(name + " is a playlist, which names other files or addresses");
    }
  }

  @Test
  void address_isNamedAsOne() {
    assertThatThrownBy(() -> VideoFiles.open(Path.of("https://example.org/a.mp4")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is an address; download the file");
    assertThatThrownBy(() -> VideoFiles.open(Path.of("-")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("standard input is not read");
    assertThatThrownBy(() -> VideoFiles.create(Path.of("-"), VideoSettings.DEFAULT))
        .isInstanceOf(IOException.class)
        .hasMessage("standard output cannot be written to; name a file");
  }

  @Test
  void device_isNeitherReadNorWritten() {
    Path device = Path.of("/dev/null");
    assumeTrue(Files.exists(device), "there is no /dev/null on this system");
    assertThatThrownBy(() -> VideoFiles.open(device))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("/dev/null is a pipe or a device")
        .hasMessageContaining("VideoFiles.open(InputStream)");
    assertThatThrownBy(() -> VideoFiles.create(device, VideoSettings.DEFAULT.withOverwrite(true)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("/dev/null is a pipe or a device");
  }

  @Test
  void output_thatIsALink_isWrittenThroughIt() throws IOException {
    Video scene = VideoFilesTest.scene(2, 64, 48);
    Path real = folder.resolve("real.mp4");
    Path link = Files.createSymbolicLink(folder.resolve("link.mp4"), Path.of("real.mp4"));
    VideoFilesTest.write(link, scene, VideoSettings.DEFAULT); // the link leads nowhere yet
    assertThat(link).isSymbolicLink();
    assertThat(VideoFilesTest.read(real).size()).isEqualTo(2);
    VideoFilesTest.write(
        link, VideoFilesTest.scene(3, 64, 48), VideoSettings.DEFAULT.withOverwrite(true));
    assertThat(link).isSymbolicLink();
    assertThat(VideoFilesTest.read(real).size()).isEqualTo(3);
    assertThatThrownBy(() -> VideoFiles.create(link, VideoSettings.DEFAULT))
        .isInstanceOf(FileAlreadyExistsException.class);
  }
}
