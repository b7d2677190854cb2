package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.golden.GoldenModel;
import org.diffsynth.onnx.golden.ModelCopy;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.TensorProto;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.DiffusionSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClipSkipTest {
  @TempDir Path folder;

  @Test
  void encodeText_oneLayerSkipped_normalisesWhatTheLayerBeforeGave() throws IOException {
    List<float[]> affine = new ArrayList<>();
    // the export, changed to return the input of its last layer
    ModelCopy raw =
        new ModelCopy(folder)
            .graph(
                "text_encoder",
                g -> {
                  List<NodeProto> norms = norms(g);
                  NodeProto last = norms.get(norms.size() - 1);
                  affine.add(floats(g, last.getInput(1)));
                  affine.add(floats(g, last.getInput(2)));
                  String hidden = norms.get(norms.size() - 3).getInput(0);
                  g.addNode(
                      NodeProto.newBuilder()
                          .setOpType("Identity")
                          .addInput(hidden)
                          .addOutput("hidden_state_of_layer"));
                  g.getOutputBuilder(0).setName("hidden_state_of_layer");
                });
    String prompt = "winter, ice, snow";
    float[] hidden;
    try (DiffusionBackend backend = raw.open()) {
      hidden = backend.encodeText(List.of(prompt)).get(0).toArray();
    }
    GoldenModel golden = new GoldenModel(Golden.open());
    float[] skipped;
    float[] whole;
    try (DiffusionBackend two =
            new OnnxDiffusionBackendProvider().open(raw(golden).withClipSkip(2));
        DiffusionBackend one = new OnnxDiffusionBackendProvider().open(raw(golden))) {
      skipped = two.encodeText(List.of(prompt)).get(0).toArray();
      whole = one.encodeText(List.of(prompt)).get(0).toArray();
    }
    assertThat(distance(skipped, normalised(hidden, affine.get(0), affine.get(1))))
        .isLessThan(1e-4);
    assertThat(distance(skipped, whole)).isGreaterThan(1e-2);
  }

  @Test
  void open_moreLayersSkippedThanThereAre_saysSo() {
    GoldenModel golden = new GoldenModel(Golden.open());
    assertThatThrownBy(() -> new OnnxDiffusionBackendProvider().open(raw(golden).withClipSkip(12)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("leave out 11");
  }

  private static DiffusionSettings raw(GoldenModel golden) {
    return golden.settings(CrossFrameAttention.NONE, false);
  }

  private static List<NodeProto> norms(GraphProto.Builder graph) {
    return graph.getNodeList().stream()
        .filter(n -> n.getOpType().equals("LayerNormalization"))
        .toList();
  }

  private static float[] floats(GraphProto.Builder graph, String name) {
    for (TensorProto tensor : graph.getInitializerList()) {
      if (tensor.getName().equals(name)) {
        ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[raw.remaining() / 4];
        raw.asFloatBuffer().get(values);
        return values;
      }
    }
    throw new IllegalArgumentException(name);
  }

  private static float[] normalised(float[] states, float[] weight, float[] bias) {
    float[] result = new float[states.length];
    int width = weight.length;
    for (int from = 0; from < states.length; from += width) {
      double mean = 0;
      double square = 0;
      for (int i = 0; i < width; i++) {
        mean += states[from + i] / (double) width;
        square += states[from + i] * (double) states[from + i] / width;
      }
      double deviation = Math.sqrt(square - mean * mean + 1e-5);
      for (int i = 0; i < width; i++) {
        result[from + i] = (float) ((states[from + i] - mean) / deviation * weight[i] + bias[i]);
      }
    }
    return result;
  }

  private static double distance(float[] x, float[] y) {
    double worst = 0;
    for (int i = 0; i < x.length; i++) {
      worst = Math.max(worst, Math.abs(x[i] - y[i]));
    }
    return worst;
  }
}
