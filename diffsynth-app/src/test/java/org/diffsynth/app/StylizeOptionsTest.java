package org.diffsynth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.diffsynth.app.options.ByteCountConverter;
import org.diffsynth.app.render.AttentionName;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.CrossFrameAttention.FrameRef;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.scene.MovingScene;
import org.diffsynth.video.VideoFiles;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/** The effect of single options of the rendering commands, on the tiny random model. */
class StylizeOptionsTest {

  private static final Path RESOURCES = Path.of("..", "diffsynth-onnx", "src", "test", "resources");
  private static final Path TINY_SD = RESOURCES.resolve("tiny-sd").resolve("model");
  private static final Path LORA = RESOURCES.resolve("lora").resolve("kohya.safetensors");

  @TempDir static Path inputs;
  @TempDir Path folder;

  @BeforeAll
  static void paintScene() throws IOException {
    SceneCommand.write(
        MovingScene.DEFAULT.withSize(96, 64).withFrames(4), inputs, false, Monitor.NONE);
  }

  private Outcomes.Outcome stylize(String out, Object... more) {
    List<Object> all =
        new ArrayList<>(
            List.of("stylize", "--model", TINY_SD, "--input", inputs.resolve("guide.mkv")));
    Collections.addAll(
        all, "--prompt", "field", "--preset", "plain", "--steps", 2, "--seed", 3, "--out");
    all.add(folder.resolve(out));
    Collections.addAll(all, more);
    return Outcomes.run(all.toArray());
  }

  private List<Frame> frames(String name) throws IOException {
    try (FrameSource source = VideoFiles.open(folder.resolve(name))) {
      return Video.readAll(source).frames();
    }
  }

  private List<Frame> done(String out, Object... more) throws IOException {
    Outcomes.assertDone(stylize(out, more));
    return frames(out);
  }

  private List<Frame> again(String settings, String out) throws IOException {
    Outcomes.assertDone(
        Outcomes.run(
            "stylize",
            "--settings",
            folder.resolve(settings + ".json"),
            "--out",
            folder.resolve(out)));
    return frames(out);
  }

  @Test
  void schedulersOfFewSteps_sameSettings_giveResultsOfTheirOwn() throws IOException {
    List<Frame> lcm = done("lcm", "--scheduler", "lcm");
    List<Frame> tcd = done("tcd", "--scheduler", "tcd");
    assertThat(lcm).isNotEqualTo(tcd);
    assertThat(done("soft", "--scheduler", "tcd", "--eta", 0)).isNotEqualTo(tcd);
    assertThat(done("usual", "--scheduler", "tcd", "--eta", 0.3)).isEqualTo(tcd);
    Outcomes.assertWrongUse(stylize("x", "--eta", 0.3), "--eta needs --scheduler TCD");
    Outcomes.assertWrongUse(
        stylize("x", "--eta", 0.3, "--scheduler", "lcm"), "--eta belongs to the scheduler TCD");
  }

  @Test
  void plan_anyRender_printsCostsAndRendersNothing() {
    Outcomes.Outcome outcome = stylize("planned.mkv", "--plan");
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out())
        .contains("plan: 4 frames, ")
        .contains("model calls")
        .contains("of temporary files");
    assertThat(folder.resolve("planned.mkv")).doesNotExist();
    assertThat(folder.resolve("planned.mkv.json")).doesNotExist();
  }

  @Test
  void preview_frames_rendersTheFirstOnesOnly() throws IOException {
    List<Frame> all = done("all");
    List<Frame> preview = done("preview", "--preview", 2);
    assertThat(preview).hasSize(2).isEqualTo(all.subList(0, 2));
    Outcomes.assertWrongUse(stylize("x", "--preview", 0), "--preview must be at least 1");
  }

  @Test
  void fast_settingsFile_repeatsTheResultWithoutTheOption() throws IOException {
    List<Frame> fast = done("fast", "--fast");
    assertThat(Files.readString(folder.resolve("fast.json")))
        .contains("DDIM_TRAILING", "first_and_previous");
    assertThat(done("again", "--settings", folder.resolve("fast.json"))).isEqualTo(fast);
  }

  @Test
  void lora_changesThePictures_andIsKeptInSettings() throws IOException {
    List<Frame> plain = done("plain");
    List<Frame> half = done("half", "--lora", LORA + "=0.5");
    List<Frame> whole = done("whole", "--lora", LORA);
    assertThat(half).isNotEqualTo(plain).isNotEqualTo(whole);
    assertThat(done("none", "--lora", LORA + "=0")).isEqualTo(plain);
    assertThat(again("half", "b")).isEqualTo(half);
    assertThat(Files.readString(folder.resolve("half.json")))
        .contains("\"lora.kohya.safetensors\" : \"sha256:");
    Outcomes.assertFails(stylize("x", "--lora", folder.resolve("missing.safetensors")), "LoRA");
  }

  @Test
  void howTheModelIsRun_neverChangesTheResultMuch() throws IOException {
    List<Frame> plain = done("plain", "--attention", "first_and_previous");
    List<Frame> sparing =
        done(
            "sparing",
            "--attention",
            "first_and_previous",
            "--frames-per-call",
            2,
            "--guidance-in-two-calls",
            "--threads",
            1,
            "--device",
            "cpu");
    List<Frame> small = done("small", "--attention", "first_and_previous", "--model-memory", "1M");
    for (int i = 0; i < plain.size(); i++) {
      assertNear(sparing.get(i), plain.get(i));
      assertNear(small.get(i), plain.get(i));
    }
    Outcomes.assertWrongUse(stylize("x", "--model-memory", "much"), "'much' is not a size");
  }

  private static void assertNear(Frame frame, Frame other) {
    byte[] a = frame.toRgb8();
    byte[] b = other.toRgb8();
    for (int i = 0; i < a.length; i++) {
      assertThat(Math.abs((a[i] & 0xFF) - (b[i] & 0xFF))).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void vaeTile_ofASmallTile_isUsed_andKeptInSettings() throws IOException {
    List<Frame> whole = done("whole");
    List<Frame> tiled = done("tiled", "--vae-tile", "64:32");
    assertThat(tiled).isNotEqualTo(whole);
    assertThat(done("never", "--vae-tile", 0)).isEqualTo(whole);
    assertThat(again("tiled", "b")).isEqualTo(tiled);
    Outcomes.assertWrongUse(stylize("x", "--vae-tile", "63"), "tile must be a multiple of 64");
    Outcomes.assertWrongUse(stylize("x", "--vae-tile", "big"), "expected N or N:OVERLAP");
  }

  @Test
  void deflickerOptions_changeThePresets_andAreKeptInSettings() throws IOException {
    List<Frame> plain = done("plain");
    List<Frame> steps =
        done(
            "steps",
            "--deflicker-steps",
            "0,1",
            "--deflicker-window",
            1,
            "--deflicker-mode",
            "balanced",
            "--deflicker-contrast",
            1.2,
            "--deflicker-sharpness",
            1.5,
            "--no-deflicker-end",
            "--field-cache",
            0);
    assertThat(steps).isNotEqualTo(plain);
    assertThat(again("steps", "b")).isEqualTo(steps);
    // Without the last two of two steps, no step is left, and the finished video stays as it is.
    assertThat(
            done(
                "none", "--deflicker-every", 1, "--deflicker-except-last", 2, "--no-deflicker-end"))
        .isEqualTo(plain);
    Outcomes.assertWrongUse(stylize("x", "--deflicker-window", 2), "--deflicker-every N");
    Outcomes.assertFails(stylize("x", "--deflicker-steps", 5), "step 5 cannot be deflickered");
  }

  @Test
  void controlPart_decidesWhenANetWorks() throws IOException {
    Object[] net = {
      "--control",
      "edge=" + TINY_SD.resolve("controlnet"),
      "--control-video",
      "edge=" + inputs.resolve("style.mkv")
    };
    List<Frame> off = done("off");
    List<Frame> on = done("on", net);
    List<Frame> first = done("first", with(net, "--control-part", "edge=0-0.5"));
    List<Frame> never = done("never", with(net, "--control-part", "edge=0.9-1"));
    assertThat(first).isNotEqualTo(on).isNotEqualTo(off);
    assertThat(never).isEqualTo(off);
    assertThat(again("first", "b")).isEqualTo(first);
    Outcomes.assertWrongUse(
        stylize("x", with(net, "--control-part", "edge=half")), "expected a part such as 0-0.5");
  }

  private static Object[] with(Object[] some, Object... more) {
    List<Object> all = new ArrayList<>(List.of(some));
    Collections.addAll(all, more);
    return all.toArray();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "none; NONE[]",
        "First_Frame; GATHER[first]",
        "first_and_previous; GATHER[first, -1]",
        "neighbours; GROUP[first, -1, 0, 1]",
        "first, -1, 0, +1; GROUP[first, -1, 0, 1]",
        "reference,-1,0; GROUP[reference 0, -1, 0]",
        "joint; JOINT[] in windows of 16 every 8",
        "joint:8:4; JOINT[] in windows of 8 every 4"
      })
  void attention_asUsersWriteIt_isUnderstood(String text, String meaning) {
    assertThat(AttentionName.parse(text)).hasToString(meaning);
  }

  @ParameterizedTest
  @ValueSource(strings = {"some", "joint:8", "joint:4:8", "first,-1", "", "0,x"})
  void attention_thatMeansNothing_isRefused(String text) {
    assertThatThrownBy(() -> AttentionName.parse(text))
        .isInstanceOf(IllegalArgumentException.class);
    Outcomes.assertWrongUse(stylize("x", "--attention", text), "--attention");
  }

  @Test
  void attention_first_isNotFirstFrame() {
    assertThat(AttentionName.parse("first,0"))
        .isEqualTo(CrossFrameAttention.pattern(FrameRef.FIRST, FrameRef.SELF));
  }

  @Test
  void byteCount_withUnits_isInPowersOf1024() {
    ByteCountConverter count = new ByteCountConverter();
    assertThat(count.convert("0")).isZero();
    assertThat(count.convert("1000")).isEqualTo(1000);
    assertThat(count.convert("3k")).isEqualTo(3 << 10);
    assertThat(count.convert("4GB")).isEqualTo(4L << 30);
    assertThatThrownBy(() -> count.convert("-1")).isInstanceOf(TypeConversionException.class);
  }

  @Test
  void deflickerStrength_mixesTheFinalPass_andIsKeptInSettings() throws IOException {
    Object[] atEnd = {"--deflicker-steps", 0, "--deflicker-window", 1, "--deflicker-end"};
    List<Frame> full = done("full", atEnd);
    List<Object> with = new ArrayList<>(List.of(atEnd));
    Collections.addAll(with, "--deflicker-strength", 0.5);
    List<Frame> half = done("half", with.toArray());
    assertThat(half).isNotEqualTo(full);
    assertThat(again("half", "again")).isEqualTo(half);
    with.set(with.size() - 1, 2);
    Outcomes.assertWrongUse(stylize("never", with.toArray()), "strength must be in [0, 1]");
  }
}
