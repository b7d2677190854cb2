package org.diffsynth.onnx.internal.graph;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.diffsynth.onnx.internal.proto.AttributeProto;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.ValueInfoProto;

/**
 * The shape values in a graph that are computed from height and width of the graph's inputs.
 *
 * <p>Exporters that trace symbols, such as PyTorch's dynamo exporter, compute target shapes from
 * the size of the latents instead of the size of the value at hand. On the way up of a UNet such a
 * shape assumes that each step doubles the size. {@link UpsampleSurgery} changes the sizes of the
 * steps, so it must not be applied where data is given such a shape.
 */
final class SizeDependentShapes {
  /** Index of the height in (batch, channels, height, width). */
  private static final long HEIGHT = 2;

  private static final Set<String> SHAPED = Set.of("Reshape", "Expand", "Resize");

  private final GraphIndex index;
  private final Set<String> values = new HashSet<>();

  SizeDependentShapes(GraphIndex index) {
    this.index = index;
    Set<String> images =
        index.graph().getInputList().stream()
            .filter(SizeDependentShapes::isImage)
            .map(ValueInfoProto::getName)
            .collect(Collectors.toSet());
    for (NodeProto node : index.graph().getNodeList()) {
      boolean follows =
          node.getOpType().equals("Shape")
              ? images.contains(node.getInput(0)) && !endsBeforeHeight(node)
              : index.isFixed(node.getOutput(0))
                  && node.getInputList().stream().anyMatch(values::contains)
                  && !selectsBeforeHeight(node);
      if (follows) {
        values.addAll(node.getOutputList());
      }
    }
  }

  /** Returns whether a node at a position or later gives data a shape computed from the inputs. */
  boolean shapeDataFrom(int position) {
    return index.graph().getNodeList().stream()
        .skip(position)
        .anyMatch(
            node ->
                SHAPED.contains(node.getOpType())
                    && !index.isFixed(node.getOutput(0))
                    && node.getInputList().stream().skip(1).anyMatch(values::contains));
  }

  /** Whether an input has the dimensions batch, channels, height and width. */
  private static boolean isImage(ValueInfoProto input) {
    return input.getType().getTensorType().getShape().getDimCount() == 4;
  }

  private static boolean endsBeforeHeight(NodeProto shape) {
    AttributeProto end = GraphIndex.attribute(shape, "end");
    return end != null && end.getI() >= 0 && end.getI() <= HEIGHT;
  }

  private boolean selectsBeforeHeight(NodeProto node) {
    boolean ofShape =
        index.maker(node.getInput(0)) != null
            && index.maker(node.getInput(0)).getOpType().equals("Shape");
    if (!ofShape) {
      return false;
    }
    return switch (node.getOpType()) {
      case "Gather" -> allBelow(index.integers(node.getInput(1)), HEIGHT);
      case "Slice" ->
          node.getInputCount() > 2 && allBelow(index.integers(node.getInput(2)), HEIGHT + 1);
      default -> false;
    };
  }

  private static boolean allBelow(long[] numbers, long limit) {
    if (numbers == null) {
      return false;
    }
    for (long number : numbers) {
      if (number < 0 || number >= limit) {
        return false;
      }
    }
    return true;
  }
}
