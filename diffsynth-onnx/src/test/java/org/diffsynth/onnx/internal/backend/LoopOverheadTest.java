package org.diffsynth.onnx.internal.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.diffsynth.Pipeline;
import org.diffsynth.RenderRequest;
import org.diffsynth.compute.Availability;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.control.ControlNet;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.Video;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.internal.graph.SkeletonCache;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.DiffusionBackendProvider;
import org.diffsynth.spi.DiffusionSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures the part of a warm render that is spent outside of the models: {@code mvn -pl
 * diffsynth-onnx -am test -Dtest=LoopOverheadTest -Ddiffsynth.measure=true
 * -Dsurefire.failIfNoSpecifiedTests=false}, with {@code -Ddiffsynth.golden=DIR} for another model
 * (only its folder model/ is read), and {@code -Ddiffsynth.measure.frames=N}, {@code .steps=N},
 * {@code .warm=N}, {@code .runs=N} and {@code .sides=N,N} for a slower one. The smaller the model,
 * the larger the share.
 */
@EnabledIfSystemProperty(named = "diffsynth.measure", matches = "true")
class LoopOverheadTest {
  private static final int FRAMES = setting("frames", 16);
  private static final int STEPS = setting("steps", 10);
  private static final int WARM = setting("warm", 3);
  private static final int MEASURED = setting("runs", 5);

  @TempDir Path cache;
  private OnnxDiffusionBackend backend;

  @Test
  void render_warm_spendsItsTimeInModels() throws IOException {
    for (String side : System.getProperty("diffsynth.measure.sides", "128,256").split(",")) {
      for (boolean controlled : new boolean[] {false, true}) {
        measure(Integer.parseInt(side), controlled);
      }
    }
  }

  private static int setting(String name, int otherwise) {
    return Integer.getInteger("diffsynth.measure." + name, otherwise);
  }

  private void measure(int side, boolean controlled) throws IOException {
    Path model = Golden.modelFolder();
    Pipeline.Builder builder =
        Pipeline.builder()
            .model(model)
            .provider(provider())
            .compute(ComputeOptions.AUTO.withDevice("cpu").withThreads(1))
            .crossFrameAttention(CrossFrameAttention.FIRST_FRAME);
    if (controlled) {
      builder.controlNet(ControlNet.of("net", model.resolve("controlnet")));
    }
    Video input = video(side);
    RenderRequest request = RenderRequest.of("winter").withSteps(STEPS).withStrength(0.9);
    if (controlled) {
      request = request.withControlVideos(Map.of("net", input));
    }
    try (Pipeline pipeline = builder.build()) {
      for (int i = 0; i < WARM; i++) {
        pipeline.render(input, request);
      }
      double best = 1;
      for (int i = 0; i < MEASURED; i++) {
        long inModels = backend.modelNanos();
        long start = System.nanoTime();
        pipeline.render(input, request);
        double whole = System.nanoTime() - start;
        double models = backend.modelNanos() - inModels;
        best = Math.min(best, 1 - models / whole);
        System.out.printf(
            "%dx%d %s: %.1f ms, %.1f ms in models, %.2f %% outside%n",
            side,
            side,
            controlled ? "ControlNet" : "plain",
            whole * 1e-6,
            models * 1e-6,
            100 - 100 * models / whole);
      }
      assertThat(best).isLessThan(0.5);
    }
  }

  private DiffusionBackendProvider provider() {
    return new DiffusionBackendProvider() {
      @Override
      public String name() {
        return "measured";
      }

      @Override
      public Availability probe() {
        return new Availability.Ready("measured", 1);
      }

      @Override
      public DiffusionBackend open(DiffusionSettings settings) throws IOException {
        backend = BackendOpener.open(settings, new SkeletonCache(cache));
        return backend;
      }
    };
  }

  private static Video video(int side) {
    List<Frame> frames = new ArrayList<>();
    for (int f = 0; f < FRAMES; f++) {
      byte[] rgb = new byte[3 * side * side];
      for (int i = 0; i < rgb.length; i++) {
        rgb[i] = (byte) (i / 3 % side + i / 3 / side + 3 * f + 40 * (i % 3));
      }
      frames.add(Frame.ofRgb8(side, side, rgb));
    }
    return Video.of(frames, FrameRate.DEFAULT);
  }
}
