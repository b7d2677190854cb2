package org.diffsynth.onnx.internal.checkpoint;

import java.io.IOException;
import java.util.List;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.TensorTypes;

/**
 * Writes the graphs of encoder and decoder of a tiny autoencoder (AutoencoderTiny in diffusers,
 * TAESD). Both are a sequence of numbered layers, and a layer's weights show its kind:
 *
 * <table>
 *   <caption>Layers by their weights</caption>
 *   <tr><td>{@code N.conv.0.weight}</td><td>a block of three convolutions with a shortcut</td></tr>
 *   <tr><td>{@code N.weight}</td><td>a convolution; one without a bias halves the size in the
 *       encoder</td></tr>
 *   <tr><td>no weight</td><td>in the decoder the activation after the first convolution, or a
 *       doubling of the size</td></tr>
 * </table>
 *
 * @see <a href="https://github.com/madebyollin/taesd">TAESD</a>
 */
public final class TinyVaeGraph {
  /** Latents beyond three times this value are hardly distinguished. */
  private static final double LATENT_LIMIT = 3;

  private final GraphWriter graph;
  private final Layers layers;
  private final Weights weights;

  private TinyVaeGraph(Weights weights) {
    this.graph = new GraphWriter(weights);
    this.layers = new Layers(graph);
    this.weights = weights;
  }

  /** Returns the pixels along one latent pixel: the decoder doubles the size this many times. */
  static int scaleFactor(Weights decoder) throws IOException {
    TinyVaeGraph graph = new TinyVaeGraph(decoder);
    int factor = 1;
    for (int i = 2; i < graph.count("decoder"); i++) {
      factor *= graph.isEmpty("decoder.layers." + i) ? 2 : 1;
    }
    return factor;
  }

  /**
   * Returns the encoder, with the input {@code sample}, a picture of values in [−1, 1], and the
   * output {@code latent_sample}.
   *
   * @throws IOException if weights are missing, have unexpected shapes, or are left over
   */
  public static OnnxSkeleton encoder(Weights weights) throws IOException {
    return new TinyVaeGraph(weights).encoder();
  }

  /**
   * Returns the decoder, with the input {@code latent_sample} and the output {@code sample}.
   *
   * @throws IOException if weights are missing, have unexpected shapes, or are left over
   */
  public static OnnxSkeleton decoder(Weights weights) throws IOException {
    return new TinyVaeGraph(weights).decoder();
  }

  private OnnxSkeleton encoder() throws IOException {
    int count = count("encoder");
    String x =
        graph.input(
            "sample",
            TensorTypes.FLOAT,
            "batch_size",
            weights.dim("encoder.layers.0.weight", 1),
            "sample_height",
            "sample_width");
    x = layers.node("encoder", "Add", x, graph.number(1));
    x = layers.node("encoder", "Mul", x, graph.number(0.5)); // from [−1, 1] to [0, 1]
    for (int i = 0; i < count; i++) {
      String layer = "encoder.layers." + i;
      if (isBlock(layer)) {
        x = block(layer, x);
      } else {
        x = weights.has(layer + ".bias") ? layers.conv(layer, x) : plainConv(layer, x, 2);
      }
    }
    graph.output(
        x,
        "latent_sample",
        "batch_size",
        weights.dim("encoder.layers." + (count - 1) + ".weight", 0),
        "latent_height",
        "latent_width");
    return graph.finish("tiny VAE encoder");
  }

  private OnnxSkeleton decoder() throws IOException {
    int count = count("decoder");
    String x =
        graph.input(
            "latent_sample",
            TensorTypes.FLOAT,
            "batch_size",
            weights.dim("decoder.layers.0.weight", 1),
            "latent_height",
            "latent_width");
    String limit = graph.number(LATENT_LIMIT);
    String bounded = layers.node("decoder", "Tanh", layers.node("decoder", "Div", x, limit));
    x = layers.node("decoder", "Mul", bounded, limit);
    for (int i = 0; i < count; i++) {
      String layer = "decoder.layers." + i;
      if (isBlock(layer)) {
        x = block(layer, x);
      } else if (isEmpty(layer)) {
        x = i == 1 ? layers.node(layer, "Relu", x) : layers.twice(layer, x);
      } else {
        x = weights.has(layer + ".bias") ? layers.conv(layer, x) : plainConv(layer, x, 1);
      }
    }
    x = layers.node("decoder", "Mul", x, graph.number(2));
    x = layers.node("decoder", "Sub", x, graph.number(1)); // from [0, 1] to [−1, 1]
    graph.output(
        x,
        "sample",
        "batch_size",
        weights.dim("decoder.layers." + (count - 1) + ".weight", 0),
        "sample_height",
        "sample_width");
    return graph.finish("tiny VAE decoder");
  }

  /** Returns the number of layers, the last of which is a convolution. */
  private int count(String part) throws IOException {
    int count = 0;
    for (String name : weights.names()) {
      String number = name.replaceFirst("^" + part + "\\.layers\\.(\\d{1,4})\\..*", "$1");
      if (!number.equals(name)) {
        count = Math.max(count, Integer.parseInt(number) + 1);
      }
    }
    if (count < 2) {
      throw new IOException(weights.file() + " has no layers of a tiny VAE's " + part);
    }
    return count;
  }

  private boolean isBlock(String layer) {
    return weights.has(layer + ".conv.0.weight");
  }

  private boolean isEmpty(String layer) {
    return !isBlock(layer) && !weights.has(layer + ".weight");
  }

  private String block(String layer, String x) throws IOException {
    String hidden = x;
    for (int i = 0; i <= 4; i += 2) {
      hidden = layers.conv(layer + ".conv." + i, hidden);
      hidden = i < 4 ? layers.node(layer, "Relu", hidden) : hidden;
    }
    String skip = weights.has(layer + ".skip.weight") ? plainConv(layer + ".skip", x, 1) : x;
    return layers.node(layer, "Relu", layers.node(layer, "Add", hidden, skip));
  }

  /** A convolution without a bias. */
  private String plainConv(String layer, String x, long stride) throws IOException {
    long border = weights.dim(layer + ".weight", 2) / 2;
    return layers.conv(layer, x, stride, border, border, List.of());
  }
}
