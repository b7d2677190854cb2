package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.golden.RandomCheckpoint;
import org.diffsynth.onnx.golden.SafetensorsWriter;
import org.diffsynth.onnx.internal.tensorfile.SafetensorsFile;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.DiffusionSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** VAEs that replace the model's, for everything or inside the loop. */
class SeparateVaeTest {
  private static final int WIDTH = 24;
  private static final int HEIGHT = 16;
  private static final float CLOSE = 1e-5f;
  private static final Path TINY = Golden.resource("vae").resolve("tiny_vae.safetensors");

  @TempDir Path folder;

  private static DiffusionSettings settings(Path model) {
    return DiffusionSettings.of(model)
        .withCompute(ComputeOptions.AUTO.withDevice("cpu").withThreads(2));
  }

  private static DiffusionBackend inLoop(Path vae) throws IOException {
    DiffusionSettings settings = settings(Golden.open().model());
    return open(settings.withVae(settings.vae().withInLoop(vae)));
  }

  private static DiffusionBackend open(DiffusionSettings settings) throws IOException {
    return new OnnxDiffusionBackendProvider().open(settings);
  }

  /** Picture, its latents, other latents and their picture, as PyTorch computed them. */
  private record Expected(Frame picture, float[] encoded, Latents given, float[] decoded) {
    static Expected read() {
      float[] all = Golden.file(Golden.resource("vae").resolve("tiny_vae.npy")).floats();
      int pixels = WIDTH * HEIGHT;
      int latents = 4 * pixels / 64;
      float[] rgb = interleaved(Arrays.copyOf(all, 3 * pixels));
      int at = 3 * pixels;
      return new Expected(
          Frame.ofFloat(WIDTH, HEIGHT, rgb),
          Arrays.copyOfRange(all, at, at + latents),
          Latents.of(
              1, 4, HEIGHT / 8, WIDTH / 8, Arrays.copyOfRange(all, at + latents, at + 2 * latents)),
          interleaved(Arrays.copyOfRange(all, at + 2 * latents, all.length)));
    }

    /** Turns planes with values in [−1, 1] into pixels with values in [0, 1]. */
    private static float[] interleaved(float[] planes) {
      float[] rgb = new float[planes.length];
      for (int i = 0; i < rgb.length; i++) {
        rgb[i] = (planes[i % 3 * (planes.length / 3) + i / 3] + 1) / 2;
      }
      return rgb;
    }

    void assertGivenBy(DiffusionBackend backend) {
      assertThat(backend.encodeInLoop(List.of(picture), Monitor.NONE).toArray())
          .containsExactly(encoded, within(CLOSE));
      assertThat(backend.decodeInLoop(given, Monitor.NONE).get(0).toFloat())
          .containsExactly(decoded, within(CLOSE));
    }
  }

  @Test
  void inLoop_tinyVaeOfDiffusers_givesResultsOfPyTorch() throws IOException {
    Expected expected = Expected.read();
    try (DiffusionBackend plain = open(settings(Golden.open().model()));
        DiffusionBackend backend = inLoop(TINY)) {
      expected.assertGivenBy(backend);
      List<Frame> picture = List.of(expected.picture);
      assertThat(backend.encode(picture, Monitor.NONE))
          .isEqualTo(plain.encode(picture, Monitor.NONE))
          .isEqualTo(plain.encodeInLoop(picture, Monitor.NONE));
      assertThat(backend.model().scalingFactor()).isEqualTo(plain.model().scalingFactor());
    }
  }

  @Test
  void inLoop_twoFilesOfTaesd_giveTheResultsOfOne() throws IOException {
    SafetensorsFile tiny = SafetensorsFile.open(TINY);
    for (String part : List.of("encoder", "decoder")) {
      SafetensorsWriter writer = new SafetensorsWriter();
      for (String name : tiny.names()) {
        if (name.startsWith(part)) {
          String[] words = name.split("\\.", 4);
          // TAESD's decoder begins with a clamp, so its layers have numbers from 1 on.
          int number = Integer.parseInt(words[2]) + (part.equals("decoder") ? 1 : 0);
          int[] shape = Arrays.stream(tiny.shape(name)).mapToInt(dim -> (int) dim).toArray();
          writer.with(number + "." + words[3], tiny.floats(name), shape);
        }
      }
      writer.write(folder.resolve("taesd_" + part + ".safetensors"));
    }
    Expected expected = Expected.read();
    for (Path path : List.of(folder, folder.resolve("taesd_encoder.safetensors"))) {
      try (DiffusionBackend backend = inLoop(path)) {
        expected.assertGivenBy(backend);
      }
    }
    Files.delete(folder.resolve("taesd_encoder.safetensors"));
    assertThatThrownBy(() -> inLoop(folder.resolve("taesd_decoder.safetensors")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("has no encoder");
  }

  @Test
  void replacement_tinyVae_isUsedForEverything() throws IOException {
    DiffusionSettings settings = settings(Golden.open().model());
    Expected expected = Expected.read();
    try (DiffusionBackend backend = open(settings.withVae(settings.vae().withReplacement(TINY)))) {
      expected.assertGivenBy(backend);
      assertThat(backend.encode(List.of(expected.picture), Monitor.NONE).toArray())
          .containsExactly(expected.encoded, within(CLOSE));
      assertThat(backend.model().scalingFactor()).isEqualTo(1);
    }
  }

  @Test
  void replacement_vaeFileForModelWithout_givesTheResultsOfTheWholeModel() throws IOException {
    RandomCheckpoint model =
        new RandomCheckpoint(
            new RandomCheckpoint.Sizes(
                new int[] {32, 64}, new int[] {32, 32, 32, 32}, 64, 1, false));
    Path whole = model.writeModel(folder.resolve("whole.safetensors"));
    Path without = model.writeModelWithoutVae(folder.resolve("without.safetensors"));
    Path vae = model.writeVae(folder.resolve("vae.safetensors"));
    List<Frame> picture = List.of(Expected.read().picture);
    Latents expected;
    try (DiffusionBackend backend = open(settings(whole))) {
      expected = backend.encode(picture, Monitor.NONE);
    }
    assertThatThrownBy(() -> open(settings(without)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("has no VAE")
        .hasMessageContaining("--vae");
    DiffusionSettings settings = settings(without);
    for (Path given : List.of(vae, whole)) {
      try (DiffusionBackend backend =
          open(settings.withVae(settings.vae().withReplacement(given)))) {
        assertThat(backend.encode(picture, Monitor.NONE)).isEqualTo(expected);
      }
    }
  }

  @Test
  void inLoop_otherFiles_areRefusedWithWhatTheyAre() throws IOException {
    Path lora =
        new SafetensorsWriter()
            .with("lora_unet_mid_block_attentions_0.lora_down.weight", 2, 2)
            .write(folder.resolve("style.safetensors"));
    assertThatThrownBy(() -> inLoop(lora))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is not a VAE")
        .hasMessageContaining("a LoRA");
    assertThatThrownBy(() -> inLoop(folder.resolve("nothing")))
        .hasMessageContaining("does not exist");
    Path pickle = Files.write(folder.resolve("vae.pt"), new byte[] {'P', 'K', 3, 4});
    assertThatThrownBy(() -> inLoop(pickle)).hasMessageContaining("can run any code");
  }
}
