package org.diffsynth.onnx.internal.graph;

import java.io.IOException;
import java.util.List;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.NodeProto;

/**
 * Makes a VAE encoder return the mean of its latent distribution instead of a random sample.
 *
 * <p>An encoder with sampling computes mean + deviation · noise, with noise from a RandomNormal
 * node. The search walks from that node forward to the addition; the mean is its other operand.
 */
public final class VaeEncoderSurgery {
  private VaeEncoderSurgery() {}

  /**
   * Returns the model without sampling; the given model itself if it does not sample.
   *
   * @throws IOException if the mean cannot be found
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
            + ": the encoder returns a random sample, and its mean was not found; export it again"
            + " with the output latent_parameters");
  }
}
