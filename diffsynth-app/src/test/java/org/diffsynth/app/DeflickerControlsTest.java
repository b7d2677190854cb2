package org.diffsynth.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.io.Resampler;
import org.diffsynth.testkit.TestFrames;
import org.diffsynth.testkit.scene.MovingScene;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Strength, mask, luma and colour of {@code deflicker}, and guides of another size. */
class DeflickerControlsTest {

  private static final int WIDTH = 96;
  private static final int HEIGHT = 64;
  private static final int FRAMES = 5;

  @TempDir static Path inputs;
  @TempDir Path folder;

  private static Path guide;
  private static Path style;
  private static List<Frame> input;
  private static List<Frame> full;

  @BeforeAll
  static void deflickerTheSceneInFull() throws IOException {
    SceneCommand.write(
        MovingScene.DEFAULT.withSize(WIDTH, HEIGHT).withFrames(FRAMES),
        inputs,
        false,
        Monitor.NONE);
    guide = inputs.resolve("guide.mkv");
    style = inputs.resolve("style.mkv");
    input = read(style);
    Path out = inputs.resolve("full");
    Outcomes.assertDone(run(out, 16));
    full = read(out);
  }

  private static List<Frame> read(Path path) throws IOException {
    try (FrameSource source = VideoFiles.open(path)) {
      return Video.readAll(source).frames();
    }
  }

  private static Outcomes.Outcome run(Path out, int depth, Object... more) {
    List<Object> all = new ArrayList<>(List.of("deflicker", "--guide", guide, "--style", style));
    Collections.addAll(all, "--out", out, "--depth", depth, "--window", 2);
    Collections.addAll(all, more);
    return Outcomes.run(all.toArray());
  }

  private List<Frame> done(Object... more) throws IOException {
    Path out = folder.resolve("out");
    Outcomes.assertDone(run(out, 16, more));
    return read(out);
  }

  private Outcomes.Outcome refused(Object... more) {
    Path out = folder.resolve("never");
    Outcomes.Outcome outcome = run(out, 16, more);
    assertThat(out).doesNotExist();
    return outcome;
  }

  private Path write(String name, List<Frame> frames) throws IOException {
    Path path = folder.resolve(name);
    try (FrameSink sink = VideoFiles.create(path, VideoSettings.DEFAULT)) {
      for (Frame frame : frames) {
        sink.write(frame);
      }
      sink.commit();
    }
    return path;
  }

  private Path picture(String name, Frame frame) throws IOException {
    Path pictures = write(name, List.of(frame));
    try (var files = Files.list(pictures)) {
      return files.toList().get(0);
    }
  }

  /** Returns a mask that is white in the left half. */
  private static Frame leftHalf(int width, int height) {
    byte[] rgb = new byte[width * height * 3];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i / 3 % width < width / 2 ? 255 : 0);
    }
    return Frame.ofRgb8(width, height, rgb);
  }

  private static boolean isLeft(int sample) {
    return sample / 3 % WIDTH < WIDTH / 2;
  }

  @Test
  void strength_zero_writesTheSamplesOfTheStyle() throws IOException {
    Path out = folder.resolve("same.mkv");
    Outcomes.assertDone(run(out, 8, "--codec", "ffv1", "--strength", 0));
    assertThat(read(out)).isEqualTo(input);
  }

  @Test
  void strength_one_isTheFullResult_andAHalfLiesBetween() throws IOException {
    assertThat(done("--strength", 1)).isEqualTo(full);
    List<Frame> half = done("--strength", 0.5, "--overwrite");
    for (int frame = 0; frame < FRAMES; frame++) {
      short[] from = input.get(frame).toRgb16();
      short[] to = full.get(frame).toRgb16();
      short[] mixed = half.get(frame).toRgb16();
      for (int i = 0; i < from.length; i++) {
        assertThat(mixed[i] & 0xFFFF).isEqualTo(((from[i] & 0xFFFF) + (to[i] & 0xFFFF) + 1) / 2);
      }
    }
  }

  @Test
  void strength_ofADeepStyle_keepsItsDepth() throws IOException {
    List<Frame> deep = new ArrayList<>();
    for (Frame frame : input) {
      short[] samples = frame.toRgb16();
      for (int i = 0; i < samples.length; i++) {
        samples[i] = (short) ((samples[i] & 0xFFFF) / 2 + i % 64);
      }
      deep.add(Frame.ofRgb16(WIDTH, HEIGHT, samples));
    }
    style = write("deep", deep);
    try {
      Path out = folder.resolve("deep.mkv");
      Outcomes.assertDone(
          run(out, 16, "--mask", picture("half", leftHalf(WIDTH, HEIGHT)), "--codec", "ffv1"));
      List<Frame> result = read(out);
      for (int frame = 0; frame < FRAMES; frame++) {
        short[] from = deep.get(frame).toRgb16();
        short[] to = result.get(frame).toRgb16();
        for (int i = 0; i < from.length; i++) {
          if (!isLeft(i)) {
            assertThat(to[i]).isEqualTo(from[i]);
          }
        }
      }
    } finally {
      style = inputs.resolve("style.mkv");
    }
  }

  @Test
  void mask_picture_keepsTheStylesBytesWhereItIsBlack() throws IOException {
    Path mask = picture("half", leftHalf(WIDTH, HEIGHT));
    Path out = folder.resolve("masked.mkv");
    Outcomes.assertDone(run(out, 8, "--codec", "ffv1", "--mask", mask));
    List<Frame> masked = read(out);
    for (int frame = 0; frame < FRAMES; frame++) {
      byte[] from = input.get(frame).toRgb8();
      byte[] to = full.get(frame).toRgb8();
      byte[] mixed = masked.get(frame).toRgb8();
      for (int i = 0; i < from.length; i++) {
        if (!isLeft(i)) {
          assertThat(mixed[i]).isEqualTo(from[i]);
        } else if (i / 3 % WIDTH < WIDTH / 2 - 9) {
          assertThat(mixed[i]).isEqualTo(to[i]);
        }
      }
    }
  }

  @Test
  void mask_smallFolderWithOnePictureForEachFrame_isScaledAndFollowsTheFrames() throws IOException {
    List<Frame> masks = new ArrayList<>();
    for (int frame = 0; frame < FRAMES; frame++) {
      masks.add(TestFrames.plain(WIDTH / 2, HEIGHT / 2, frame == 3 ? 255 : 0));
    }
    List<Frame> masked = done("--mask", write("masks", masks), "--mask-feather", 0);
    for (int frame = 0; frame < FRAMES; frame++) {
      Frame wanted = frame == 3 ? full.get(frame) : input.get(frame).as(Frame.Depth.UINT16);
      assertThat(masked.get(frame).as(Frame.Depth.UINT16)).isEqualTo(wanted);
    }
  }

  @Test
  void mask_thatDoesNotFit_isRefusedBeforeTheWork() throws IOException {
    Frame mask = leftHalf(WIDTH, HEIGHT);
    Path four = write("four.mkv", List.of(mask, mask, mask, mask));
    Outcomes.assertFails(
        refused("--mask", four), four.toString(), "4 frames", style.toString(), "has 5");
    Path square = picture("square", leftHalf(64, 64));
    Outcomes.assertFails(
        refused("--mask", square), square.toString(), "64x64", "96x64", "--resize stretches it");
    Outcomes.assertFails(refused("--mask", folder.resolve("nothing.png")), "nothing.png");
    assertThat(done("--mask", square, "--resize", "--mask-feather", 0).get(0).toRgb16())
        .isNotEqualTo(full.get(0).toRgb16());
  }

  @Test
  void options_thatExcludeEachOther_areRefused() {
    Outcomes.assertWrongUse(refused("--strength", 1.5), "--strength must be in [0, 1]");
    Outcomes.assertWrongUse(refused("--mask-feather", 3), "--mask-feather needs --mask");
    Outcomes.assertWrongUse(
        refused("--mask", guide, "--mask-feather", -1), "--mask-feather must be in [0, 10000]");
    Outcomes.assertWrongUse(
        refused("--luma-only", "--color-only"), "--luma-only and --colour-only exclude each other");
  }

  @Test
  void lumaOnlyAndColourOnly_divideTheResult() throws IOException {
    List<Frame> luma = done("--luma-only");
    List<Frame> colour = done("--colour-only", "--overwrite");
    assertThat(done("--color-only", "--overwrite")).isEqualTo(colour);
    int exact = 0;
    short[] from = input.get(2).toRgb16();
    short[] to = full.get(2).toRgb16();
    short[] toned = luma.get(2).toRgb16();
    short[] coloured = colour.get(2).toRgb16();
    for (int i = 0; i < from.length; i += 3) {
      boolean lumaKept = isAlike(toned, to, from, i);
      boolean colourKept = isAlike(coloured, from, to, i);
      exact += lumaKept && colourKept ? 1 : 0;
    }
    assertThat(exact).isGreaterThan(WIDTH * HEIGHT * 95 / 100); // the others would have clipped
  }

  private static boolean isAlike(short[] joined, short[] tones, short[] colours, int i) {
    return Math.abs(luma(joined, i) - luma(tones, i)) <= 128
        && (short) (joined[i] - joined[i + 1]) == (short) (colours[i] - colours[i + 1])
        && (short) (joined[i] - joined[i + 2]) == (short) (colours[i] - colours[i + 2]);
  }

  private static int luma(short[] rgb, int i) {
    return 77 * (rgb[i] & 0xFFFF) + 150 * (rgb[i + 1] & 0xFFFF) + 29 * (rgb[i + 2] & 0xFFFF);
  }

  @Test
  void controls_workWithoutAGuide_andAreNamedInTheReport() throws IOException {
    Path out = folder.resolve("blind.mkv");
    Path report = folder.resolve("report.html");
    Path mask = picture("half", leftHalf(WIDTH, HEIGHT));
    Outcomes.assertDone(
        Outcomes.run(
            "deflicker",
            "--style",
            style,
            "--out",
            out,
            "--window",
            1,
            "--strength",
            0.5,
            "--mask",
            mask,
            "--luma-only",
            "--report",
            report));
    assertThat(read(out)).hasSize(FRAMES);
    assertThat(Files.readString(report))
        .contains("<th>Strength</th><td>0.5</td>", "half", "feather 8 pixels", "luma only");
  }

  @Test
  void guide_smallOriginalOfTheStyle_isAcceptedAndSteadies() throws IOException {
    List<Frame> small =
        read(guide).stream().map(f -> Resampler.resized(f, new FrameSize(48, 32))).toList();
    Path original = write("original.mkv", small);
    Path out = folder.resolve("steady.mkv");
    Path report = folder.resolve("report.html");
    Outcomes.assertDone(
        Outcomes.run(
            "deflicker",
            "--guide",
            original,
            "--style",
            style,
            "--out",
            out,
            "--codec",
            "ffv1",
            "--window",
            2,
            "--report",
            report));
    assertThat(read(out)).hasSize(FRAMES).allMatch(f -> f.width() == WIDTH);
    assertThat(report).exists();
    assertThat(warpError(out, original)).isLessThan(warpError(style, original) / 2);
  }

  private static double warpError(Path video, Path along) {
    String json = Outcomes.run("measure", "--guide", along, "--video", video, "--json", "-q").out();
    return Double.parseDouble(json.replaceAll(".*\"e_warp\": ([^,]+),.*\\R*", "$1"));
  }

  @Test
  void guide_ofOtherProportions_isRefusedWithAdvice() throws IOException {
    List<Frame> square =
        read(guide).stream().map(f -> Resampler.resized(f, new FrameSize(64, 64))).toList();
    Path wrong = write("square.mkv", square);
    Outcomes.assertFails(
        Outcomes.run(
            "deflicker", "--guide", wrong, "--style", style, "--out", folder.resolve("o.mkv")),
        wrong.toString(),
        "64x64",
        "96x64",
        "--resize");
  }
}
