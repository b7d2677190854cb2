package org.diffsynth.onnx.internal.graph;

import java.io.IOException;
import java.util.List;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.NodeProto;

/**
 * Makes a VAE encoder that draws a sample inside give its mean: a sample is mean + deviation ·
 * noise, and the mean is the operand of that sum which no noise reaches.
 */
public final class VaeEncoderSurgery {
  private VaeEncoderSurgery() {}

  /**
   * The model without sampling; itself if it draws none.
   *
   * @throws IOException if the mean cannot be reached
   */
  public static OnnxSkeleton patch(OnnxSkeleton skeleton) throws IOException {
    GraphProto graph = skeleton.model().getGraph();
    GraphIndex index = new GraphIndex(graph);
    NodeProto random = null;
    for (NodeProto node : graph.getNodeList()) {
      if (node.getOpType().startsWith("RandomNormal")) {
        random = node;
      }
    }
    if (random == null) {
      return skeleton;
    }
    String noisy = random.getOutput(0);
    while (true) {
      List<Integer> readers = index.readers(noisy);
      if (readers.size() != 1) {
        break;
      }
      NodeProto node = graph.getNode(readers.get(0));
      if (node.getOpType().equals("Add")) {
        GraphRewrite rewrite = new GraphRewrite(graph);
        String mean = node.getInput(node.getInput(0).equals(noisy) ? 1 : 0);
        rewrite.change(readers.get(0)).setOpType("Identity").clearInput().addInput(mean);
        return skeleton.withModel(rewrite.apply(skeleton.model(), false));
      }
      if (!List.of("Mul", "Cast", "Identity").contains(node.getOpType())) {
        break;
      }
      noisy = node.getOutput(0);
    }
    throw new IOException(
        skeleton.file()
            + ": the encoder draws a sample inside and its mean cannot be reached; export it again"
            + " with an exporter that gives latent_parameters");
  }
}
