package org.diffsynth.onnx.internal.graph;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.proto.AttributeProto;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.TensorProto;

/**
 * Adds rows to the embedding table of a text encoder, for textual inversions.
 *
 * <p>The table, a Gather from a matrix by the token ids, stays where it is: 150 MB in Stable
 * Diffusion 1.5. The new rows are a second, small table. Ids below the number of rows of the table
 * are looked up as before; the ids from there on are looked up in the second one:
 *
 * <pre>
 * new  = not (ids &lt; rows)
 * out  = where(new, Gather(second, where(new, ids − rows, 0)), Gather(table, where(new, 0, ids)))
 * </pre>
 */
public final class TokenEmbeddingSurgery {
  private static final String PREFIX = "/diffsynth/token_embedding/";

  private final OnnxSkeleton skeleton;
  private final int gather;
  private final TensorProto table;
  private final int type;

  private TokenEmbeddingSurgery(OnnxSkeleton skeleton, int gather, TensorProto table, int type) {
    this.skeleton = skeleton;
    this.gather = gather;
    this.table = table;
    this.type = type;
  }

  /**
   * Finds the embedding table of a text encoder.
   *
   * @param ids name of the input of token ids
   * @param width floats per token
   * @throws IOException if there is not exactly one such table
   */
  public static TokenEmbeddingSurgery find(OnnxSkeleton skeleton, String ids, int width)
      throws IOException {
    GraphProto graph = skeleton.model().getGraph();
    GraphIndex index = new GraphIndex(graph);
    Set<String> fromIds = index.dependents(ids);
    List<TokenEmbeddingSurgery> found = new ArrayList<>();
    for (int i = 0; i < graph.getNodeCount(); i++) {
      NodeProto node = graph.getNode(i);
      if (!node.getOpType().equals("Gather") || !fromIds.contains(node.getInput(1))) {
        continue;
      }
      AttributeProto axis = GraphIndex.attribute(node, "axis");
      GraphIndex.Weight weight = index.weight(node.getInput(0));
      if (weight != null
          && !weight.transposed()
          && (axis == null || axis.getI() == 0)
          && weight.columns() == width
          && TensorValues.isFloat(weight.tensor())) {
        found.add(
            new TokenEmbeddingSurgery(
                skeleton, i, weight.tensor(), index.weightType(node.getInput(0))));
      }
    }
    if (found.size() != 1) {
      throw new IOException(
          Text.format(
              "%s: expected one table of token embeddings, a Gather from a matrix of %d columns by '%s', found %d; a quantized text encoder has none",
              skeleton.file(), width, ids, found.size()));
    }
    return found.get(0);
  }

  /** Returns the number of rows of the table, which is the first id that a new row gets. */
  public int rows() {
    return Math.toIntExact(table.getDims(0));
  }

  /**
   * Returns the model with further rows after those of its table.
   *
   * @param values new rows, shape (rows, width)
   */
  public OnnxSkeleton withRows(float[] values) {
    GraphProto graph = skeleton.model().getGraph();
    NodeProto node = graph.getNode(gather);
    GraphRewrite rewrite = new GraphRewrite(graph);
    int width = Math.toIntExact(table.getDims(1));
    rewrite.add(
        Nodes.floats(PREFIX + "second", values).toBuilder()
            .clearDims()
            .addDims(values.length / width)
            .addDims(width)
            .build());
    rewrite.add(Nodes.integers(PREFIX + "rows", rows()).toBuilder().clearDims().build());
    rewrite.add(Nodes.integers(PREFIX + "zero", 0).toBuilder().clearDims().build());
    rewrite.add(
        TensorProto.newBuilder()
            .setName(PREFIX + "flags")
            .setDataType(TensorTypes.BOOL)
            .addDims(2)
            .addDims(1)
            .setRawData(ByteString.copyFrom(new byte[] {0, 1}))
            .build());

    insert(rewrite, "Cast", "ids", TensorTypes.INT64, node.getInput(1));
    insert(rewrite, "Less", "old", 0, PREFIX + "ids", PREFIX + "rows");
    insert(rewrite, "Not", "new", 0, PREFIX + "old");
    insert(rewrite, "Where", "first_ids", 0, PREFIX + "new", PREFIX + "zero", PREFIX + "ids");
    insert(rewrite, "Sub", "shifted", 0, PREFIX + "ids", PREFIX + "rows");
    insert(rewrite, "Where", "second_ids", 0, PREFIX + "new", PREFIX + "shifted", PREFIX + "zero");
    insert(rewrite, "Gather", "second_rows", 0, PREFIX + "second", PREFIX + "second_ids");
    insert(rewrite, "Cast", "cast_rows", type, PREFIX + "second_rows");
    insert(rewrite, "Cast", "flag_ids", TensorTypes.INT64, PREFIX + "new");
    insert(rewrite, "Gather", "mask", 0, PREFIX + "flags", PREFIX + "flag_ids");
    String output = node.getOutput(0);
    rewrite.renameOutput(gather, output, PREFIX + "first_rows");
    rewrite.change(gather).setInput(1, PREFIX + "first_ids");
    rewrite.insert(
        gather + 1,
        Nodes.node(
                "Where",
                List.of(PREFIX + "mask", PREFIX + "cast_rows", PREFIX + "first_rows"),
                output)
            .setName(PREFIX + "Where"));
    return skeleton.withModel(rewrite.apply(skeleton.model(), false));
  }

  private void insert(
      GraphRewrite rewrite, String op, String output, int castTo, String... inputs) {
    NodeProto.Builder node = Nodes.node(op, List.of(inputs), PREFIX + output);
    if (castTo != 0) {
      node.addAttribute(Nodes.attribute("to", castTo));
    }
    rewrite.insert(gather, node);
  }
}
