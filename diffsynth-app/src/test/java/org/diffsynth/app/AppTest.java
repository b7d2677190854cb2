package org.diffsynth.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.metrics.FrameSimilarity;
import org.diffsynth.testkit.TestFrames;
import org.diffsynth.testkit.scene.MovingScene;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The app, driven as a user would. */
class AppTest {

  private static final int FRAMES = 8;

  @TempDir static Path inputs;
  @TempDir Path folder;

  private static Path guide;
  private static Path style;
  private static Path truth;

  @BeforeAll
  static void paintScene() throws IOException {
    SceneCommand.write(
        MovingScene.DEFAULT.withSize(128, 72).withFrames(FRAMES), inputs, false, Monitor.NONE);
    guide = inputs.resolve("guide.mkv");
    style = inputs.resolve("style.mkv");
    truth = inputs.resolve("truth.mkv");
  }

  private static Video read(Path path) throws IOException {
    try (FrameSource source = VideoFiles.open(path)) {
      return Video.readAll(source);
    }
  }

  private Path write(String name, List<Frame> frames) throws IOException {
    Path file = folder.resolve(name);
    try (FrameSink sink = VideoFiles.create(file, VideoSettings.DEFAULT)) {
      for (Frame frame : frames) {
        sink.write(frame);
      }
      sink.commit();
    }
    return file;
  }

  private static double warpError(Path video) {
    String json = Outcomes.run("measure", "--guide", guide, "--video", video, "--json", "-q").out();
    return Double.parseDouble(json.replaceAll(".*\"e_warp\": ([^,]+),.*\\R*", "$1"));
  }

  private static double psnr(Video a, Video b) {
    double sum = 0;
    for (int i = 0; i < a.size(); i++) {
      sum += FrameSimilarity.psnr(a.frame(i), b.frame(i));
    }
    return sum / a.size();
  }

  @Test
  void deflicker_ofTheScene_isFarSteadierAndNoFartherFromTheTruth() throws IOException {
    Path out = folder.resolve("steady.mkv");
    Path report = folder.resolve("new folder/report.html");
    Outcomes.Outcome outcome =
        Outcomes.run(
            "deflicker",
            "--guide",
            guide,
            "--style",
            style,
            "--out",
            out,
            "--codec",
            "ffv1",
            "--window",
            4,
            "--report",
            report);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    Video steady = read(out);
    assertThat(steady.format()).isEqualTo(read(style).format());
    assertThat(steady.frame(0).depth()).isEqualTo(Frame.Depth.UINT8);
    assertThat(warpError(out)).isLessThan(warpError(style) / 4);
    assertThat(psnr(steady, read(truth))).isGreaterThan(psnr(read(style), read(truth)) - 1);
    assertThat(outcome.out()).contains("wrote " + out).contains("wrote " + report);
    assertThat(Files.readString(report))
        .contains("data:video/mp4;base64,", "<polyline", "Warping error")
        .doesNotContain("{{", "http:", "https:", "src=\"/");
  }

  @Test
  void deflicker_withEveryMode_works() throws IOException {
    for (String mode : List.of("sharp", "FAST", "Balanced")) {
      Path out = folder.resolve(mode + ".gif");
      Outcomes.Outcome outcome =
          Outcomes.run(
              "deflicker",
              "--guide",
              guide,
              "--style",
              style,
              "--out",
              out,
              "--mode",
              mode,
              "--window",
              2);
      assertThat(outcome.code()).as(outcome.err()).isZero();
      assertThat(read(out).size()).isEqualTo(FRAMES);
    }
  }

  @Test
  void deflicker_withDelayOrAlongFlow_differsFromTheDefault() throws IOException {
    Video usual = deflickered("usual", "--mode", "fast");
    Video delayed = deflickered("delayed", "--mode", "fast", "--delay", "0");
    Video flow = deflickered("flow", "--method", "flow");

    assertThat(delayed.frames()).isNotEqualTo(usual.frames());
    assertThat(flow.frames()).isNotEqualTo(usual.frames()).isNotEqualTo(delayed.frames());
    assertThat(warpError(folder.resolve("flow.mkv"))).isLessThan(warpError(style) / 2);
  }

  private Video deflickered(String name, String... options) throws IOException {
    Path out = folder.resolve(name + ".mkv");
    List<Object> arguments = new ArrayList<>(List.of("deflicker", "--guide", guide));
    arguments.addAll(List.of("--style", style, "--out", out, "--codec", "ffv1", "--window", 3));
    arguments.addAll(List.of(options));
    Outcomes.Outcome outcome = Outcomes.run(arguments.toArray());
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return read(out);
  }

  @Test
  void deflicker_onDifferentBackendsAndThreads_givesTheSameFile() {
    Path a = folder.resolve("a.mkv");
    Path b = folder.resolve("b.mkv");
    assertThat(
            Outcomes.run(
                    "deflicker",
                    "--guide",
                    guide,
                    "--style",
                    style,
                    "--out",
                    a,
                    "--window",
                    3,
                    "--engine",
                    "cpu-scalar",
                    "--threads",
                    1)
                .code())
        .isZero();
    assertThat(
            Outcomes.run(
                    "deflicker",
                    "--guide",
                    guide,
                    "--style",
                    style,
                    "--out",
                    b,
                    "--window",
                    3,
                    "--threads",
                    2)
                .code())
        .isZero();
    assertThat(a).hasSameBinaryContentAs(b);
  }

  @Test
  void deflicker_withoutGuide_isBlind() throws IOException {
    Path out = folder.resolve("blind");
    Outcomes.Outcome outcome =
        Outcomes.run("deflicker", "--style", style, "--out", out, "--window", 2, "-q");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(read(out).size()).isEqualTo(FRAMES);
    assertThat(outcome.out() + outcome.err()).isEmpty();
  }

  @Test
  void deflicker_askedFor16Bits_writes16Bits() throws IOException {
    Path out = folder.resolve("deep");
    assertThat(
            Outcomes.run(
                    "deflicker",
                    "--guide",
                    guide,
                    "--style",
                    style,
                    "--out",
                    out,
                    "--window",
                    1,
                    "--depth",
                    16)
                .code())
        .isZero();
    assertThat(read(out).frame(0).depth()).isEqualTo(Frame.Depth.UINT16);
  }

  @Test
  void deflicker_existingOutput_isKeptAndSaysHowToReplaceIt() throws IOException {
    Path out = Files.writeString(folder.resolve("a.mp4"), "mine");
    Outcomes.assertFails(
        Outcomes.run("deflicker", "--guide", guide, "--style", style, "--out", out),
        "a.mp4",
        "--overwrite");
    assertThat(out).hasContent("mine");
  }

  @Test
  void deflicker_guideLargerThanTheStyle_isScaledToIt() throws IOException {
    Path small =
        write(
            "small.mkv",
            read(style).frames().stream()
                .map(frame -> org.diffsynth.io.Resampler.resized(frame, new FrameSize(64, 36)))
                .toList());
    Path out = folder.resolve("o.mp4");
    Outcomes.Outcome outcome =
        Outcomes.run("deflicker", "--guide", guide, "--style", small, "--out", out, "--window", 1);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(read(out).format().size()).isEqualTo(new FrameSize(64, 36));
  }

  @Test
  void deflicker_guideLongerThanStyle_namesBothLengths() throws IOException {
    Path shorter = write("short.mkv", read(style).frames().subList(0, 5));
    Outcomes.assertFails(
        Outcomes.run(
            "deflicker", "--guide", guide, "--style", shorter, "--out", folder.resolve("o.mp4")),
        "has 8 frames",
        "has 5");
  }

  @Test
  void deflicker_ofATextFile_saysThatItIsNone() throws IOException {
    Path text = Files.writeString(folder.resolve("text.mp4"), "hello ".repeat(300));
    Outcomes.assertFails(
        Outcomes.run("deflicker", "--style", text, "--out", folder.resolve("o.mp4")),
        "text.mp4 is not a video");
    assertThat(folder.resolve("o.mp4")).doesNotExist();
  }

  @Test
  void deflicker_ofAMissingFile_namesIt() {
    Outcomes.assertFails(
        Outcomes.run(
            "deflicker", "--style", folder.resolve("none.mp4"), "--out", folder.resolve("o.mp4")),
        "none.mp4");
  }

  @Test
  void deflicker_ofFramesTheEncoderCannotTake_failsBeforeTheWork() throws IOException {
    Path tiny = write("tiny", List.of(Frame.ofRgb8(12, 12, new byte[432])));
    Outcomes.assertFails(
        Outcomes.run("deflicker", "--style", tiny, "--out", folder.resolve("o.mp4")),
        "H264 needs frames of at least 16x16, but they are 12x12");
    assertThat(folder.resolve("o.mp4")).doesNotExist();
  }

  @Test
  void deflicker_thatFailsLate_keepsWhatIsFinished() throws IOException {
    List<Frame> frames = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      frames.add(TestFrames.texture(32, 24, i));
    }
    Path style = write("style", frames);
    Files.write(style.resolve("00011.png"), new byte[500]);
    Path out = folder.resolve("o.mp4");
    Outcomes.assertFails(
        Outcomes.run("deflicker", "--style", style, "--out", out, "--window", "1", "-q"),
        "00011.png",
        "o.mp4 holds the ",
        " frames that were finished");
    try (FrameSource source = VideoFiles.open(out)) {
      assertThat(source.format().frameCount()).isEqualTo(11L);
    }
  }

  @Test
  void deflicker_thatFailsLateWhileReplacing_keepsBoth() throws IOException {
    List<Frame> frames = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      frames.add(TestFrames.texture(32, 24, i));
    }
    Path style = write("style", frames);
    Files.write(style.resolve("00011.png"), new byte[500]);
    Path old = Files.writeString(folder.resolve("o.mp4"), "old");
    Path other = Files.writeString(folder.resolve("o.unfinished.mp4"), "other");
    Outcomes.assertFails(
        Outcomes.run(
            "deflicker", "--style", style, "--out", old, "--overwrite", "--window", "1", "-q"),
        "00011.png",
        "o.mp4 was not replaced; ",
        "o.unfinished2.mp4 holds the ",
        " frames that were finished");
    assertThat(old).hasContent("old");
    assertThat(other).hasContent("other");
    assertThat(folder.resolve("o.older.mp4")).doesNotExist();
    try (FrameSource source = VideoFiles.open(folder.resolve("o.unfinished2.mp4"))) {
      assertThat(source.format().frameCount()).isEqualTo(11L);
    }
    Path pictures = write("pictures", frames.subList(0, 3));
    Outcomes.assertFails(
        Outcomes.run(
            "deflicker", "--style", style, "--out", pictures, "--overwrite", "--window", "1", "-q"),
        "pictures.unfinished holds the ");
    assertThat(pictures.toFile().list()).hasSize(3);
  }

  @Test
  void output_thatIsTheInput_isRefused() throws IOException {
    Path style = folder.resolve("s.mkv");
    VideoFiles.write(
        style, VideoSettings.DEFAULT, sink -> sink.write(TestFrames.texture(32, 24, 1)));
    Outcomes.assertFails(
        Outcomes.run("deflicker", "--style", style, "--out", style, "--overwrite"),
        "s.mkv is read, so --out must be another file");
  }

  @Test
  void deflicker_ofFramesSmallerThanAPatch_namesTheMinimum() throws IOException {
    Path tiny = write("tiny", List.of(Frame.ofRgb8(4, 4, new byte[48])));
    Outcomes.assertFails(
        Outcomes.run("deflicker", "--style", tiny, "--out", folder.resolve("frames")),
        "at least 5x5",
        "4x4");
  }

  @Test
  void deflicker_withDebug_printsTheStackTrace() {
    Outcomes.Outcome outcome =
        Outcomes.run(
            "deflicker", "--debug", "--style", folder.resolve("none.mp4"), "--out", "o.mp4");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).contains("\tat org.diffsynth");
  }

  @Test
  void wrongUse_hasExitCode2() {
    Outcomes.assertWrongUse(Outcomes.run(), "quickstart");
    Outcomes.assertWrongUse(Outcomes.run("deflate"), "deflate");
    Outcomes.assertWrongUse(Outcomes.run("deflicker", "--out", "o.mp4"), "--style");
    String out = folder.resolve("o.mp4").toString();
    Outcomes.assertWrongUse(
        Outcomes.run("deflicker", "--style", style, "--out", out, "--window", -1), "--window");
    Outcomes.assertWrongUse(
        Outcomes.run("deflicker", "--style", style, "--out", out, "--mode", "best"), "BALANCED");
    Outcomes.assertWrongUse(
        Outcomes.run("deflicker", "--style", style, "--out", out, "--threads", 0), "--threads");
    Outcomes.assertWrongUse(
        Outcomes.run("deflicker", "--style", style, "--out", out, "--quality", 0), "--quality");
    Outcomes.assertWrongUse(
        Outcomes.run("deflicker", "--style", style, "--out", out, "--depth", 12), "--depth");
    Outcomes.assertWrongUse(
        Outcomes.run("deflicker", "--style", style, "--out", out, "--engine", "abacus"),
        "cpu-scalar");
    Outcomes.assertWrongUse(
        Outcomes.run("deflicker", "--style", style, "--out", out, "--frame-rate", "fast"),
        "30000/1001");
    Outcomes.assertWrongUse(Outcomes.run("scene", "--out", folder, "--size", "big"), "640x360");
    Outcomes.assertWrongUse(
        Outcomes.run("demo", "deflicker", "--out", folder, "--frames", 0), "--frames");
    assertThat(folder.resolve("o.mp4")).doesNotExist();
  }

  @Test
  void interpolate_keyFrames_comeOutExactly() throws IOException {
    Path keys = Files.createDirectory(folder.resolve("keys"));
    Video painting = read(truth);
    FrameFiles.writePicture(keys.resolve("key-2.png"), painting.frame(2));
    FrameFiles.writePicture(keys.resolve("key-10x06.png"), painting.frame(6));
    Path out = folder.resolve("all");
    Outcomes.Outcome outcome =
        Outcomes.run("interpolate", "--guide", guide, "--keyframes", keys, "--out", out);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    Video result = read(out);
    assertThat(result.size()).isEqualTo(FRAMES);
    assertThat(result.frame(2)).isEqualTo(painting.frame(2));
    assertThat(result.frame(6)).isEqualTo(painting.frame(6));
    assertThat(FrameSimilarity.psnr(result.frame(4), painting.frame(4))).isGreaterThan(24);
  }

  @Test
  void shots_ofAJoinedClip_areAListThatCutsReads() throws IOException {
    Path joined = Files.createDirectory(folder.resolve("joined"));
    Video first = read(truth);
    for (int i = 0; i < FRAMES; i++) {
      Frame other = TestFrames.window(first.frame(0).width(), first.frame(0).height(), i, 0, 5);
      FrameFiles.writePicture(joined.resolve("%03d.png".formatted(i)), first.frame(i));
      FrameFiles.writePicture(joined.resolve("%03d.png".formatted(FRAMES + i)), other);
    }
    Path list = folder.resolve("cuts.txt");

    assertThat(Outcomes.run("shots", "--input", joined).out()).endsWith("\n" + FRAMES + "\n");
    Outcomes.assertDone(Outcomes.run("shots", "--input", joined, "--out", list));
    Path auto = folder.resolve("auto");
    Path given = folder.resolve("given");
    Path whole = folder.resolve("whole");
    String[] common = {"deflicker", "--style", joined.toString(), "--mode", "FAST", "--out"};
    Outcomes.assertDone(Outcomes.run(with(common, auto)));
    Outcomes.assertDone(Outcomes.run(with(common, given, "--cuts", list)));
    Outcomes.assertDone(Outcomes.run(with(common, whole, "--cuts", "none")));
    assertThat(read(given).frames()).isEqualTo(read(auto).frames());
    assertThat(read(whole).frames()).isNotEqualTo(read(auto).frames());
    Files.writeString(list, "99\n");
    Outcomes.assertFails(
        Outcomes.run(with(common, folder.resolve("o"), "--cuts", list)), "frame 99", "16 frames");
  }

  private static Object[] with(String[] common, Object... more) {
    return Stream.concat(Arrays.stream(common), Arrays.stream(more)).toArray();
  }

  @Test
  void interpolate_keyBeyondTheEnd_orWithoutNumber_isNamed() throws IOException {
    Path keys = Files.createDirectory(folder.resolve("keys"));
    FrameFiles.writePicture(keys.resolve("99.png"), read(truth).frame(0));
    Outcomes.assertFails(
        Outcomes.run(
            "interpolate", "--guide", guide, "--keyframes", keys, "--out", folder.resolve("o")),
        "key frame 99",
        "8 frames");
    Files.move(keys.resolve("99.png"), keys.resolve("first.png"));
    Outcomes.assertFails(
        Outcomes.run(
            "interpolate", "--guide", guide, "--keyframes", keys, "--out", folder.resolve("o")),
        "first.png",
        "key-00012.png");
  }

  @Test
  void measure_json_isOneObjectWithAllNumbers() {
    Outcomes.Outcome outcome =
        Outcomes.run(
            "measure", "--guide", guide, "--video", truth, "--style", style, "--truth", truth,
            "--json", "-q");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out().strip())
        .matches(
            "\\{\"frames\": 8, \"pixel_mse\": [\\d.]+, \"e_warp\": [\\d.e-]+, \"psnr_style\": [\\d.]+,"
                + " \"psnr_truth\": \\S+, \"ssim_truth\": 1, \"sharpness\": 1, \"luma_flicker\":"
                + " [\\d.]+, \"luma_drift\": 0}");
  }

  @Test
  void measure_withoutTruth_saysNull() {
    Outcomes.Outcome outcome =
        Outcomes.run("measure", "--guide", guide, "--video", style, "--json");
    assertThat(outcome.out()).contains("\"psnr_truth\": null", "\"sharpness\": null");
  }

  @Test
  void engines_listsAllWithTheReasonOfMissingOnes() {
    Outcomes.Outcome outcome = Outcomes.run("engines");
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out()).contains("cpu-scalar   ready", "(used by --engine auto)");
    assertThat(outcome.out()).containsPattern("(?m)^  cuda +(ready|missing) +\\S");
    assertThat(outcome.out())
        .containsPattern("(?m)^  onnx +ready +ONNX Runtime .*devices: .*cpu.*\\(auto\\)");
  }

  @Test
  void demo_writesVideoAndReport() throws IOException {
    Outcomes.Outcome outcome =
        Outcomes.run("demo", "deflicker", "--out", folder.resolve("demo"), "--frames", 2);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(read(folder.resolve("demo/steady.mp4")).size()).isEqualTo(2);
    assertThat(folder.resolve("demo/report.html")).isNotEmptyFile();
    Outcomes.assertWrongUse(Outcomes.run("demo"), "demo deflicker");
  }

  @Test
  void oneFrame_goesThroughUnchanged() throws IOException {
    Frame only = read(style).frame(0);
    Path one = write("one.mkv", List.of(only));
    Path out = folder.resolve("one");
    Path report = folder.resolve("one.html");
    Outcomes.Outcome outcome =
        Outcomes.run(
            "deflicker",
            "--style",
            one,
            "--out",
            out,
            "--frame-rate",
            FrameRate.of(30),
            "--report",
            report);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    Video before = read(one);
    assertThat(read(out).frames()).isEqualTo(before.frames());
    assertThat(Files.readString(report)).contains("One frame cannot flicker");
  }
}
