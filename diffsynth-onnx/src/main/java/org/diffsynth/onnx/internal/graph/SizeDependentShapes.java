package org.diffsynth.onnx.internal.graph;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.diffsynth.onnx.internal.proto.AttributeProto;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.ValueInfoProto;

/**
 * Which shapes of a graph are computed from height and width of its inputs, the latents or
 * residuals, and not asked of the value at hand: exporters that trace symbols (dynamo) do that. On
 * the way up such a shape is the doubled one, whatever size a step up really gave.
 */
final class SizeDependentShapes {
  /** Batch and channels come before the sides. */
  private static final long FIRST_SIDE = 2;

  private static final Set<String> SHAPED = Set.of("Reshape", "Expand", "Resize");

  private final GraphIndex index;
  private final Set<String> values = new HashSet<>();

  SizeDependentShapes(GraphIndex index) {
    this.index = index;
    Set<String> pictures =
        index.graph().getInputList().stream()
            .filter(SizeDependentShapes::isPicture)
            .map(ValueInfoProto::getName)
            .collect(Collectors.toSet());
    for (NodeProto node : index.graph().getNodeList()) {
      boolean follows =
          node.getOpType().equals("Shape")
              ? pictures.contains(node.getInput(0)) && !endsBeforeSides(node)
              : index.isFixed(node.getOutput(0))
                  && node.getInputList().stream().anyMatch(values::contains)
                  && !choosesBeforeSides(node);
      if (follows) {
        values.addAll(node.getOutputList());
      }
    }
  }

  /** Whether data is given such a shape at this position of the graph or later. */
  boolean shapeDataFrom(int position) {
    return index.graph().getNodeList().stream()
        .skip(position)
        .anyMatch(
            node ->
                SHAPED.contains(node.getOpType())
                    && !index.isFixed(node.getOutput(0))
                    && node.getInputList().stream().skip(1).anyMatch(values::contains));
  }

  /** Batch, channels, height and width. */
  private static boolean isPicture(ValueInfoProto input) {
    return input.getType().getTensorType().getShape().getDimCount() == 4;
  }

  private static boolean endsBeforeSides(NodeProto shape) {
    AttributeProto end = GraphIndex.attribute(shape, "end");
    return end != null && end.getI() >= 0 && end.getI() <= FIRST_SIDE;
  }

  private boolean choosesBeforeSides(NodeProto node) {
    boolean ofLatents =
        index.maker(node.getInput(0)) != null
            && index.maker(node.getInput(0)).getOpType().equals("Shape");
    if (!ofLatents) {
      return false;
    }
    return switch (node.getOpType()) {
      case "Gather" -> allBelow(index.integers(node.getInput(1)), FIRST_SIDE);
      case "Slice" ->
          node.getInputCount() > 2 && allBelow(index.integers(node.getInput(2)), FIRST_SIDE + 1);
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
