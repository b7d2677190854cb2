package org.diffsynth.onnx.internal.graph;

import java.util.List;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.ValueInfoProto;

/** Scales what a ControlNet gives inside its graph, and pools it over the picture where it must. */
public final class ControlOutputSurgery {
  /** Input {@code (batch, 1, 1, 1)}: factor on all residuals of each row. */
  public static final String SCALE = "residual_scale";

  private ControlOutputSurgery() {}

  /**
   * The model with outputs multiplied by {@link #SCALE}.
   *
   * @param pooled whether each output is its mean over the picture, {@code (batch, channels, 1, 1)}
   */
  public static OnnxSkeleton patch(OnnxSkeleton skeleton, boolean pooled) {
    GraphProto graph = skeleton.model().getGraph();
    GraphIndex index = new GraphIndex(graph);
    GraphRewrite rewrite = new GraphRewrite(graph);
    int type = graph.getOutput(0).getType().getTensorType().getElemType();
    int end = graph.getNodeCount();
    rewrite.addInput(Nodes.value(SCALE, type, "residual_scale_batch", 1, 1, 1));
    for (ValueInfoProto output : graph.getOutputList()) {
      String name = output.getName();
      String raw = name + "/raw";
      NodeProto.Builder maker = rewrite.change(index.makerPosition(name));
      for (int i = 0; i < maker.getOutputCount(); i++) {
        if (maker.getOutput(i).equals(name)) {
          maker.setOutput(i, raw);
        }
      }
      for (int reader : index.readers(name)) {
        NodeProto.Builder node = rewrite.change(reader);
        for (int i = 0; i < node.getInputCount(); i++) {
          if (node.getInput(i).equals(name)) {
            node.setInput(i, raw);
          }
        }
      }
      String value = raw;
      if (pooled) {
        value = name + "/pooled";
        rewrite.insert(end, Nodes.node("GlobalAveragePool", List.of(raw), value));
      }
      rewrite.insert(end, Nodes.node("Mul", List.of(value, SCALE), name));
    }
    return skeleton.withModel(rewrite.apply(skeleton.model(), false));
  }
}
