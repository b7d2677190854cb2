package org.diffsynth.onnx.internal.graph;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.NodeProto;

/**
 * Leaves out the last layers of a CLIP text encoder (clip skip).
 *
 * <p>Each transformer layer contains two LayerNormalization nodes, and one more follows after the
 * last layer. The first normalization of a layer reads the output of the layer before it. So the
 * final normalization is connected to the input of layer {@code n − clipSkip + 1} instead of the
 * output of the last layer n.
 */
public final class ClipSkipSurgery {
  private ClipSkipSurgery() {}

  /**
   * Returns the model without its last {@code clipSkip - 1} layers.
   *
   * @param output name of the output with the hidden states after the final normalization
   * @param clipSkip number of layers to leave out, plus 1; at least 1
   * @param layers number of layers by the model's configuration; 0 if unknown
   * @throws IOException if the normalizations do not have the expected number, or the model has too
   *     few layers
   */
  public static OnnxSkeleton patch(OnnxSkeleton skeleton, String output, int clipSkip, int layers)
      throws IOException {
    GraphProto graph = skeleton.model().getGraph();
    GraphIndex index = new GraphIndex(graph);
    List<Integer> norms = new ArrayList<>();
    for (int i = 0; i < graph.getNodeCount(); i++) {
      if (graph.getNode(i).getOpType().equals("LayerNormalization")) {
        norms.add(i);
      }
    }
    int found = (norms.size() - 1) / 2;
    boolean whole = norms.size() % 2 == 1 && norms.contains(index.makerPosition(output));
    if (!whole || layers > 0 && layers != found || clipSkip > found) {
      throw new IOException(
          Text.format(
              "%s: expected a LayerNormalization at '%s' and two in each of %s layers, to leave"
                  + " out %d, found %d in all",
              skeleton.file(),
              output,
              layers > 0 ? Integer.toString(layers) : "the",
              clipSkip - 1,
              norms.size()));
    }
    NodeProto first = graph.getNode(norms.get(2 * (found - clipSkip + 1)));
    GraphRewrite rewrite = new GraphRewrite(graph);
    rewrite.change(index.makerPosition(output)).setInput(0, first.getInput(0));
    return skeleton.withModel(rewrite.apply(skeleton.model(), false));
  }
}
