package org.diffsynth.onnx.internal.graph;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.diffsynth.onnx.internal.proto.AttributeProto;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.TensorProto;

/**
 * Lets the tiles of an image share the statistics of group normalization in a VAE.
 *
 * <p>Group normalization divides the channels into groups and normalizes each group by its mean and
 * variance over the whole image: y = (x − mean) / √(variance + ε) · scale + bias. A tile has
 * another mean and variance than the image, so tiles would differ in tone and contrast. After this
 * surgery each normalization returns the mean and variance of its input, and can use given ones
 * instead:
 *
 * <pre>
 * x (1, groups, values) ─ ReduceMean ─ OWN_MEAN_i ─┐
 *   └ (x − mean)² ─ ReduceMean ─ OWN_VARIANCE_i ───┤ Where(SHARED) ─ (x − mean) / √(variance + ε) · scale + bias
 * MEAN_i, VARIANCE_i ──────────────────────────────┘
 * </pre>
 *
 * <p>Exporters write group normalization in one of two forms: as InstanceNormalization of a value
 * that was reshaped to (1, groups, values), followed by scale and bias of the channels; or, from
 * opset 21 on, as one GroupNormalization node. Both become the nodes drawn above.
 */
public final class GroupNormSurgery {
  /** Name of the switch, float, shape (1): 0 to use own statistics, 1 to use given ones. */
  public static final String SHARED = "norm_shared";

  /** Prefix of the inputs of given means, float, shape (1, groups or 1, 1); a number follows. */
  public static final String MEAN = "norm_mean_";

  /**
   * Prefix of the inputs of given variances, float, shape (1, groups or 1, 1); a number follows.
   */
  public static final String VARIANCE = "norm_variance_";

  /** Prefix of the outputs of own means, float, shape (1, groups, 1); a number follows. */
  public static final String OWN_MEAN = "norm_own_mean_";

  /** Prefix of the outputs of own variances, float, shape (1, groups, 1); a number follows. */
  public static final String OWN_VARIANCE = "norm_own_variance_";

  /** From this version on ReduceMean takes its axes as an input. */
  private static final long AXES_INPUT_OPSET = 18;

  /** From this version on GroupNormalization has a scale for each channel, not for each group. */
  private static final long SCALE_BY_CHANNEL_OPSET = 21;

  private static final String INSTANCE = "InstanceNormalization";
  private static final String GROUP = "GroupNormalization";

  private static final String ON = SHARED + "/on";
  private static final String AXIS = SHARED + "/axis";
  private static final String COLUMN = SHARED + "/column";

  private final GraphRewrite rewrite;
  private final boolean axesInput;

  private GroupNormSurgery(GraphRewrite rewrite, boolean axesInput) {
    this.rewrite = rewrite;
    this.axesInput = axesInput;
  }

  /**
   * A model whose group normalizations were replaced.
   *
   * @param count number of normalizations; inputs and outputs are numbered from 0
   */
  public record Patched(OnnxSkeleton skeleton, int count) {}

  /**
   * Returns the model with all group normalizations changed.
   *
   * @return empty if the model has no group normalization, or one of an unknown form
   */
  public static Optional<Patched> patch(OnnxSkeleton skeleton) {
    GraphProto graph = skeleton.model().getGraph();
    GraphIndex index = new GraphIndex(graph);
    List<Integer> norms =
        IntStream.range(0, graph.getNodeCount())
            .filter(i -> List.of(INSTANCE, GROUP).contains(graph.getNode(i).getOpType()))
            .boxed()
            .toList();
    long opset = skeleton.opset();
    if (norms.isEmpty() || norms.stream().anyMatch(i -> !isKnown(index, i, opset))) {
      return Optional.empty();
    }
    GraphRewrite rewrite = new GraphRewrite(graph);
    GroupNormSurgery surgery = new GroupNormSurgery(rewrite, opset >= AXES_INPUT_OPSET);
    surgery.begin();
    for (int number = 0; number < norms.size(); number++) {
      int at = norms.get(number);
      TensorProto scale = index.weight(graph.getNode(at).getInput(1)).tensor();
      surgery.open(graph.getNode(at), at, number, scale);
    }
    return Optional.of(
        new Patched(skeleton.withModel(rewrite.apply(skeleton.model(), false)), norms.size()));
  }

  private static boolean isKnown(GraphIndex index, int position, long opset) {
    NodeProto norm = index.graph().getNode(position);
    boolean form =
        norm.getOpType().equals(GROUP)
            ? opset >= SCALE_BY_CHANNEL_OPSET
            : isOfRows(index, index.maker(norm.getInput(0)));
    GraphIndex.Weight scale = index.weight(norm.getInput(1));
    return form
        && scale != null
        && (scale.tensor().getDataType() == TensorTypes.FLOAT
            || scale.tensor().getDataType() == TensorTypes.FLOAT16);
  }

  /**
   * Whether a value has the shape (1, groups, values), because a Reshape to three dimensions made
   * it.
   */
  private static boolean isOfRows(GraphIndex index, NodeProto before) {
    long[] shape =
        before != null && before.getOpType().equals("Reshape")
            ? index.integers(before.getInput(1))
            : null;
    return shape != null && shape.length == 3;
  }

  private void begin() {
    rewrite.addInput(Nodes.value(SHARED, TensorTypes.FLOAT, 1));
    rewrite.add(Nodes.integers(AXIS, 2));
    rewrite.add(Nodes.integers(COLUMN, 1, -1, 1));
    rewrite.insert(
        0,
        Nodes.node("Cast", List.of(SHARED), ON)
            .addAttribute(Nodes.attribute("to", TensorTypes.BOOL)));
  }

  private void open(NodeProto norm, int at, int number, TensorProto scale) {
    int type = scale.getDataType();
    String base = SHARED + "/" + number + "/";
    boolean group = norm.getOpType().equals(GROUP);
    String input = toFloat(norm.getInput(0), base + "x", at, type);
    String x = group ? rows(norm, input, base, at) : input;
    String ownMean = OWN_MEAN + number;
    String ownVariance = OWN_VARIANCE + number;
    mean(x, ownMean, at);
    insert(at, "Sub", base + "centred", x, ownMean);
    insert(at, "Mul", base + "squares", base + "centred", base + "centred");
    mean(base + "squares", ownVariance, at);
    for (String name : List.of(MEAN + number, VARIANCE + number)) {
      rewrite.addInput(Nodes.value(name, TensorTypes.FLOAT, 1, "norm_groups_" + number, 1));
    }
    for (String name : List.of(ownMean, ownVariance)) {
      rewrite.addOutput(Nodes.value(name, TensorTypes.FLOAT, 1, "norm_own_groups_" + number, 1));
    }
    insert(at, "Where", base + "mean", ON, MEAN + number, ownMean);
    insert(at, "Where", base + "variance", ON, VARIANCE + number, ownVariance);

    AttributeProto epsilon = GraphIndex.attribute(norm, "epsilon");
    rewrite.add(Nodes.floats(base + "epsilon", epsilon == null ? 1e-5f : epsilon.getF()));
    insert(at, "Add", base + "padded", base + "variance", base + "epsilon");
    insert(at, "Sqrt", base + "deviation", base + "padded");
    insert(at, "Sub", base + "shifted", x, base + "mean");
    insert(at, "Div", base + "unit", base + "shifted", base + "deviation");
    String unit = group ? channels(base, at, scale.getDims(0)) : base + "unit";
    insert(at, "Reshape", base + "factor", toFloat(norm.getInput(1), base + "f", at, type), COLUMN);
    insert(at, "Reshape", base + "offset", toFloat(norm.getInput(2), base + "o", at, type), COLUMN);
    insert(at, "Mul", base + "scaled", unit, base + "factor");
    insert(at, "Add", base + "moved", base + "scaled", base + "offset");
    String result = group ? likeInput(base + "moved", input, base, at) : base + "moved";
    // The normalization node itself becomes the last operation, so that its output keeps its name.
    NodeProto.Builder last = rewrite.change(at).clearInput().clearAttribute().addInput(result);
    if (type == TensorTypes.FLOAT) {
      last.setOpType("Identity");
    } else {
      last.setOpType("Cast").addAttribute(Nodes.attribute("to", type));
    }
  }

  /** Reshapes the input of a GroupNormalization node to (1, groups, values). */
  private String rows(NodeProto norm, String input, String base, int at) {
    long groups = GraphIndex.attribute(norm, "num_groups").getI();
    rewrite.add(Nodes.integers(base + "groups", 0, groups, -1));
    insert(at, "Reshape", base + "rows", input, base + "groups");
    return base + "rows";
  }

  /** Reshapes to (1, channels, values), so that scale and bias of each channel apply. */
  private String channels(String base, int at, long channels) {
    rewrite.add(Nodes.integers(base + "channels", 0, channels, -1));
    insert(at, "Reshape", base + "lines", base + "unit", base + "channels");
    return base + "lines";
  }

  private String likeInput(String rows, String input, String base, int at) {
    insert(at, "Shape", base + "shape", input);
    insert(at, "Reshape", base + "result", rows, base + "shape");
    return base + "result";
  }

  private String toFloat(String value, String name, int at, int type) {
    if (type == TensorTypes.FLOAT) {
      return value;
    }
    rewrite.insert(
        at,
        Nodes.node("Cast", List.of(value), name)
            .addAttribute(Nodes.attribute("to", TensorTypes.FLOAT)));
    return name;
  }

  private void mean(String value, String output, int at) {
    NodeProto.Builder node =
        Nodes.node("ReduceMean", axesInput ? List.of(value, AXIS) : List.of(value), output)
            .addAttribute(Nodes.attribute("keepdims", 1));
    if (!axesInput) {
      node.addAttribute(Nodes.integerList("axes", 2));
    }
    rewrite.insert(at, node);
  }

  private void insert(int at, String op, String output, String... inputs) {
    rewrite.insert(at, Nodes.node(op, List.of(inputs), output));
  }
}
