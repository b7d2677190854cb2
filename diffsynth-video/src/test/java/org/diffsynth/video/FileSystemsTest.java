package org.diffsynth.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Videos in file systems that the operating system does not know: in memory and in a ZIP file. */
class FileSystemsTest {

  @TempDir Path folder;

  private FileSystem zip() throws IOException {
    URI uri = URI.create("jar:" + folder.resolve("a.zip").toUri());
    return FileSystems.newFileSystem(uri, Map.of("create", "true"));
  }

  private static Frame noise() {
    byte[] samples = new byte[320 * 240 * 3];
    new Random(1).nextBytes(samples);
    return Frame.ofRgb8(320, 240, samples);
  }

  private static List<Path> list(Path path) throws IOException {
    try (var entries = Files.list(path)) {
      return entries.toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mp4", "mov", "mkv", "webm", "avi", "gif"})
  void video_inMemory_hasTheBytesOfADiskFile(String extension) throws IOException {
    Video scene = VideoFilesTest.scene(5, 96, 64);
    byte[] onDisk =
        Files.readAllBytes(
            VideoFilesTest.write(folder.resolve("a." + extension), scene, VideoSettings.DEFAULT));
    try (FileSystem memory = Jimfs.newFileSystem(Configuration.unix())) {
      Path file = memory.getPath("/videos/a." + extension);
      VideoFilesTest.write(file, scene, VideoSettings.DEFAULT);
      assertThat(Files.readAllBytes(file)).isEqualTo(onDisk);
      assertThat(list(file.getParent())).containsExactly(file);
      assertThat(VideoFilesTest.read(file).frames())
          .isEqualTo(VideoFilesTest.read(folder.resolve("a." + extension)).frames());
    }
    assertThat(list(folder)).hasSize(1); // nothing was written beside the memory
  }

  @ParameterizedTest
  @ValueSource(strings = {"mp4", "mkv", "avi"})
  void video_inAZipFile_isWrittenReplacedAndRead(String extension) throws IOException {
    Video scene = VideoFilesTest.scene(3, 96, 64);
    try (FileSystem zip = zip()) {
      VideoFilesTest.write(zip.getPath("a." + extension), scene, VideoSettings.DEFAULT);
      VideoFilesTest.write(
          zip.getPath("a." + extension), scene, VideoSettings.DEFAULT.withOverwrite(true));
    }
    try (FileSystem zip = zip()) {
      assertThat(VideoFilesTest.read(zip.getPath("/a." + extension)).size()).isEqualTo(3);
      assertThat(list(zip.getPath("/"))).hasSize(1);
    }
  }

  @Test
  void audio_ofAFileInMemory_isCopied() throws IOException {
    Video scene = VideoFilesTest.scene(25, 64, 48);
    try (FileSystem memory = Jimfs.newFileSystem(Configuration.windows())) {
      Path sound = memory.getPath("C:\\sound.wav");
      Files.write(sound, CopiedStreamsTest.wavBytes(1));
      Path file = memory.getPath("C:\\a.mkv");
      VideoFilesTest.write(file, scene, VideoSettings.DEFAULT.withStreamsFrom(sound));
      assertThat(CopiedStreamsTest.audioOf(file)).hasSize(16_000);
    }
  }

  @Test
  void video_whenNotCommitted_leavesNothing() throws IOException {
    try (FileSystem memory = Jimfs.newFileSystem(Configuration.unix())) {
      Path file = memory.getPath("/v/a.mp4");
      try (FrameSink sink = VideoFiles.create(file, VideoSettings.DEFAULT)) {
        sink.write(VideoFilesTest.scene(1, 64, 48).frame(0));
      }
      assertThat(list(file.getParent())).isEmpty();
    }
  }

  @Test
  void exception_ofTheFileSystem_isTheCause() throws IOException {
    Frame noise = noise();
    Path file = folder.resolve("noise.mkv");
    Video video = Video.of(List.of(noise, noise, noise, noise), VideoSettings.DEFAULT.frameRate());
    VideoFilesTest.write(file, video, VideoSettings.DEFAULT.withCodec(VideoCodec.FFV1));
    FileSystem memory = Jimfs.newFileSystem(Configuration.unix());
    Path copy = memory.getPath("/noise.mkv");
    Files.copy(file, copy);
    try (FrameSource source = VideoFiles.open(copy)) {
      memory.close();
      assertThatThrownBy(() -> Video.readAll(source))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("noise.mkv")
          .hasRootCauseInstanceOf(ClosedChannelException.class);
    }
  }

  @Test
  void memory_thatIsFull_failsAndLeavesNothing() throws IOException {
    Configuration small =
        Configuration.unix().toBuilder().setMaxSize(400_000).setBlockSize(4096).build();
    Frame noise = noise();
    try (FileSystem memory = Jimfs.newFileSystem(small)) {
      Path file = memory.getPath("/a.mkv");
      VideoSettings lossless = VideoSettings.DEFAULT.withCodec(VideoCodec.FFV1);
      assertThatThrownBy(
              () ->
                  VideoFiles.write(
                      file,
                      lossless,
                      sink -> {
                        for (int i = 0; i < 20; i++) {
                          sink.write(noise);
                        }
                      }))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no room for /a.mkv");
      assertThat(file).doesNotExist();
    }
  }

  @Test
  void interruptedThread_readsAndWritesOn() throws IOException {
    Video scene = VideoFilesTest.scene(3, 96, 64);
    try (FileSystem memory = Jimfs.newFileSystem(Configuration.unix())) {
      Thread.currentThread().interrupt();
      Path file = memory.getPath("/a.mp4");
      VideoFiles.write(
          file,
          VideoSettings.DEFAULT,
          sink -> {
            for (Frame frame : scene) {
              sink.write(frame);
            }
          });
      assertThat(Thread.interrupted()).isTrue();
      assertThat(VideoFilesTest.read(file).size()).isEqualTo(3);
    } finally {
      Thread.interrupted();
    }
  }
}
