package org.diffsynth.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.global.avcodec;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Videos with frames at irregular times, cut clips and recordings that were never finished. */
class FrameTimesTest {

  /** Times in 1/1000 s: 30 frames per second with a pause of 5 s, a gap and some jitter. */
  private static final long[] MILLIS = {0, 33, 67, 5067, 5100, 5133, 5233, 5267, 5300};

  @TempDir Path folder;

  private static FrameTimes variable(long... millis) {
    return FrameTimes.of(
        new FrameRate(1656, 1000), false, millis, 5333, 1, 1000, Double.NaN, 0, Path.of("other"));
  }

  private Path write(String name, FrameTimes times) throws IOException {
    Path file = folder.resolve(name);
    VideoFiles.write(
        file,
        VideoSettings.DEFAULT.withTimes(times),
        sink -> {
          for (int i = 0; i < MILLIS.length; i++) {
            sink.write(TestFrames.texture(64, 48, i));
          }
        });
    return file;
  }

  @ParameterizedTest
  @CsvSource({"mp4, 0.0005", "mov, 0.0005", "mkv, 0.001", "webm, 0.001", "gif, 0.006"})
  void times_written_areReadAgain(String extension, double error) throws IOException {
    Path file = write("a." + extension, variable(MILLIS));
    FrameTimes times = FrameTimes.of(file);
    assertThat(times.isConstant()).isFalse();
    assertThat(times.count()).isEqualTo(MILLIS.length);
    for (int i = 0; i < MILLIS.length; i++) {
      assertThat(times.secondsAt(i)).as("frame %d", i).isCloseTo(MILLIS[i] / 1e3, within(error));
    }
    assertThat(times.steadyRate()).isEqualTo(FrameRate.of(30));
    assertThat(VideoFilesTest.read(file).size()).isEqualTo(MILLIS.length);
  }

  @Test
  void times_inAvi_becomeAConstantRate() throws IOException {
    Path file = write("a.avi", variable(MILLIS));
    Video video = VideoFilesTest.read(file);
    assertThat(video.format().frameRate()).isEqualTo(FrameRate.of(30));
    assertThat(video.size()).isEqualTo(160); // 5.333 s
    assertThat(video.frame(151)).isEqualTo(TestFrames.texture(64, 48, 2));
    assertThat(video.frame(152)).isEqualTo(TestFrames.texture(64, 48, 3)); // 5.067 s
  }

  @Test
  void times_ofTheFileThatStreamsComeFrom_areCarried() throws IOException {
    Path input = write("in.mkv", variable(MILLIS));
    Path output = folder.resolve("out.mp4");
    try (FrameSource source = VideoFiles.open(input)) {
      VideoFiles.write(
          output,
          VideoSettings.DEFAULT.withFrameRate(source.format().frameRate()).withStreamsFrom(input),
          sink -> {
            for (Frame frame = source.read(); frame != null; frame = source.read()) {
              sink.write(frame);
            }
          });
    }
    FrameTimes times = FrameTimes.of(output);
    assertThat(times.count()).isEqualTo(MILLIS.length);
    assertThat(times.secondsAt(3)).isCloseTo(5.067, within(0.001));
  }

  @Test
  void smallJitter_isAConstantRate() throws IOException {
    long[] millis = new long[MILLIS.length];
    for (int i = 0; i < millis.length; i++) {
      millis[i] = Math.round(i * 1000 / 30.02) + i % 3 * 4; // a phone
    }
    FrameTimes times = FrameTimes.of(write("a.mp4", variable(millis)));
    assertThat(times.isConstant()).isTrue();
    assertThat(times.frameRate().framesPerSecond()).isBetween(29.0, 30.5);
  }

  @Test
  void usualRates_snapOnlyWhatIsTheSame() {
    assertThat(UsualRates.snapped(new FrameRate(2997, 100), 2e-4))
        .isEqualTo(new FrameRate(30000, 1001));
    assertThat(UsualRates.snapped(new FrameRate(3002, 100), 2e-4))
        .isEqualTo(new FrameRate(3002, 100));
    assertThat(UsualRates.snapped(FrameRate.of(24), 2e-4)).isEqualTo(FrameRate.of(24));
  }

  private Path resource(String name) throws IOException {
    Path file = folder.resolve(name);
    try (InputStream in = FrameTimesTest.class.getResourceAsStream(name)) {
      Files.copy(in, file);
    }
    return file;
  }

  @Test
  void framesBeforeTheFirstKeyFrame_areLeftOutAndTheSoundStays() throws IOException {
    Path file = resource("cut-between-key-frames.mkv");
    FrameTimes times = FrameTimes.of(file);
    assertThat(times.leftOut()).isEqualTo(2);
    Video video = VideoFilesTest.read(file);
    assertThat(video.size()).isEqualTo(38);
    Path output = folder.resolve("out.mkv");
    VideoSettings settings = VideoSettings.DEFAULT.withStreamsFrom(file);
    VideoFilesTest.write(output, video, settings);
    // In the input, the sound starts 0.078 s before the first frame that can be decoded.
    assertThat(firstTime(output, 0) - firstTime(output, 1)).isCloseTo(0.078, within(0.001));
  }

  private static double firstTime(Path file, int stream) throws IOException {
    try (VideoInput input = VideoInput.open(file)) {
      AVPacket packet = avcodec.av_packet_alloc();
      List<Double> times = new ArrayList<>();
      while (input.readPacket(packet)) {
        if (packet.stream_index() == stream) {
          var base = input.context().streams(stream).time_base();
          times.add(packet.pts() * (double) base.num() / base.den());
        }
        avcodec.av_packet_unref(packet);
      }
      avcodec.av_packet_free(packet);
      return times.stream().min(Double::compare).orElseThrow();
    }
  }

  @Test
  void nullFrames_inAvi_repeatTheFrameBefore() throws IOException {
    Video video = VideoFilesTest.read(resource("null-frames.avi"));
    assertThat(video.size()).isEqualTo(20);
    assertThat(video.format().frameRate()).isEqualTo(FrameRate.of(25));
    assertThat(video.frame(8)).isEqualTo(video.frame(7));
    assertThat(video.frame(9)).isEqualTo(video.frame(7));
    assertThat(video.frame(10)).isNotEqualTo(video.frame(7));
  }

  @Test
  void recording_thatWasNeverFinished_isReadAsFarAsItGoes() throws IOException {
    assertThat(VideoFilesTest.read(resource("unfinished.mkv")).size()).isEqualTo(14);
  }

  @Test
  void diskThatIsNearlyFull_stopsWhileTheFileCanBeFinished() throws IOException {
    Path file = folder.resolve("a.mp4");
    Path temporary = Files.createTempFile(folder, "a", ".part");
    int[] calls = {0};
    try (VideoWriter writer =
        new VideoWriter(
            file,
            VideoSettings.DEFAULT,
            VideoCodec.H264,
            temporary,
            () -> {},
            path -> calls[0]++ < 5 ? 1L << 40 : 1 << 19)) {
      for (int i = 0; i < 4; i++) {
        writer.write(TestFrames.texture(64, 48, i));
      }
      assertThatThrownBy(() -> writer.write(TestFrames.texture(64, 48, 4)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no room for")
          .hasMessageContaining("free on its disk");
      writer.commit();
    }
    assertThat(VideoFilesTest.read(file).size()).isEqualTo(4);
  }
}
