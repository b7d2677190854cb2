package org.diffsynth.onnx.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.diffsynth.metrics.AestheticHead;
import org.diffsynth.onnx.tiny.TinyGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both file formats give the predictor that is built from the weights directly. */
class AestheticHeadsTest {
  private static final int[] SIZES = {768, 1024, 128, 64, 16, 1};
  private static final int[] NAMES = {0, 2, 4, 6, 7};

  @TempDir Path folder;

  private final List<float[]> weights = new ArrayList<>();
  private final List<float[]> biases = new ArrayList<>();
  private final float[] vector;

  AestheticHeadsTest() {
    Random random = new Random(11);
    for (int i = 0; i + 1 < SIZES.length; i++) {
      weights.add(floats(random, SIZES[i] * SIZES[i + 1]));
      biases.add(floats(random, SIZES[i + 1]));
    }
    vector = floats(random, SIZES[0]);
  }

  private static float[] floats(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat() * 0.2f - 0.1f;
    }
    return values;
  }

  private double expected() {
    return new AestheticHead(weights, biases).score(vector);
  }

  private Path safetensors(int layers) throws IOException {
    StringBuilder header = new StringBuilder("{\"__metadata__\": {\"format\": \"pt\"}");
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (int i = 0; i < layers; i++) {
      for (boolean weight : new boolean[] {false, true}) {
        float[] values = weight ? weights.get(i) : biases.get(i);
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
          bytes.putFloat(value);
        }
        header.append(
            ", \"layers.%d.%s\": {\"dtype\": \"F32\", \"shape\": %s, \"data_offsets\": [%d, %d]}"
                .formatted(
                    NAMES[i],
                    weight ? "weight" : "bias",
                    weight ? List.of(SIZES[i + 1], SIZES[i]) : List.of(SIZES[i + 1]),
                    data.size(),
                    data.size() + bytes.capacity()));
        data.write(bytes.array());
      }
    }
    byte[] json = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(8 + json.length + data.size()).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(json.length).put(json).put(data.toByteArray());
    return Files.write(folder.resolve("head.safetensors"), file.array());
  }

  /** A graph as exporters write it: transposed weights with meaningless names. */
  private Path onnx() throws IOException {
    TinyGraph graph = new TinyGraph().input("x", "batch", 768);
    String last = "x";
    for (int i = 0; i + 1 < SIZES.length; i++) {
      int inputs = SIZES[i];
      int outputs = SIZES[i + 1];
      float[] turned = new float[inputs * outputs];
      for (int k = 0; k < turned.length; k++) {
        turned[k] = weights.get(i)[k % outputs * inputs + k / outputs];
      }
      graph
          .weight("onnx::MatMul_" + i, turned, inputs, outputs)
          .weight("b" + i, biases.get(i), outputs)
          .node("MatMul", last + " onnx::MatMul_" + i, "m" + i)
          .node("Add", "m" + i + " b" + i, "a" + i);
      last = "a" + i;
    }
    return graph.output(last, "batch", 1).write(folder.resolve("head.onnx"));
  }

  @Test
  void read_safetensors_isTheHead() throws IOException {
    assertThat(AestheticHeads.read(safetensors(5)).score(vector))
        .isCloseTo(expected(), within(1e-9));
  }

  @Test
  void read_onnx_isTheHead() throws IOException {
    assertThat(AestheticHeads.read(onnx()).score(vector)).isCloseTo(expected(), within(1e-9));
  }

  @Test
  void read_missingLayer_listsWhatWasFound() throws IOException {
    Path file = safetensors(3);
    assertThatThrownBy(() -> AestheticHeads.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("head.safetensors", "[16, 64]", "layer 3", "layers.4.weight");
  }

  @Test
  void read_broken_namesTheFile() throws IOException {
    Path file = safetensors(5);
    byte[] all = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(all, all.length / 2));
    assertThatThrownBy(() -> AestheticHeads.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("head.safetensors is truncated");
    Files.writeString(file, "this is no such file at all");
    assertThatThrownBy(() -> AestheticHeads.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is not a safetensors file");
    Path other = Files.writeString(folder.resolve("head.pth"), "x");
    assertThatThrownBy(() -> AestheticHeads.read(other))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(".onnx or .safetensors");
    assertThatThrownBy(() -> AestheticHeads.read(folder.resolve("none.onnx")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("none.onnx is missing");
  }
}
