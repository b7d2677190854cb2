package org.diffsynth.onnx.internal.graph;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.NodeProto;

/**
 * Leaves out the last layers of a text encoder. Each layer has two layer normalisations, the first
 * of which reads what the layer before gave; the one after all layers is made to read that of an
 * earlier one.
 */
public final class ClipSkipSurgery {
  private ClipSkipSurgery() {}

  /**
   * The model without its last {@code clipSkip - 1} layers.
   *
   * @param output the output with the hidden states after the last normalisation
   * @param layers how many layers the configuration tells of, 0 if it does not
   * @throws IOException if the graph has no normalisations to be found, or too few layers
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
          String.format(
              "%s: expected a normalisation operator at '%s' and two in each of %s layers to leave"
                  + " out %d, found %d operators in all",
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
