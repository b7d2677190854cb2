package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Monitor;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.golden.GoldenModel;
import org.diffsynth.onnx.golden.TinyCheckpoint;
import org.diffsynth.onnx.golden.TinyCheckpoint.Tensor;
import org.diffsynth.onnx.internal.graph.GuidanceInput;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.DiffusionSettings;
import org.diffsynth.spi.UnetInput;
import org.diffsynth.spi.UnetInput.KeyValueRows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** UNets that were distilled with guidance, as latent consistency models are. */
class GuidanceInputTest {
  private static final int CHANNELS = 8;
  private static final double SCALE = 7.5;
  private static final Golden GOLDEN = Golden.open();

  @TempDir Path folder;

  /** From get_guidance_scale_embedding of diffusers, run in PyTorch. */
  @Test
  void embedding_scale_isThatOfDiffusers() {
    float[] expected = {
      -0.044785f, 0.110189f, 0.991123f, 0.605186f, -0.998997f, 0.993911f, 0.132946f, 0.796084f
    };
    assertThat(GuidanceInput.embedding(SCALE, CHANNELS)).containsExactly(expected, within(2e-4f));
    assertThat(GuidanceInput.embedding(SCALE, CHANNELS + 1)[CHANNELS]).isZero();
  }

  /** linear(x + W·g) = linear(x) + (linear without bias)(W·g), so the bias can take it in. */
  @Test
  void predict_checkpointWithGuidance_equalsOneWhoseBiasHoldsTheScale() throws IOException {
    TinyCheckpoint tiny = new TinyCheckpoint(GOLDEN.model());
    Map<String, Tensor> weights = tiny.weights("unet");
    Tensor linear = weights.get("time_embedding.linear_1.weight");
    int outputs = linear.shape()[0];
    int inputs = linear.shape()[1];
    Random random = new Random(4);
    float[] projection = new float[inputs * CHANNELS];
    for (int i = 0; i < projection.length; i++) {
      projection[i] = (float) random.nextGaussian();
    }
    float[] embedding = GuidanceInput.embedding(SCALE, CHANNELS);
    float[] bias = weights.get("time_embedding.linear_1.bias").values().clone();
    for (int o = 0; o < outputs; o++) {
      double sum = 0;
      for (int i = 0; i < inputs; i++) {
        for (int c = 0; c < CHANNELS; c++) {
          sum +=
              (double) linear.values()[o * inputs + i]
                  * projection[i * CHANNELS + c]
                  * embedding[c];
        }
      }
      bias[o] += (float) sum;
    }
    Path distilled = folder.resolve("distilled");
    Path biased = folder.resolve("biased");
    Map<String, Tensor> withGuidance = tiny.weights("unet");
    withGuidance.put(
        "time_embedding.cond_proj.weight", new Tensor(projection, new int[] {inputs, CHANNELS}));
    weights.put("time_embedding.linear_1.bias", new Tensor(bias, new int[] {outputs}));
    write(tiny, distilled, withGuidance);
    write(tiny, biased, weights);
    UnetInput step = new GoldenModel(GOLDEN).step(KeyValueRows.SELF, 0);
    float[] expected;
    try (DiffusionBackend backend = open(biased)) {
      assertThat(backend.model().guidanceChannels()).isZero();
      expected = backend.predict(step, Monitor.NONE).toArray();
    }
    try (DiffusionBackend backend = open(distilled)) {
      assertThat(backend.model().guidanceChannels()).isEqualTo(CHANNELS);
      Latents found = backend.predict(step.withGuidanceScale(SCALE), Monitor.NONE);
      assertThat(found.toArray()).containsExactly(expected, within(2e-5f));
      assertThat(backend.predict(step, Monitor.NONE)).isNotEqualTo(found);
    }
  }

  private static void write(TinyCheckpoint tiny, Path model, Map<String, Tensor> unet)
      throws IOException {
    tiny.writeFolder(model);
    tiny.write(unet, model.resolve("unet/diffusion_pytorch_model.safetensors"));
  }

  private static DiffusionBackend open(Path model) throws IOException {
    return new OnnxDiffusionBackendProvider()
        .open(
            DiffusionSettings.of(model)
                .withCompute(ComputeOptions.AUTO.withDevice("cpu").withThreads(2)));
  }
}
