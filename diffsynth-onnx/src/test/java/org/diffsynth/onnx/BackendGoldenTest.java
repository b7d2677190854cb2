package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.golden.GoldenModel;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.UnetInput.KeyValueRows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BackendGoldenTest {
  private static final double TEXT = 1e-4;
  private static final double STEP = 5e-4;
  private static final double VAE = 5e-4;

  private static final Golden GOLDEN = Golden.open();
  private final GoldenModel model = new GoldenModel(GOLDEN);

  @Test
  void encodeText_goldenPrompts_givesGoldenStates() {
    Golden.Array expected = GOLDEN.array("text_last_hidden_state");
    List<String> prompts = GOLDEN.prompts().subList(0, (int) expected.shape()[0]);
    try (DiffusionBackend backend = model.open(CrossFrameAttention.NONE, false)) {
      List<Embedding> embeddings =
          backend.encodeText(prompts.stream().map(Golden::literal).toList());
      int size = (int) (expected.shape()[1] * expected.shape()[2]);
      float[] all = new float[prompts.size() * size];
      for (int i = 0; i < prompts.size(); i++) {
        System.arraycopy(embeddings.get(i).toArray(), 0, all, i * size, size);
      }
      assertThat(expected.distance(all)).isLessThan(TEXT);
    }
  }

  @Test
  void encode_goldenFrames_givesGoldenLatents() {
    Golden.Array expected = GOLDEN.array("vae_latent_scaled");
    List<Frame> frames = model.frames("frames_u8", 1 / 255f).subList(0, (int) expected.shape()[0]);
    try (DiffusionBackend backend = model.open(CrossFrameAttention.NONE, false)) {
      Latents latents = backend.encode(frames, Monitor.NONE);
      assertThat(expected.distance(latents.toArray())).isLessThan(VAE);
    }
  }

  @Test
  void decode_goldenLatents_givesGoldenPictures() {
    Golden.Array expected = GOLDEN.array("vae_decoded");
    List<Frame> wanted = model.frames("vae_decoded", 1);
    try (DiffusionBackend backend = model.open(CrossFrameAttention.NONE, false)) {
      Latents latents = model.latents("vae_latent_scaled").slice(0, (int) expected.shape()[0]);
      List<Frame> decoded = backend.decode(latents, Monitor.NONE);
      assertThat(decoded).hasSameSizeAs(wanted);
      for (int f = 0; f < decoded.size(); f++) {
        float[] got = decoded.get(f).toFloat();
        float[] want = wanted.get(f).toFloat();
        for (int i = 0; i < got.length; i++) {
          assertThat(Math.abs(got[i] * 2 - 1 - want[i])).isLessThan((float) VAE);
        }
      }
    }
  }

  @Test
  void predict_withoutControlNet_givesGoldenStep() {
    try (DiffusionBackend backend = model.open(CrossFrameAttention.NONE, false)) {
      assertStep(backend, KeyValueRows.SELF, 0, "un_out_plain");
    }
  }

  @Test
  void predict_withControlNet_givesGoldenStepsAndPlainOneWhenSilent() {
    try (DiffusionBackend backend = model.open(CrossFrameAttention.NONE, true)) {
      assertStep(backend, KeyValueRows.SELF, 1, "un_out_control");
      assertStep(backend, KeyValueRows.SELF, 0.5f, "un_out_control_s05");
      assertStep(backend, KeyValueRows.SELF, 0, "un_out_plain");
    }
  }

  static Stream<String> modes() {
    String prefix = "kv_index_";
    return GOLDEN.names(prefix + ".*").stream().map(name -> name.substring(prefix.length()));
  }

  @ParameterizedTest
  @MethodSource("modes")
  void predict_crossFrame_givesGoldenStep(String mode) {
    try (DiffusionBackend backend = model.open(CrossFrameAttention.FIRST_FRAME, true)) {
      assertStep(backend, model.rows("kv_index_" + mode), 1, "un_out_xf_" + mode);
    }
  }

  static Stream<String> modesInUnetOnly() {
    return modes().filter(mode -> !GOLDEN.names("un_out_xf_" + mode + "_unet_only").isEmpty());
  }

  @ParameterizedTest
  @MethodSource("modesInUnetOnly")
  void predict_crossFrameInUnetOnly_givesGoldenStep(String mode) {
    try (DiffusionBackend backend =
        model.open(CrossFrameAttention.FIRST_FRAME.withInControlNets(false), true)) {
      assertStep(backend, model.rows("kv_index_" + mode), 1, "un_out_xf_" + mode + "_unet_only");
    }
  }

  @Test
  void predict_attentionNotForeseen_isOpenedForIt() {
    try (DiffusionBackend backend = model.open(CrossFrameAttention.NONE, true)) {
      assertStep(backend, model.rows("kv_index_FIRST_FRAME"), 1, "un_out_xf_FIRST_FRAME");
    }
  }

  private void assertStep(
      DiffusionBackend backend, KeyValueRows attention, float scale, String name) {
    Latents noise = backend.predict(model.step(attention, scale), Monitor.NONE);
    double distance = GOLDEN.array(name).distance(noise.toArray());
    assertThat(distance).as(name).isLessThan(STEP);
  }
}
