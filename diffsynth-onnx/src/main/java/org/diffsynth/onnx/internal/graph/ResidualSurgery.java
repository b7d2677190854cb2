package org.diffsynth.onnx.internal.graph;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.proto.AttributeProto;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.ValueInfoProto;

/**
 * Gives a UNet inputs for the residuals of any number of ControlNets. It does not matter whether
 * the UNet was exported with inputs for one ControlNet or without any.
 *
 * <p>A ControlNet returns one residual for each skip connection of the UNet and one for the middle
 * block. They are added to the values there. On the way up, the UNet joins the previous value with
 * a skip connection by a Concat of channels, in reverse order:
 *
 * <pre>
 * middle block ─ + residual n ─────┐
 * skip n−1 ───── + residual n−1 ───┴ Concat 0 ─ … ─┐
 * skip n−2 ───── + residual n−2 ───────────────────┴ Concat 1 ─ …
 * </pre>
 *
 * <p>So the k-th Concat along the channels takes residual n−1−k, and the first one also takes the
 * residual of the middle block. Inputs that the export already had for residuals are removed first,
 * with the additions that read them.
 */
public final class ResidualSurgery {
  private static final Pattern DOWN = Pattern.compile(".*down.*?residual_?(\\d+)");
  private static final Pattern MID = Pattern.compile(".*mid.*residual.*");

  private ResidualSurgery() {}

  /**
   * Returns the name of the input for a residual.
   *
   * @param net number of the ControlNet, from 0
   * @param number number of the residual, from 0; the middle block's is the last
   */
  public static String input(int net, int number) {
    return "residual_" + net + "_" + number;
  }

  /**
   * Returns the model with an input for each residual of each ControlNet, named by {@link #input}.
   * Earlier inputs for residuals are removed.
   *
   * @param sample name of the input of the latents
   * @param channels channels of each residual, the middle block's last
   * @param nets number of ControlNets; 0 only removes earlier inputs
   * @throws IOException if the number of skip connections is not the number of residuals
   */
  public static OnnxSkeleton patch(
      OnnxSkeleton skeleton, String sample, List<Integer> channels, int nets) throws IOException {
    OnnxSkeleton plain = strip(skeleton, sample);
    return nets == 0 ? plain : add(plain, sample, channels, nets);
  }

  /** Returns the names of residual inputs of an export, in order, the middle block's last. */
  public static List<String> existing(GraphProto graph) {
    Map<Integer, String> found = new TreeMap<>();
    for (ValueInfoProto input : graph.getInputList()) {
      Matcher down = DOWN.matcher(input.getName());
      if (down.matches()) {
        found.put(Integer.parseInt(down.group(1)), input.getName());
      } else if (MID.matcher(input.getName()).matches()) {
        found.put(Integer.MAX_VALUE, input.getName());
      }
    }
    return List.copyOf(found.values());
  }

  private static OnnxSkeleton strip(OnnxSkeleton skeleton, String sample) throws IOException {
    GraphProto graph = skeleton.model().getGraph();
    List<String> inputs = existing(graph);
    if (inputs.isEmpty()) {
      return skeleton;
    }
    GraphIndex index = new GraphIndex(graph);
    GraphRewrite rewrite = new GraphRewrite(graph);
    ResidualShapes shapes = new ResidualShapes(index, rewrite, sample);
    for (ValueInfoProto input : graph.getInputList()) {
      if (inputs.contains(input.getName())) {
        strip(skeleton, index, rewrite, shapes, input);
      }
    }
    rewrite.dropInputs(inputs);
    return skeleton.withModel(rewrite.apply(skeleton.model(), false));
  }

  private static void strip(
      OnnxSkeleton skeleton,
      GraphIndex index,
      GraphRewrite rewrite,
      ResidualShapes shapes,
      ValueInfoProto residual)
      throws IOException {
    String input = residual.getName();
    List<Integer> shapeReaders = new ArrayList<>();
    String partner = null;
    for (int position : index.readers(input)) {
      NodeProto node = index.graph().getNode(position);
      if (node.getOpType().equals("Shape")) {
        shapeReaders.add(position);
        continue;
      }
      if (!node.getOpType().equals("Add")) {
        throw new IOException(
            Text.format(
                "%s: expected residual '%s' to be added, found it read by %s '%s'",
                skeleton.file(), input, node.getOpType(), node.getName()));
      }
      partner = node.getInput(node.getInput(0).equals(input) ? 1 : 0);
      rewrite.alias(node.getOutput(0), partner);
    }
    for (int position : shapeReaders) {
      if (partner != null) {
        shapes.replace(position, residual, partner);
      }
    }
  }

  private static OnnxSkeleton add(
      OnnxSkeleton skeleton, String sample, List<Integer> channels, int nets) throws IOException {
    GraphProto graph = skeleton.model().getGraph();
    GraphIndex index = new GraphIndex(graph);
    List<Integer> joins = skipJoins(index, sample);
    int skips = channels.size() - 1;
    if (joins.size() != skips) {
      throw new IOException(
          Text.format(
              "%s: expected %d skip connections by its configuration, found %d: %s",
              skeleton.file(),
              skips,
              joins.size(),
              joins.stream().map(i -> graph.getNode(i).getName()).toList()));
    }
    GraphRewrite rewrite = new GraphRewrite(graph);
    int type = elementType(graph, sample);
    for (int i = 0; i < skips; i++) {
      int number = skips - 1 - i;
      join(rewrite, joins.get(i), 1, number, nets);
    }
    join(rewrite, joins.get(0), 0, skips, nets);
    for (int net = 0; net < nets; net++) {
      for (int number = 0; number <= skips; number++) {
        rewrite.addInput(
            Nodes.value(
                input(net, number),
                type,
                input(net, number) + "_batch",
                channels.get(number),
                input(net, number) + "_height",
                input(net, number) + "_width"));
      }
    }
    return skeleton.withModel(rewrite.apply(skeleton.model(), false));
  }

  private static void join(GraphRewrite rewrite, int concat, int operand, int number, int nets) {
    NodeProto.Builder node = rewrite.change(concat);
    String value = node.getInput(operand);
    for (int net = 0; net < nets; net++) {
      String sum = input(net, number) + "/sum";
      rewrite.insert(concat, Nodes.node("Add", List.of(value, input(net, number)), sum));
      value = sum;
    }
    node.setInput(operand, value);
  }

  /** Returns the positions of the Concats of two image-like values along the channels, in order. */
  static List<Integer> skipJoins(GraphIndex index, String sample) {
    Set<String> pictures = index.dependents(sample);
    List<Integer> joins = new ArrayList<>();
    for (int i = 0; i < index.graph().getNodeCount(); i++) {
      NodeProto node = index.graph().getNode(i);
      AttributeProto axis = GraphIndex.attribute(node, "axis");
      if (node.getOpType().equals("Concat")
          && node.getInputCount() == 2
          && axis != null
          && (axis.getI() == 1 || axis.getI() == -3)
          && pictures.contains(node.getInput(0))
          && pictures.contains(node.getInput(1))) {
        joins.add(i);
      }
    }
    return joins;
  }

  private static int elementType(GraphProto graph, String sample) {
    for (ValueInfoProto input : graph.getInputList()) {
      if (input.getName().equals(sample)) {
        return input.getType().getTensorType().getElemType();
      }
    }
    throw new IllegalArgumentException("no input " + sample);
  }
}
