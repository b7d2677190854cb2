package org.diffsynth.onnx.internal.graph;

import java.util.List;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.ValueInfoProto;

/**
 * Scales the residuals of a ControlNet inside its graph, and averages them over the image for
 * ControlNets that work that way, such as shuffle.
 *
 * <pre>
 * residual ─ [GlobalAveragePool] ─ Mul(residual_scale) ─ output
 * </pre>
 */
public final class ControlOutputSurgery {
  /** Name of the input with the factor on all residuals of each row, shape (batch, 1, 1, 1). */
  public static final String SCALE = "residual_scale";

  private ControlOutputSurgery() {}

  /**
   * Returns the model with all outputs multiplied by {@link #SCALE}.
   *
   * @param pooled whether each output is averaged over the image, to shape (batch, channels, 1, 1)
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
      rewrite.renameOutput(index.makerPosition(name), name, raw);
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
