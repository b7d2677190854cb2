package org.diffsynth.onnx.internal.checkpoint;

import java.io.IOException;
import java.util.List;
import org.diffsynth.onnx.internal.graph.Nodes;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.TensorTypes;

/** Writes the graph of a CLIP text encoder. */
public final class TextGraph {
  private static final String MODEL = "text_model.";

  private final GraphWriter graph;
  private final Layers layers;
  private final Weights weights;
  private final int heads;
  private final boolean quickGelu;
  private final long width;

  private TextGraph(Weights weights, int heads, boolean quickGelu) throws IOException {
    this.graph = new GraphWriter(weights);
    this.layers = new Layers(graph);
    this.weights = weights;
    this.heads = heads;
    this.quickGelu = quickGelu;
    this.width = weights.dim(MODEL + "final_layer_norm.weight", 0);
  }

  /**
   * Returns the graph with the input {@code input_ids} and the output {@code last_hidden_state}.
   *
   * @param heads attention heads
   * @param quickGelu whether the activation is the approximation that OpenAI's CLIP uses
   * @throws IOException if weights are missing, have unexpected shapes, or are left over
   */
  public static OnnxSkeleton of(Weights weights, int heads, boolean quickGelu) throws IOException {
    return new TextGraph(weights, heads, quickGelu).write();
  }

  private OnnxSkeleton write() throws IOException {
    String ids = graph.input("input_ids", TensorTypes.INT64, "batch_size", "sequence_length");
    String words = MODEL + "embeddings.token_embedding";
    String places = MODEL + "embeddings.position_embedding";
    int longest = (int) weights.dim(places + ".weight", 0);
    String zero = graph.integers(0);
    String length =
        graph.node(
            "text_model",
            "Shape",
            List.of(ids),
            Nodes.attribute("start", 1),
            Nodes.attribute("end", 2));
    String token = graph.rows(words, ids, weights.dim(words + ".weight", 0), width);
    String place =
        layers.node(
            places, "Slice", graph.weight(places, "weight", longest, width), zero, length, zero);
    String x = layers.node("text_model", "Add", token, place);
    String mask = mask(longest, length);
    int count = weights.count(MODEL + "encoder.layers.", ".layer_norm1.weight");
    for (int i = 0; i < count; i++) {
      x = layer(MODEL + "encoder.layers." + i, x, mask);
    }
    String result = layers.layerNorm(MODEL + "final_layer_norm", x);
    graph.output(result, "last_hidden_state", "batch_size", "sequence_length", width);
    return graph.finish("text encoder");
  }

  /** What keeps a token from attending to later ones, shape (1, 1, length, length). */
  private String mask(int longest, String length) {
    float[] mask = new float[longest * longest];
    for (int row = 0; row < longest; row++) {
      for (int column = row + 1; column < longest; column++) {
        mask[row * longest + column] = -Float.MAX_VALUE;
      }
    }
    String whole = graph.constant("mask", mask, 1, 1, longest, longest);
    String both = graph.node("mask", "Concat", List.of(length, length), Nodes.attribute("axis", 0));
    return layers.node("mask", "Slice", whole, graph.integers(0, 0), both, graph.integers(2, 3));
  }

  private String layer(String layer, String tokens, String mask) throws IOException {
    String norm = layers.layerNorm(layer + ".layer_norm1", tokens);
    String attention = layer + ".self_attn";
    String mixed =
        layers.attention(
            attention,
            layers.linear(attention + ".q_proj", norm),
            layers.linear(attention + ".k_proj", norm),
            layers.linear(attention + ".v_proj", norm),
            width,
            heads,
            mask);
    String x = layers.node(layer, "Add", tokens, layers.linear(attention + ".out_proj", mixed));
    norm = layers.layerNorm(layer + ".layer_norm2", x);
    String hidden = layers.linear(layer + ".mlp.fc1", norm);
    String active =
        quickGelu ? layers.quickGelu(layer + ".mlp", hidden) : layers.gelu(layer + ".mlp", hidden);
    return layers.node(layer, "Add", x, layers.linear(layer + ".mlp.fc2", active));
  }
}
