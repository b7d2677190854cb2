package org.diffsynth.onnx.internal.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.TensorValues;
import org.diffsynth.onnx.internal.graph.WeightDeltas;
import org.diffsynth.onnx.internal.proto.TensorProto;
import org.diffsynth.onnx.internal.tensorfile.SafetensorsFile;
import org.diffsynth.spi.DiffusionSettings.Lora;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares the weights that LoRAs of every form lead to with those that make_formats.py computed
 * with NumPy in double precision.
 */
class LoraFormatsTest {
  private static final float TOLERANCE = 1e-5f;
  private static final Path FORMATS = Golden.resource("lora").resolve("formats");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ranks",
        "locon",
        "loha",
        "lokr",
        "dora",
        "dora_whole",
        "full",
        "ia3",
        "diffusers_metadata",
        "adapter_model"
      })
  void merge_everyForm_leadsToTheWeightsOfNumpy(String name) throws IOException {
    SafetensorsFile expected =
        SafetensorsFile.open(FORMATS.resolve(name + ".expected.safetensors"));
    float scale = Float.parseFloat(expected.metadata().get("scale"));
    LoraMerge merge = merge(new Lora(FORMATS.resolve(name + ".safetensors"), scale));

    Set<String> changed = new TreeSet<>();
    merge.unet().deltas().byTensor().keySet().forEach(tensor -> changed.add("unet:" + tensor));
    merge
        .textEncoder()
        .deltas()
        .byTensor()
        .keySet()
        .forEach(tensor -> changed.add("text_encoder:" + tensor));
    assertThat(changed).containsExactlyElementsOf(new TreeSet<>(expected.names()));
    for (String key : expected.names()) {
      OnnxSkeleton skeleton = key.startsWith("unet:") ? merge.unet() : merge.textEncoder();
      float[] merged = merged(skeleton, key.substring(key.indexOf(':') + 1));
      float[] golden = expected.floats(key);
      assertThat(merged).hasSameSizeAs(golden);
      float worst = 0;
      for (int i = 0; i < golden.length; i++) {
        worst = Math.max(worst, Math.abs(merged[i] - golden[i]));
      }
      assertThat(worst).as(key).isLessThan(TOLERANCE);
    }
  }

  private static float[] merged(OnnxSkeleton skeleton, String name) throws IOException {
    TensorProto tensor =
        skeleton.model().getGraph().getInitializerList().stream()
            .filter(t -> t.getName().equals(name))
            .findFirst()
            .orElseThrow();
    float[] values = TensorValues.floats(skeleton, tensor);
    for (WeightDeltas.Delta delta : skeleton.deltas().byTensor().get(name)) {
      delta.addTo(values);
    }
    return values;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "lora_unet_x.oft_blocks                 | 1 of its layers by OFT (lora_unet_x), which is not supported",
        "lora_unet_x.a1.weight                  | 1 of its layers by GLoRA (lora_unet_x), which is not supported",
        "x.ia3_l                                | (IA)³ of PEFT (x), which is not supported",
        "lora_te1_text_model_x.lora_down.weight | two or more text encoders, such as SDXL",
        "text_encoder_2.x.lora_A.weight         | two or more text encoders, such as SDXL",
        "lora_unet_x.hada_w1_a                  | layer 'lora_unet_x' must have the tensor 'hada_w1_b'",
        "lora_unet_x.lora_up.weight             | layer 'lora_unet_x' must have the tensor 'down'",
        "model.diffusion_model.x.weight         | is not a LoRA",
      })
  void merge_otherKinds_areNamed(String tensor, String message) throws IOException {
    Path file = write("{\"%s\":%s}".formatted(tensor, entry("[1,1]", 0, 4)), 4);

    assertThatThrownBy(() -> merge(Lora.of(file)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("made.safetensors")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "lora_unet_input_blocks_4_1_proj_in          | those of an SDXL LoRA",
        "lora_unet_double_blocks_0_img_attn_proj     | those of a diffusion transformer",
        "transformer.transformer_blocks.0.attn.to_q  | those of a diffusion transformer",
      })
  void merge_namesOfOtherModels_areExplained(String layer, String message) throws IOException {
    Path file =
        write(
            "{\"__metadata__\":{\"ss_base_model_version\":\"sdxl_base_v1-0\"},\"%1$s.lora_down.weight\":%2$s,\"%1$s.lora_up.weight\":%3$s}"
                .formatted(layer, entry("[1,1]", 0, 4), entry("[1,1]", 4, 8)),
            8);

    assertThatThrownBy(() -> merge(Lora.of(file)))
        .hasMessageContaining("1 of 1 layers were not found")
        .hasMessageContaining("trained for 'sdxl_base_v1-0'")
        .hasMessageContaining(message);
  }

  @Test
  void read_unknownTensorsAndEmbeddings_areCounted() throws IOException {
    Path file =
        write(
            "{\"lora_unet_x.lora_down.weight\":%s,\"lora_unet_x.lora_up.weight\":%s,\"note\":%s,\"lora_unet_y.alpha\":%s,\"bundle_emb.mood.string_to_param.*\":%s}"
                .formatted(
                    entry("[1,1]", 0, 4),
                    entry("[1,1]", 4, 8),
                    entry("[1]", 8, 12),
                    entry("[]", 12, 16),
                    entry("[1]", 16, 20)),
            20);

    LoraFile lora = LoraFile.read(file);

    assertThat(lora.changes()).hasSize(1);
    assertThat(lora.ignored()).containsExactlyInAnyOrder("note", "lora_unet_y.alpha");
    assertThat(lora.embeddings()).containsExactly("mood");
  }

  private static String entry(String shape, int begin, int end) {
    return "{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[%d,%d]}".formatted(shape, begin, end);
  }

  private Path write(String header, int data) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(Long.BYTES + text.length + data)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(text.length)
            .put(text);
    return Files.write(folder.resolve("made.safetensors"), bytes.array());
  }

  private static LoraMerge merge(Lora... loras) throws IOException {
    Path model = Golden.open().model();
    return LoraMerge.of(
        List.of(loras),
        OnnxSkeleton.read(model.resolve("unet/model.onnx")),
        OnnxSkeleton.read(model.resolve("text_encoder/model.onnx")));
  }
}
