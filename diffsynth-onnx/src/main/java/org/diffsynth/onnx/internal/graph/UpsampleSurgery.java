package org.diffsynth.onnx.internal.graph;

import java.util.List;
import java.util.Optional;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.NodeProto;

/**
 * Lets a UNet take latents of any size.
 *
 * <p>On the way down a UNet halves the size and rounds up; on the way up it must reach the size of
 * each skip connection again. Exporters write a Resize by the factor 2, which fits only if every
 * size on the way down was even, so that sides must be multiples of 8 latent pixels. After this
 * surgery each Resize takes the height and width of the skip connection that it is joined with, as
 * the original PyTorch model does.
 */
public final class UpsampleSurgery {
  /** The first version of the ONNX operators in which Resize takes sizes. */
  private static final long SIZES_OPSET = 11;

  private UpsampleSurgery() {}

  /**
   * Returns the model for any size.
   *
   * @param sample name of the input of the latents
   * @param steps number of times that the UNet doubles the size
   * @return empty if another number of steps is found, or if the graph computes shapes from the
   *     size of its inputs, which assumes exact doubling (see {@link SizeDependentShapes})
   */
  public static Optional<OnnxSkeleton> patch(OnnxSkeleton skeleton, String sample, int steps) {
    GraphProto graph = skeleton.model().getGraph();
    GraphIndex index = new GraphIndex(graph);
    List<Integer> joins = ResidualSurgery.skipJoins(index, sample);
    GraphRewrite rewrite = new GraphRewrite(graph);
    int found = 0;
    int first = graph.getNodeCount();
    for (int i = 0; i < graph.getNodeCount(); i++) {
      NodeProto node = graph.getNode(i);
      if (node.getOpType().equals("Resize")) {
        int position = i;
        Optional<Integer> join = joins.stream().filter(j -> j > position).findFirst();
        if (join.isEmpty()) {
          return Optional.empty();
        }
        String skip = graph.getNode(join.get()).getInput(1);
        if (index.makerPosition(skip) >= i) {
          return Optional.empty();
        }
        resize(rewrite, i, node.getInput(0), skip, found);
        first = Math.min(first, i);
        found++;
      }
    }
    return found != steps
            || skeleton.opset() < SIZES_OPSET
            || new SizeDependentShapes(index).shapeDataFrom(first + 1)
        ? Optional.empty()
        : Optional.of(skeleton.withModel(rewrite.apply(skeleton.model(), false)));
  }

  private static void resize(GraphRewrite rewrite, int at, String value, String skip, int step) {
    String base = "up_" + step;
    String batch = base + "/batch_channels";
    String side = base + "/height_width";
    for (String[] part : new String[][] {{value, batch, "0", "2"}, {skip, side, "2", "4"}}) {
      String shape = part[1] + "/shape";
      rewrite.add(Nodes.integers(part[1] + "/from", Long.parseLong(part[2])));
      rewrite.add(Nodes.integers(part[1] + "/to", Long.parseLong(part[3])));
      rewrite.insert(at, Nodes.node("Shape", List.of(part[0]), shape));
      rewrite.insert(
          at, Nodes.node("Slice", List.of(shape, part[1] + "/from", part[1] + "/to"), part[1]));
    }
    String sizes = base + "/sizes";
    rewrite.insert(
        at,
        Nodes.node("Concat", List.of(batch, side), sizes).addAttribute(Nodes.attribute("axis", 0)));
    rewrite.change(at).clearInput().addAllInput(List.of(value, "", "", sizes));
  }
}
