package org.diffsynth.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.scene.MovingScene;
import org.diffsynth.video.VideoCodec;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The samples of extension points run, and every sample says how to run it. */
class ExtensionSamplesTest {

  private static final Path SOURCES = Path.of("src/main/java/org/diffsynth/samples");
  private static final int MOST_LINES = 80;

  @TempDir static Path folder;

  private static String input;
  private static String style;

  @BeforeAll
  static void writeScene() throws IOException {
    MovingScene scene = MovingScene.DEFAULT.withSize(64, 64).withFrames(4);
    input = write(scene.guide(), "input.mkv");
    style = write(scene.flickering(), "style.mkv");
  }

  private static String write(FrameSource frames, String name) throws IOException {
    Path file = folder.resolve(name);
    VideoFiles.write(
        file,
        VideoSettings.DEFAULT.withCodec(VideoCodec.FFV1),
        sink -> {
          for (Frame frame : Video.readAll(frames)) {
            sink.write(frame);
          }
        });
    return file.toString();
  }

  private static Video read(String file) throws IOException {
    try (FrameSource source = VideoFiles.open(Path.of(file))) {
      return Video.readAll(source);
    }
  }

  @Test
  void ownBackend_laysAMosaicOfFewColours() throws IOException {
    String out = folder.resolve("painted.mkv").toString();
    OwnBackend.main(new String[] {input, out});
    assertThat(read(out).size()).isEqualTo(4);
    assertThat(distance(read(out).frames().get(0)))
        .isLessThan(distance(read(input).frames().get(0)) / 2);
  }

  /** Returns the mean distance of the samples to the values that the backend paints with. */
  private static double distance(Frame frame) {
    double sum = 0;
    for (byte sample : frame.toRgb8()) {
      int value = sample & 0xFF;
      sum += Math.min(Math.min(value, 255 - value), Math.abs(value - 128));
    }
    return sum / frame.toRgb8().length;
  }

  @Test
  void ownDeflicker_isSteadierThanItsInput() throws IOException {
    String out = folder.resolve("faded.mkv").toString();
    OwnDeflicker.main(new String[] {input, style, out});
    assertThat(change(read(out))).isLessThan(change(read(style)));
  }

  private static long change(Video video) {
    long sum = 0;
    for (int i = 1; i < video.size(); i++) {
      byte[] now = video.frames().get(i).toRgb8();
      byte[] before = video.frames().get(i - 1).toRgb8();
      for (int k = 0; k < now.length; k++) {
        sum += Math.abs((now[k] & 0xFF) - (before[k] & 0xFF));
      }
    }
    return sum;
  }

  @Test
  void ownSchedulerAnnotatorAndSource_writeVideos() throws IOException {
    String model = "../diffsynth-onnx/src/test/resources/tiny-sd/model";
    String styled = folder.resolve("styled.mkv").toString();
    OwnScheduler.main(new String[] {model, input, styled});
    assertThat(read(styled).size()).isEqualTo(4);
    String edges = folder.resolve("edges.mkv").toString();
    OwnAnnotator.main(new String[] {input, edges});
    assertThat(read(edges).size()).isEqualTo(4);
    assertThat(OwnAnnotator.controlNet(Path.of("edges")).annotator()).isPresent();
    String steady = folder.resolve("steady.mkv").toString();
    OwnFrameSource.main(new String[] {steady});
    assertThat(read(steady).size()).isEqualTo(12);
  }

  static List<String> samples() throws IOException {
    try (Stream<Path> files = Files.list(SOURCES)) {
      return files
          .map(file -> file.getFileName().toString().replace(".java", ""))
          .filter(name -> !name.equals("package-info"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void sample_withoutArguments_printsHowToRunIt(String name) throws Exception {
    PrintStream before = System.err;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setErr(new PrintStream(printed, true));
    try {
      Class.forName("org.diffsynth.samples." + name)
          .getMethod("main", String[].class)
          .invoke(null, (Object) new String[0]);
    } finally {
      System.setErr(before);
    }
    assertThat(printed.toString()).startsWith("usage: samples/run " + name + " ");
    String source = Files.readString(SOURCES.resolve(name + ".java"));
    assertThat(source).contains("<p>Run: {@code samples/run " + name);
    assertThat(Files.readString(Path.of("README.md"))).contains("`" + name + "`");
    assertThat(source.lines().filter(ExtensionSamplesTest::isCode).count()).isLessThan(MOST_LINES);
  }

  private static boolean isCode(String line) {
    return !line.isBlank() && !line.strip().matches("(import |package |/?\\*|//).*");
  }
}
