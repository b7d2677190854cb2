package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.diffsynth.Pipeline;
import org.diffsynth.RenderRequest;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.control.ControlNet;
import org.diffsynth.deflicker.Deflicker;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.CrossFrameAttention.FrameRef;
import org.diffsynth.diffusion.InitialNoise;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.Scheduler;
import org.diffsynth.diffusion.Scheduler.TimestepSpacing;
import org.diffsynth.diffusion.StepListener;
import org.diffsynth.diffusion.StepListener.StepReport;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.golden.GoldenModel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole runs that {@code runs.json} lists, from prompt and input video to finished images. */
class RunGoldenTest {
  private static final double LATENTS = 5e-3;
  private static final int LEVELS = 2;
  private static final Golden GOLDEN = Golden.open();
  private final GoldenModel model = new GoldenModel(GOLDEN);

  static Stream<String> runs() {
    List<String> names = new ArrayList<>();
    GOLDEN.json("runs.json").fieldNames().forEachRemaining(names::add);
    return names.stream();
  }

  @ParameterizedTest
  @MethodSource("runs")
  void render_goldenRun_givesGoldenLatentsAndPictures(String name) throws IOException {
    JsonNode run = GOLDEN.json("runs.json").get(name);
    List<StepReport> steps = new ArrayList<>();
    try (Pipeline pipeline = pipeline(run, steps::add)) {
      RenderRequest request =
          RenderRequest.of(Golden.literal(GOLDEN.prompts().get(1)))
              .withNegativePrompt(Golden.literal(run.path("neg").asText("")))
              .withSteps(run.get("steps").asInt())
              .withStrength(run.get("strength").asDouble())
              .withGuidanceScale(run.get("cfgs").asDouble())
              .withNoise(noise(name, run))
              .withControlVideos(Map.of(GoldenModel.NET, video(model.frames("control_cond", 1))));
      Video result = pipeline.render(video(model.frames("frames_u8", 1 / 255f)), request);

      double[] timesteps = GOLDEN.array(name + "__t").values();
      assertThat(steps.stream().mapToDouble(s -> s.level().timestep()).toArray())
          .isEqualTo(timesteps);
      Golden.Array latents = GOLDEN.array(name + "__latents");
      int shown = (int) latents.shape()[1];
      List<Latents> after = steps.stream().map(s -> s.latents().slice(0, shown)).toList();
      assertThat(latents.distance(Latents.concat(after).toArray())).isLessThan(LATENTS);
      Latents last = steps.get(steps.size() - 1).latents();
      assertThat(GOLDEN.array(name + "__final_latents").distance(last.toArray()))
          .isLessThan(LATENTS);
      assertPictures(result, model.frames(name + "__final_u8", 1));
    }
  }

  /**
   * Returns the start of a run: its latents if nothing of the input is kept, otherwise its noise.
   */
  private InitialNoise noise(String name, JsonNode run) {
    boolean startsFromNoise = run.get("strength").asDouble() == 1;
    Latents latents = model.latents(name + (startsFromNoise ? "__x_start" : "__noise"));
    return latents.frames() == 1 ? InitialNoise.shared(latents) : InitialNoise.perFrame(latents);
  }

  private Pipeline pipeline(JsonNode run, StepListener listener) throws IOException {
    float scale = (float) run.get("cs").asDouble();
    CrossFrameAttention attention = attention(run.path("mode").asText("null"));
    Pipeline.Builder builder =
        Pipeline.builder()
            .model(GOLDEN.model())
            .provider(new OnnxDiffusionBackendProvider())
            .compute(ComputeOptions.AUTO.withDevice("cpu"))
            .controlNet(
                ControlNet.of(GoldenModel.NET, GOLDEN.model().resolve("controlnet"))
                    .withScale(scale))
            .crossFrameAttention(
                run.path("cn_xf").asBoolean(true) ? attention : attention.withInControlNets(false))
            .scheduler(
                run.path("conv").asText("diffsynth").equals("diffusers")
                    ? Scheduler.ddim(TimestepSpacing.LEADING)
                    : Scheduler.ddim(TimestepSpacing.LINSPACE_ALL_STEPS))
            .listener(listener);
    List<Integer> smoothed = new ArrayList<>();
    run.get("smooth_ids").forEach(id -> smoothed.add(id.asInt()));
    if (smoothed.isEmpty()) {
      return builder.deflicker(LatentDeflicker.NONE).build();
    }
    LatentDeflicker deflicker =
        LatentDeflicker.atSteps(smoothed.stream().mapToInt(Integer::intValue).toArray())
            .then(new HalfMean());
    return builder
        .deflicker(
            run.path("final_smooth").asBoolean(false) ? deflicker.withFinalPass() : deflicker)
        .build();
  }

  private static CrossFrameAttention attention(String mode) {
    int frames = GOLDEN.frames();
    return switch (mode) {
      case "null" -> CrossFrameAttention.NONE;
      case "FIRST_FRAME" -> CrossFrameAttention.FIRST_FRAME;
      case "PREVIOUS_FRAME" -> CrossFrameAttention.gather(FrameRef.PREVIOUS);
      case "FIRST_AND_PREVIOUS" -> CrossFrameAttention.FIRST_AND_PREVIOUS;
      case "SELF_AND_FIRST" -> CrossFrameAttention.gather(FrameRef.SELF, FrameRef.FIRST);
      case "ALL_FRAMES" -> CrossFrameAttention.joint(frames, frames);
      default -> throw new IllegalArgumentException("mode " + mode);
    };
  }

  private static void assertPictures(Video result, List<Frame> expected) throws IOException {
    int worst = 0;
    try (FrameSource source = result.open()) {
      for (Frame frame : expected) {
        byte[] got = source.read().toRgb8();
        float[] want = frame.toFloat();
        for (int i = 0; i < got.length; i++) {
          worst = Math.max(worst, Math.abs((got[i] & 255) - Math.round(want[i])));
        }
      }
      assertThat(source.read()).isNull();
    }

    assertThat(worst).isLessThanOrEqualTo(LEVELS);
  }

  private static Video video(List<Frame> frames) {
    return Video.of(frames, FrameRate.DEFAULT);
  }

  /**
   * The smoothing of the golden runs: the mean of each clipped frame and the mean of all frames.
   */
  private static final class HalfMean implements Deflicker {
    @Override
    public void apply(FrameSource guide, FrameSource style, FrameSink sink, Monitor monitor)
        throws IOException {
      List<float[]> pictures = new ArrayList<>();
      double[] mean = null;
      for (Frame frame = style.read(); frame != null; frame = style.read()) {
        float[] picture = frame.toFloat();
        mean = mean == null ? new double[picture.length] : mean;
        for (int i = 0; i < picture.length; i++) {
          picture[i] = Math.min(1, Math.max(0, picture[i]));
          mean[i] += picture[i];
        }
        pictures.add(picture);
      }
      for (float[] picture : pictures) {
        for (int i = 0; i < picture.length; i++) {
          picture[i] = (float) (0.5 * picture[i] + 0.5 * mean[i] / pictures.size());
        }
        sink.write(Frame.ofFloat(style.format().width(), style.format().height(), picture));
      }
    }
  }
}
