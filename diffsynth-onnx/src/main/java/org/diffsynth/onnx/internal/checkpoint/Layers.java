package org.diffsynth.onnx.internal.checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.diffsynth.onnx.internal.graph.Nodes;
import org.diffsynth.onnx.internal.proto.AttributeProto;

/**
 * The layers that all networks are made of: linear layers, convolutions, normalizations,
 * activations and attention. Each method adds the nodes of one layer and returns its result.
 * Pictures have the shape (batch, channels, height, width), tokens (batch, tokens, channels).
 *
 * @param graph receives the nodes
 */
record Layers(GraphWriter graph) {

  private Weights weights() {
    return graph.weights();
  }

  String node(String layer, String op, String... inputs) {
    return graph.node(layer, op, List.of(inputs));
  }

  /** A linear layer, with a bias if there is one. */
  String linear(String layer, String x) throws IOException {
    long outputs = weights().dim(layer + ".weight", 0);
    long inputs = weights().dim(layer + ".weight", 1);
    String product = node(layer, "MatMul", x, graph.transposedWeight(layer, outputs, inputs));
    return weights().has(layer + ".bias")
        ? node(layer, "Add", product, graph.weight(layer, "bias", outputs))
        : product;
  }

  /** A convolution with a border of zeros that keeps the size. */
  String conv(String layer, String x) throws IOException {
    long border = weights().dim(layer + ".weight", 2) / 2;
    return conv(layer, x, 1, border, border);
  }

  /**
   * A convolution.
   *
   * @param before width of the border of zeros at the left and at the top
   * @param after width of the border of zeros at the right and at the bottom
   */
  String conv(String layer, String x, long stride, long before, long after) throws IOException {
    String bias = graph.weight(layer, "bias", weights().dim(layer + ".weight", 0));
    return conv(layer, x, stride, before, after, List.of(bias));
  }

  /**
   * A convolution.
   *
   * @param bias the value to add to each channel; empty for none
   */
  String conv(String layer, String x, long stride, long before, long after, List<String> bias)
      throws IOException {
    String name = layer + ".weight";
    long kernel = weights().dim(name, 2);
    String weight =
        graph.weight(
            layer,
            "weight",
            weights().dim(name, 0),
            weights().dim(name, 1),
            kernel,
            weights().dim(name, 3));
    List<String> inputs = new ArrayList<>(List.of(x, weight));
    inputs.addAll(bias);
    return graph.node(
        layer,
        "Conv",
        inputs,
        Nodes.integerList("kernel_shape", kernel, kernel),
        Nodes.integerList("strides", stride, stride),
        Nodes.integerList("pads", before, before, after, after));
  }

  /**
   * Group normalization: each group of channels gets the mean 0 and the variance 1, then each
   * channel its scale and bias.
   *
   * @param epsilon added to the variance
   */
  String groupNorm(String layer, String x, int groups, double epsilon) throws IOException {
    long channels = weights().dim(layer + ".weight", 0);
    float[] ones = new float[groups];
    Arrays.fill(ones, 1);
    String rows = node(layer, "Reshape", x, graph.integers(0, groups, -1));
    String unit =
        graph.node(
            layer,
            "InstanceNormalization",
            List.of(
                rows,
                graph.constant("ones_" + groups, ones, groups),
                graph.constant("zeros_" + groups, new float[groups], groups)),
            Nodes.attribute("epsilon", (float) epsilon));
    String picture = node(layer, "Reshape", unit, node(layer, "Shape", x));
    String scaled = node(layer, "Mul", picture, graph.weight(layer, "weight", channels, 1, 1));
    return node(layer, "Add", scaled, graph.weight(layer, "bias", channels, 1, 1));
  }

  /** Normalization of each token. */
  String layerNorm(String layer, String x) throws IOException {
    long channels = weights().dim(layer + ".weight", 0);
    return graph.node(
        layer,
        "LayerNormalization",
        List.of(x, graph.weight(layer, "weight", channels), graph.weight(layer, "bias", channels)),
        Nodes.attribute("axis", -1),
        Nodes.attribute("epsilon", 1e-5f));
  }

  /** The activation x · sigmoid(x), also called swish. */
  String silu(String layer, String x) {
    return node(layer, "Mul", x, node(layer, "Sigmoid", x));
  }

  /** The activation x · (1 + erf(x / √2)) / 2. */
  String gelu(String layer, String x) {
    String erf = node(layer, "Erf", node(layer, "Div", x, graph.number(Math.sqrt(2))));
    String product = node(layer, "Mul", x, node(layer, "Add", erf, graph.number(1)));
    return node(layer, "Mul", product, graph.number(0.5));
  }

  /** The approximation x · sigmoid(1.702 · x) of {@link #gelu} that CLIP was trained with. */
  String quickGelu(String layer, String x) {
    return node(
        layer, "Mul", x, node(layer, "Sigmoid", node(layer, "Mul", x, graph.number(1.702))));
  }

  /**
   * Attention: softmax(Q·Kᵀ / √d)·V for each head.
   *
   * @param query queries, shape (batch, tokens, channels); keys and values likewise
   * @param mask added to the products of queries and keys; null for none
   */
  String attention(
      String layer, String query, String key, String value, long channels, int heads, String mask) {
    String split = graph.integers(0, 0, heads, channels / heads);
    String q = transpose(layer, node(layer, "Reshape", query, split), 0, 2, 1, 3);
    String k = transpose(layer, node(layer, "Reshape", key, split), 0, 2, 3, 1);
    String v = transpose(layer, node(layer, "Reshape", value, split), 0, 2, 1, 3);
    double scale = 1 / Math.sqrt((double) channels / heads);
    String scores = node(layer, "Mul", node(layer, "MatMul", q, k), graph.number(scale));
    String masked = mask == null ? scores : node(layer, "Add", scores, mask);
    AttributeProto last = Nodes.attribute("axis", -1);
    String weighted = node(layer, "MatMul", graph.node(layer, "Softmax", List.of(masked), last), v);
    return node(
        layer, "Reshape", transpose(layer, weighted, 0, 2, 1, 3), graph.integers(0, 0, channels));
  }

  String transpose(String layer, String x, long... order) {
    return graph.node(layer, "Transpose", List.of(x), Nodes.integerList("perm", order));
  }

  /** Doubles height and width by repeating each pixel. */
  String twice(String layer, String x) {
    String factors = graph.constant("factors", new float[] {1, 1, 2, 2}, 4);
    return graph.node(
        layer,
        "Resize",
        List.of(x, "", factors),
        Nodes.attribute("mode", "nearest"),
        Nodes.attribute("coordinate_transformation_mode", "asymmetric"),
        Nodes.attribute("nearest_mode", "floor"));
  }

  /** Turns a picture into tokens, one for each pixel. */
  String tokens(String layer, String x, long channels) {
    return transpose(layer, node(layer, "Reshape", x, graph.integers(0, channels, -1)), 0, 2, 1);
  }

  /** Turns the tokens of pixels into a picture of the shape of another one. */
  String picture(String layer, String tokens, String like) {
    return node(layer, "Reshape", transpose(layer, tokens, 0, 2, 1), node(layer, "Shape", like));
  }
}
