package org.diffsynth.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Videos from bytes and streams, and to streams. */
class VideoStreamsTest {

  @TempDir Path folder;

  private static List<Path> spooled() throws IOException {
    try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files.filter(f -> f.getFileName().toString().startsWith(".diffsynth-stream")).toList();
    }
  }

  private static void writeAll(OutputStream out, String extension, Video video) throws IOException {
    VideoFiles.write(
        out,
        extension,
        VideoSettings.DEFAULT.withFrameRate(video.format().frameRate()),
        sink -> {
          for (Frame frame : video) {
            sink.write(frame);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"mp4", "mov", "mkv", "webm", "avi", "gif"})
  void video_writtenToAStream_hasTheBytesOfAFile(String extension) throws IOException {
    Video scene = VideoFilesTest.scene(4, 96, 64);
    Path file =
        VideoFilesTest.write(folder.resolve("a." + extension), scene, VideoSettings.DEFAULT);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    writeAll(out, extension, scene);
    assertThat(out.toByteArray()).isEqualTo(Files.readAllBytes(file));
    try (FrameSource source = VideoFiles.open(out.toByteArray())) {
      assertThat(Video.readAll(source).frames()).isEqualTo(VideoFilesTest.read(file).frames());
    }
    assertThat(spooled()).isEmpty();
  }

  @Test
  void stream_withItsSound_passesThrough() throws IOException {
    Path sound = Files.write(folder.resolve("s.wav"), CopiedStreamsTest.wavBytes(1));
    Path file = folder.resolve("a.mkv");
    VideoFilesTest.write(
        file, VideoFilesTest.scene(25, 64, 48), VideoSettings.DEFAULT.withStreamsFrom(sound));
    ByteArrayOutputStream reply = new ByteArrayOutputStream();
    try (InputStream upload = Files.newInputStream(file)) {
      passOn(upload, reply);
    }
    Path result = Files.write(folder.resolve("b.mkv"), reply.toByteArray());
    assertThat(CopiedStreamsTest.audioOf(result))
        .isEqualTo(CopiedStreamsTest.audioOf(file))
        .isNotEmpty();
    assertThat(spooled()).isEmpty();
  }

  /** The example in the Javadoc of {@link VideoFiles#open(InputStream, long)}. */
  private static void passOn(InputStream upload, OutputStream reply) throws IOException {
    try (FrameSource input = VideoFiles.open(upload, 500_000_000)) {
      VideoSettings settings =
          VideoSettings.DEFAULT.withFrameRate(input.format().frameRate()).withStreamsFrom(input);
      VideoFiles.write(
          reply,
          "mkv",
          settings,
          sink -> {
            for (Frame frame = input.read(); frame != null; frame = input.read()) {
              sink.write(frame);
            }
          });
    }
  }

  @Test
  void stream_longerThanTheLimit_isRefused() throws IOException {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 7;
          }
        };
    assertThatThrownBy(() -> VideoFiles.open(endless, 100_000))
        .isInstanceOf(IOException.class)
        .hasMessage("the stream is longer than the limit of 100000 bytes");
    assertThat(spooled()).isEmpty();
  }

  @Test
  void stream_thatIsNoVideo_isNamedAsTheStream() throws IOException {
    assertThatThrownBy(() -> VideoFiles.open(new ByteArrayInputStream(new byte[3000]), 5000))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("the stream is not a video that can be read");
    assertThatThrownBy(() -> VideoFiles.open(new byte[0]))
        .isInstanceOf(IOException.class)
        .hasMessage("the stream is empty");
    assertThat(spooled()).isEmpty();
  }

  @Test
  void failure_whileWriting_writesNothing() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Frame frame = VideoFilesTest.scene(1, 64, 48).frame(0);
    assertThatThrownBy(
            () ->
                VideoFiles.write(
                    out,
                    "mp4",
                    VideoSettings.DEFAULT,
                    sink -> {
                      sink.write(frame);
                      throw new IOException("the model failed");
                    }))
        .hasMessage("the model failed");
    assertThat(out.size()).isZero();
    assertThat(spooled()).isEmpty();
  }

  @Test
  void extension_ofNoContainer_isRefused() {
    assertThatThrownBy(
            () ->
                VideoFiles.write(
                    new ByteArrayOutputStream(), "png", VideoSettings.DEFAULT, sink -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("extension must be one of [avi, gif, m4v, mkv, mov, mp4, webm], but was 'png'");
  }

  @Test
  void streams_ofAnotherSource_areRefused() throws IOException {
    Path file =
        VideoFilesTest.write(
            folder.resolve("a.mp4"), VideoFilesTest.scene(1, 64, 48), VideoSettings.DEFAULT);
    try (FrameSource source = VideoFiles.open(file)) {
      assertThatThrownBy(() -> VideoSettings.DEFAULT.withStreamsFrom(source))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("withStreamsFrom(Path)");
    }
  }
}
