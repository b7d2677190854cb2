package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.control.ControlNet;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.Prediction;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.onnx.golden.RandomCheckpoint;
import org.diffsynth.onnx.golden.SafetensorsWriter;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.DiffusionSettings;
import org.diffsynth.spi.DiffusionSettings.Lora;
import org.diffsynth.spi.UnetInput;
import org.diffsynth.spi.UnetInput.Conditioning;
import org.diffsynth.spi.UnetInput.ControlInput;
import org.diffsynth.spi.UnetInput.KeyValueRows;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A single-file checkpoint gives the results of the folder of diffusers with the same weights. */
class CheckpointFileTest {
  private static final RandomCheckpoint ONE =
      new RandomCheckpoint(
          new RandomCheckpoint.Sizes(new int[] {32, 64}, new int[] {32, 32, 32, 32}, 64, 2, false));
  private static final RandomCheckpoint TWO =
      new RandomCheckpoint(
          new RandomCheckpoint.Sizes(new int[] {64, 64}, new int[] {32, 32, 32, 32}, 64, 2, true));

  @TempDir static Path folder;

  private static Path file;
  private static Path net;
  private static Path diffusers;

  @BeforeAll
  static void write() throws IOException {
    file = ONE.writeModel(folder.resolve("one.safetensors"));
    net = ONE.writeControlNet(folder.resolve("net.safetensors"));
    diffusers = ONE.writeFolder(folder.resolve("one"));
  }

  private static DiffusionSettings settings(Path model, Path control) {
    return DiffusionSettings.of(model)
        .withControlNets(List.of(ControlNet.of("net", control)))
        .withAttention(CrossFrameAttention.FIRST_FRAME)
        .withCompute(ComputeOptions.AUTO.withDevice("cpu").withThreads(2));
  }

  private static DiffusionBackend open(DiffusionSettings settings) throws IOException {
    return new OnnxDiffusionBackendProvider().open(settings);
  }

  /** What a model returns for prompt, picture, latents and step. */
  private record Results(float[] text, float[] latents, float[] picture, float[] noise) {
    static Results of(DiffusionSettings settings) throws IOException {
      try (DiffusionBackend backend = open(settings)) {
        List<Embedding> text = backend.encodeText(List.of("", "a red (car:1.2), Ölbild"));
        Latents latents = backend.encode(List.of(randomPicture(1), randomPicture(2)), Monitor.NONE);
        Frame decoded = backend.decode(latents.slice(0, 1), Monitor.NONE).get(0);
        UnetInput step =
            new UnetInput(
                latents,
                500,
                List.of(new Conditioning(text.get(0), true), new Conditioning(text.get(1), false)),
                KeyValueRows.of(new int[][] {{0}, {0}}, -1),
                List.of(new ControlInput("net", List.of(randomPicture(3), randomPicture(4)), 1)));
        Latents noise = backend.predict(step, Monitor.NONE);
        return new Results(
            text.get(1).toArray(), latents.toArray(), decoded.toFloat(), noise.toArray());
      }
    }
  }

  private static Frame randomPicture(int seed) {
    Random random = new Random(seed);
    float[] rgb = new float[72 * 40 * 3];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = random.nextFloat();
    }
    return Frame.ofFloat(72, 40, rgb);
  }

  private static void assertSame(Results file, Results folder) {
    assertThat(file.text).containsExactly(folder.text);
    assertThat(file.latents).containsExactly(folder.latents);
    assertThat(file.picture).containsExactly(folder.picture);
    assertThat(file.noise).containsExactly(folder.noise);
    for (float value : file.noise) {
      assertThat(value).isFinite();
    }
  }

  @Test
  void fileOfOne_sameWeights_givesResultsOfFolder() throws IOException {
    Results wanted = Results.of(settings(diffusers, diffusers.resolve("controlnet")));
    assertSame(Results.of(settings(file, net)), wanted);
    try (DiffusionBackend backend = open(settings(file, net))) {
      assertThat(backend.model().name()).isEqualTo("one.safetensors");
      assertThat(backend.model().predictionType()).isEqualTo(Prediction.Type.EPSILON);
    }
  }

  @Test
  void fileOfOne_lora_changesTheResultAsInFolder() throws IOException {
    Path lora =
        new SafetensorsWriter()
            .with(
                "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q.lora_down.weight",
                2,
                32)
            .with(
                "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q.lora_up.weight",
                32,
                2)
            .with("lora_te_text_model_encoder_layers_1_self_attn_q_proj.lora_down.weight", 2, 64)
            .with("lora_te_text_model_encoder_layers_1_self_attn_q_proj.lora_up.weight", 64, 2)
            .write(folder.resolve("lora.safetensors"));
    List<Lora> loras = List.of(new Lora(lora, 50f));
    Results plain = Results.of(settings(file, net));
    Results changed = Results.of(settings(file, net).withLoras(loras));
    assertSame(
        changed, Results.of(settings(diffusers, diffusers.resolve("controlnet")).withLoras(loras)));
    assertThat(changed.text).isNotEqualTo(plain.text);
    assertThat(changed.noise).isNotEqualTo(plain.noise);
  }

  @Test
  void fileOfOne_carriedAttentionAndClipSkip_areOpened() throws IOException {
    DiffusionSettings carried =
        settings(file, net).withAttention(CrossFrameAttention.FIRST_AND_PREVIOUS).withClipSkip(2);
    open(carried).close();
  }

  @Test
  void fileOfTwo_predictionByYaml_givesResultsOfFolder() throws IOException {
    Path two = TWO.writeModel(folder.resolve("two.safetensors"));
    Path control = TWO.writeControlNet(folder.resolve("net2.safetensors"));
    Path whole = TWO.writeFolder(folder.resolve("two"));
    Files.writeString(whole.resolve("text_encoder/config.json"), "{\"hidden_act\": \"gelu\"}");
    Files.writeString(whole.resolve("tokenizer/tokenizer_config.json"), "{\"pad_token\": \"!\"}");
    assertThatThrownBy(() -> open(settings(two, control)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("two.yaml")
        .hasMessageContaining("parameterization: v");
    Files.writeString(
        folder.resolve("two.yaml"), "model:\n  params:\n    parameterization: \"v\"\n");
    assertSame(
        Results.of(settings(two, control)),
        Results.of(settings(whole, whole.resolve("controlnet"))));
    try (DiffusionBackend backend = open(settings(two, control))) {
      assertThat(backend.model().predictionType()).isEqualTo(Prediction.Type.V_PREDICTION);
    }
  }
}
