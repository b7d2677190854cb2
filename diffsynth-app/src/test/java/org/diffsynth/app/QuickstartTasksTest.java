package org.diffsynth.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.diffsynth.Pipeline;
import org.diffsynth.Preset;
import org.diffsynth.RenderRequest;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.metrics.QualityMeter;
import org.diffsynth.model.quickstart.Style;
import org.diffsynth.testkit.scene.MovingScene;
import org.diffsynth.video.VideoFiles;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The five tasks, and the method's claims, on the trained weights of the model inside the app. */
class QuickstartTasksTest {

  private static final MovingScene SCENE =
      MovingScene.DEFAULT.withSize(192, 128).withFrames(4).withWalker(true);

  @TempDir private static Path scene;
  private static Video input;

  @TempDir private Path folder;

  @BeforeAll
  static void writeScene() throws IOException {
    Outcomes.assertDone(
        Outcomes.run(
            "scene",
            "--size",
            "192x128",
            "--frames",
            4,
            "--walker",
            "--controls",
            "--out",
            scene,
            "--overwrite"));
    try (FrameSource frames = SCENE.guide()) {
      input = Video.readAll(frames);
    }
  }

  /** Runs a task with few steps, and returns its result. */
  private Video task(String command, Object... options) throws IOException {
    Path out = folder.resolve(command + ".mkv");
    List<Object> all = new ArrayList<>(List.of(command));
    all.addAll(Arrays.asList(options));
    all.addAll(List.of("--steps", 4, "--codec", "ffv1", "--out", out));
    Outcomes.assertDone(Outcomes.run(all.toArray()));
    try (FrameSource frames = VideoFiles.open(out)) {
      return Video.readAll(frames);
    }
  }

  @Test
  void stylize_followsThePrompt_andKeepsTheShapes() throws IOException {
    Video night =
        task("stylize", "--input", scene.resolve("guide.mkv"), "--prompt", Style.NIGHT.prompt());
    assertThat(night.size()).isEqualTo(4);
    assertThat(mean(night.frame(2), 0)).isLessThan(0.6 * mean(input.frame(2), 0));
    assertThat(correlation(night.frame(2), input.frame(2))).isGreaterThan(0.4);
  }

  @Test
  void imagestyle_takesTheReferenceIntoAttention() throws IOException {
    Path picture = folder.resolve("style.png");
    FrameFiles.writePicture(picture, SCENE.withSeed(4).truthFrame(0));
    Video result = task("imagestyle", "--input", scene.resolve("guide.mkv"), "--style", picture);
    assertThat(result.size()).isEqualTo(4);
    assertThat(correlation(result.frame(1), input.frame(1))).isGreaterThan(0.4);
  }

  @Test
  void restore_returnsAPictureCloseToItsInput() throws IOException {
    Video result =
        task("restore", "--input", scene.resolve("guide.mkv"), "--prompt", Style.PHOTO.prompt());
    assertThat(correlation(result.frame(1), input.frame(1))).isGreaterThan(0.8);
  }

  @Test
  void render3d_followsTheDepthOfTheScene() throws IOException {
    Video result =
        task(
            "render3d",
            "--input",
            scene.resolve("guide.mkv"),
            "--depth-video",
            scene.resolve("depth.mkv"),
            "--prompt",
            Style.SUNSET.prompt());
    assertThat(result.size()).isEqualTo(4);
    assertThat(mean(result.frame(1), 0)).isGreaterThan(mean(result.frame(1), 2));
  }

  @Test
  void fashion_drawsThePosesOfTheWalkingPerson() throws IOException {
    Path reference = folder.resolve("person.png");
    FrameFiles.writePicture(reference, SCENE.guideFrame(0));
    Video result =
        task(
            "fashion",
            "--reference",
            reference,
            "--poses",
            scene.resolve("poses"),
            "--pose-size",
            "192x128",
            "--pose-window",
            1,
            "--prompt",
            "a person walking, photo");
    assertThat(result.size()).isEqualTo(4);
    assertThat(result.format().size()).hasToString("192x128");
  }

  @Test
  void prompts_moveTheColoursOfThePicture() throws IOException {
    try (Pipeline pipeline = Pipeline.builder(Preset.PLAIN).build()) {
      Frame winter = rendered(pipeline, Style.WINTER);
      Frame autumn = rendered(pipeline, Style.AUTUMN);
      Frame noir = rendered(pipeline, Style.NOIR);
      Frame vintage = rendered(pipeline, Style.VINTAGE);
      assertThat(mean(winter, 2) - mean(winter, 0))
          .isGreaterThan(mean(autumn, 2) - mean(autumn, 0));
      assertThat(colourfulness(noir)).isLessThan(0.5 * colourfulness(autumn));
      assertThat(mean(vintage, 0)).isGreaterThan(mean(vintage, 2));
    }
  }

  private static Frame rendered(Pipeline pipeline, Style style) {
    Video one = Video.of(List.of(input.frame(0)), input.format().frameRate());
    RenderRequest request = RenderRequest.of(style.prompt()).withSteps(6).withSeed(1);
    return pipeline.render(one, request).frame(0);
  }

  @Test
  void frameByFrame_flickers_andTheLoopTakesThatAway() throws IOException {
    QuickstartRenders renders = new QuickstartRenders(input, Style.OIL.prompt(), 1);
    QualityMeter meter = new QualityMeter(3);
    Video plain = renders.plain(Monitor.NONE);
    Video steady = renders.steady(Monitor.NONE);
    for (int i = 0; i < 4; i++) {
      Frame guide = input.frame(i);
      meter.add(guide, List.of(guide, plain.frame(i), steady.frame(i)), null, null);
    }
    assertThat(meter.report(1).warpError()).isGreaterThan(5 * meter.report(0).warpError());
    assertThat(meter.report(2).warpError()).isLessThan(0.1 * meter.report(1).warpError());
  }

  /** Returns the mean of a channel, in [0, 1]. */
  private static double mean(Frame frame, int channel) {
    float[] samples = frame.toFloat();
    double sum = 0;
    for (int i = channel; i < samples.length; i += 3) {
      sum += samples[i];
    }
    return sum / (samples.length / 3);
  }

  /** Returns the mean difference between the largest and the smallest channel. */
  private static double colourfulness(Frame frame) {
    float[] samples = frame.toFloat();
    double sum = 0;
    for (int i = 0; i < samples.length; i += 3) {
      float max = Math.max(samples[i], Math.max(samples[i + 1], samples[i + 2]));
      float min = Math.min(samples[i], Math.min(samples[i + 1], samples[i + 2]));
      sum += max - min;
    }
    return sum / (samples.length / 3);
  }

  /** Returns the correlation of the lumas of two pictures. */
  private static double correlation(Frame a, Frame b) {
    float[] x = a.toFloat();
    float[] y = b.toFloat();
    int n = x.length / 3;
    double sx = 0;
    double sy = 0;
    double sxx = 0;
    double syy = 0;
    double sxy = 0;
    for (int i = 0; i < n; i++) {
      double u = 0.3 * x[3 * i] + 0.59 * x[3 * i + 1] + 0.11 * x[3 * i + 2];
      double v = 0.3 * y[3 * i] + 0.59 * y[3 * i + 1] + 0.11 * y[3 * i + 2];
      sx += u;
      sy += v;
      sxx += u * u;
      syy += v * v;
      sxy += u * v;
    }
    return (sxy - sx * sy / n) / Math.sqrt((sxx - sx * sx / n) * (syy - sy * sy / n));
  }
}
