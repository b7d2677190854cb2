package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.control.ControlNet;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.golden.GoldenModel;
import org.diffsynth.onnx.golden.TinyCheckpoint;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.DiffusionSettings;
import org.diffsynth.spi.UnetInput.KeyValueRows;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The golden model as PyTorch saved it gives the results of PyTorch, without an export. */
class CheckpointTest {
  private static final double CLOSE = 1e-5;
  private static final Golden GOLDEN = Golden.open();

  @TempDir static Path folder;

  private final GoldenModel golden = new GoldenModel(GOLDEN);

  @BeforeAll
  static void write() throws IOException {
    new TinyCheckpoint(GOLDEN.model()).writeFolder(folder.resolve("tiny"));
  }

  private static DiffusionSettings settings(Path model, Path net) {
    return DiffusionSettings.of(model)
        .withControlNets(List.of(ControlNet.of(GoldenModel.NET, net)))
        .withAttention(CrossFrameAttention.FIRST_FRAME)
        .withCompute(ComputeOptions.AUTO.withDevice("cpu").withThreads(2));
  }

  private static DiffusionBackend open() throws IOException {
    Path tiny = folder.resolve("tiny");
    return new OnnxDiffusionBackendProvider().open(settings(tiny, tiny.resolve("controlnet")));
  }

  @Test
  void folder_prompts_giveGoldenStates() throws IOException {
    Golden.Array expected = GOLDEN.array("text_last_hidden_state");
    int rows = (int) expected.shape()[0];
    List<String> prompts = GOLDEN.prompts().subList(0, rows).stream().map(Golden::literal).toList();
    try (DiffusionBackend backend = open()) {
      List<Embedding> embeddings = backend.encodeText(prompts);
      int size = (int) (expected.shape()[1] * expected.shape()[2]);
      float[] all = new float[rows * size];
      for (int i = 0; i < rows; i++) {
        System.arraycopy(embeddings.get(i).toArray(), 0, all, i * size, size);
      }
      assertThat(relative(expected, all)).isLessThan(CLOSE);
    }
  }

  @Test
  void folder_frames_giveGoldenLatentsAndPictures() throws IOException {
    Golden.Array latents = GOLDEN.array("vae_latent_scaled");
    int count = (int) latents.shape()[0];
    List<Frame> frames = golden.frames("frames_u8", 1 / 255f).subList(0, count);
    Golden.Array pictures = GOLDEN.array("vae_decoded");
    List<Frame> wanted = golden.frames("vae_decoded", 1);
    try (DiffusionBackend backend = open()) {
      Latents encoded = backend.encode(frames, Monitor.NONE);
      assertThat(relative(latents, encoded.toArray())).isLessThan(CLOSE);
      Latents given = golden.latents("vae_latent_scaled").slice(0, (int) pictures.shape()[0]);
      List<Frame> decoded = backend.decode(given, Monitor.NONE);
      for (int f = 0; f < wanted.size(); f++) {
        float[] got = decoded.get(f).toFloat();
        float[] want = wanted.get(f).toFloat();
        for (int i = 0; i < got.length; i++) {
          assertThat(Math.abs(got[i] * 2 - 1 - want[i])).isLessThan(1e-5f);
        }
      }
    }
  }

  @Test
  void folder_crossFrameAndControlNet_giveGoldenSteps() throws IOException {
    try (DiffusionBackend backend = open()) {
      assertStep(backend, KeyValueRows.SELF, 0, "un_out_plain");
      assertStep(backend, KeyValueRows.SELF, 0.5f, "un_out_control_s05");
      assertStep(backend, golden.rows("kv_index_FIRST_FRAME"), 1, "un_out_xf_FIRST_FRAME");
      assertStep(backend, golden.rows("kv_index_ALL_FRAMES"), 1, "un_out_xf_ALL_FRAMES");
    }
  }

  private void assertStep(DiffusionBackend backend, KeyValueRows rows, float scale, String name) {
    Latents noise = backend.predict(golden.step(rows, scale), Monitor.NONE);
    assertThat(relative(GOLDEN.array(name), noise.toArray())).as(name).isLessThan(CLOSE);
  }

  /** The largest difference, relative to the largest value. */
  private static double relative(Golden.Array expected, float[] values) {
    double largest = 0;
    for (double value : expected.values()) {
      largest = Math.max(largest, Math.abs(value));
    }
    return expected.distance(values) / largest;
  }
}
