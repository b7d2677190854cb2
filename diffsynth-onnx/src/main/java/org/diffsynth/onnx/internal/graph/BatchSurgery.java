package org.diffsynth.onnx.internal.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.ModelProto;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.ValueInfoProto;

/**
 * Opens the batch dimension of a model that was exported with a fixed one.
 *
 * <p>Besides the declared inputs and outputs, the fixed batch is written into the constant target
 * shapes of Reshape and Expand nodes. Rows lie one after another in memory, so only the first entry
 * of such a shape depends on the batch. It is replaced:
 *
 * <ul>
 *   <li>Reshape to a shape without an inferred dimension: the first entry becomes −1 (inferred).
 *   <li>Reshape to a shape that already has a −1: the first entry becomes {@code batch · factor},
 *       computed from the latents at run time.
 *   <li>Expand: the first entry becomes 1, which leaves the batch as it is.
 * </ul>
 *
 * <p>Surgery cannot prove that no other node depends on the batch. The caller must therefore test
 * the opened model against the original one; see {@code BatchProbe}.
 */
public final class BatchSurgery {
  private static final String BATCH = "opened_batch";

  private final GraphIndex index;
  private final GraphRewrite rewrite;
  private final String sample;
  private final long batch;

  private BatchSurgery(GraphIndex index, String sample, long batch) {
    this.index = index;
    this.rewrite = new GraphRewrite(index.graph());
    this.sample = sample;
    this.batch = batch;
  }

  /**
   * Returns the model with an open batch dimension.
   *
   * @param sample name of the input of the latents, whose first dimension is the batch
   * @param batch the fixed batch size
   */
  public static OnnxSkeleton open(OnnxSkeleton skeleton, String sample, long batch) {
    GraphProto graph = skeleton.model().getGraph();
    BatchSurgery surgery = new BatchSurgery(new GraphIndex(graph), sample, batch);
    surgery.openNodes();
    ModelProto.Builder model = surgery.rewrite.apply(skeleton.model(), false).toBuilder();
    GraphProto.Builder opened = model.getGraphBuilder().clearValueInfo();
    Set<String> weights =
        graph.getInitializerList().stream().map(t -> t.getName()).collect(Collectors.toSet());
    for (ValueInfoProto.Builder input : opened.getInputBuilderList()) {
      if (!weights.contains(input.getName())) {
        open(input, batch);
      }
    }
    opened.getOutputBuilderList().forEach(output -> open(output, batch));
    return skeleton.withModel(model.build());
  }

  private static void open(ValueInfoProto.Builder value, long batch) {
    var shape = value.getTypeBuilder().getTensorTypeBuilder().getShapeBuilder();
    boolean rows =
        shape.getDimCount() > 1 || batch > 1; // a shape (1) may be one value for all rows
    if (shape.getDimCount() > 0 && shape.getDim(0).getDimValue() == batch && rows) {
      shape.getDimBuilder(0).setDimParam("batch");
    }
  }

  private void openNodes() {
    boolean computed = false;
    for (int i = 0; i < index.graph().getNodeCount(); i++) {
      NodeProto node = index.graph().getNode(i);
      boolean setsShape = node.getOpType().equals("Reshape") || node.getOpType().equals("Expand");
      if (!setsShape || index.isFixed(node.getInput(0))) {
        continue;
      }
      long[] shape = index.integers(node.getInput(1));
      if (shape == null || shape.length == 0) {
        continue;
      }
      if (node.getOpType().equals("Expand")) {
        if (shape[0] == batch) {
          shape[0] = 1; // keeps the batch of the data
          constant(i, shape);
        }
      } else if (Arrays.stream(shape).allMatch(side -> side >= 0) && shape[0] > 0) {
        shape[0] = -1;
        constant(i, shape);
      } else if (shape[0] > 0 && shape[0] % batch == 0) {
        if (!computed) {
          addBatchSize();
          computed = true;
        }
        multiple(i, shape);
      }
    }
  }

  private void constant(int position, long[] shape) {
    String name = BATCH + "/shape_" + position;
    rewrite.add(Nodes.integers(name, shape));
    rewrite.change(position).setInput(1, name);
  }

  private void addBatchSize() {
    rewrite.add(Nodes.integers(BATCH + "/from", 0));
    rewrite.add(Nodes.integers(BATCH + "/to", 1));
    rewrite.insert(0, Nodes.node("Shape", List.of(sample), BATCH + "/sample"));
    rewrite.insert(
        0, Nodes.node("Slice", List.of(BATCH + "/sample", BATCH + "/from", BATCH + "/to"), BATCH));
  }

  /** Computes the first entry of a target shape as a multiple of the batch size. */
  private void multiple(int position, long[] shape) {
    String name = BATCH + "/shape_" + position;
    List<String> parts = new ArrayList<>();
    rewrite.add(Nodes.integers(name + "/times", shape[0] / batch));
    rewrite.insert(position, Nodes.node("Mul", List.of(BATCH, name + "/times"), name + "/rows"));
    parts.add(name + "/rows");
    if (shape.length > 1) {
      rewrite.add(Nodes.integers(name + "/rest", Arrays.copyOfRange(shape, 1, shape.length)));
      parts.add(name + "/rest");
    }
    rewrite.insert(
        position, Nodes.node("Concat", parts, name).addAttribute(Nodes.attribute("axis", 0)));
    rewrite.change(position).setInput(1, name);
  }
}
