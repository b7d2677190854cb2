package org.diffsynth.onnx.internal.checkpoint;

import java.io.IOException;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.TensorTypes;

/** Writes the graphs of encoder and decoder of an autoencoder (AutoencoderKL in diffusers). */
public final class VaeGraph {
  private static final double EPSILON = 1e-6;

  private final GraphWriter graph;
  private final Layers layers;
  private final Weights weights;
  private final int groups;

  private VaeGraph(Weights weights, int groups) {
    this.graph = new GraphWriter(weights);
    this.layers = new Layers(graph);
    this.weights = weights;
    this.groups = groups;
  }

  /**
   * Returns the encoder, with the input {@code sample}, a picture of values in [−1, 1], and the
   * output {@code latent_parameters}, mean and logarithm of the variance.
   *
   * @param weights weights of the encoder and of {@code quant_conv}
   * @param groups groups of channels of each group normalization
   * @throws IOException if weights are missing, have unexpected shapes, or are left over
   */
  public static OnnxSkeleton encoder(Weights weights, int groups) throws IOException {
    return new VaeGraph(weights, groups).encoder();
  }

  /**
   * Returns the decoder, with the input {@code latent_sample} and the output {@code sample}.
   *
   * @param weights weights of the decoder and of {@code post_quant_conv}
   * @param groups groups of channels of each group normalization
   * @throws IOException if weights are missing, have unexpected shapes, or are left over
   */
  public static OnnxSkeleton decoder(Weights weights, int groups) throws IOException {
    return new VaeGraph(weights, groups).decoder();
  }

  private OnnxSkeleton encoder() throws IOException {
    String x =
        graph.input(
            "sample",
            TensorTypes.FLOAT,
            "batch_size",
            weights.dim("encoder.conv_in.weight", 1),
            "sample_height",
            "sample_width");
    x = layers.conv("encoder.conv_in", x);
    int levels = weights.count("encoder.down_blocks.", ".resnets.0.conv1.weight");
    for (int i = 0; i < levels; i++) {
      String block = "encoder.down_blocks." + i;
      x = resnets(block, x);
      String down = block + ".downsamplers.0.conv";
      if (weights.has(down + ".weight")) {
        x = layers.conv(down, x, 2, 0, 1);
      }
    }
    x = end("encoder", middle("encoder", x));
    if (weights.has("quant_conv.weight")) {
      x = layers.conv("quant_conv", x);
    }
    graph.output(
        x,
        "latent_parameters",
        "batch_size",
        weights.dim("encoder.conv_out.weight", 0),
        "latent_height",
        "latent_width");
    return graph.finish("VAE encoder");
  }

  private OnnxSkeleton decoder() throws IOException {
    String x =
        graph.input(
            "latent_sample",
            TensorTypes.FLOAT,
            "batch_size",
            weights.dim("decoder.conv_in.weight", 1),
            "latent_height",
            "latent_width");
    if (weights.has("post_quant_conv.weight")) {
      x = layers.conv("post_quant_conv", x);
    }
    x = middle("decoder", layers.conv("decoder.conv_in", x));
    int levels = weights.count("decoder.up_blocks.", ".resnets.0.conv1.weight");
    for (int i = 0; i < levels; i++) {
      String block = "decoder.up_blocks." + i;
      x = resnets(block, x);
      String up = block + ".upsamplers.0";
      if (weights.has(up + ".conv.weight")) {
        x = layers.conv(up + ".conv", layers.twice(up, x));
      }
    }
    x = end("decoder", x);
    graph.output(
        x,
        "sample",
        "batch_size",
        weights.dim("decoder.conv_out.weight", 0),
        "sample_height",
        "sample_width");
    return graph.finish("VAE decoder");
  }

  private String end(String part, String x) throws IOException {
    String norm = layers.groupNorm(part + ".conv_norm_out", x, groups, EPSILON);
    return layers.conv(part + ".conv_out", layers.silu(part + ".conv_act", norm));
  }

  private String middle(String part, String x) throws IOException {
    String block = part + ".mid_block";
    String first = resnet(block + ".resnets.0", x);
    String attention = block + ".attentions.0";
    String second =
        weights.has(attention + ".group_norm.weight") ? attention(attention, first) : first;
    return resnet(block + ".resnets.1", second);
  }

  private String resnets(String block, String picture) throws IOException {
    String x = picture;
    int count = weights.count(block + ".resnets.", ".conv1.weight");
    for (int i = 0; i < count; i++) {
      x = resnet(block + ".resnets." + i, x);
    }
    return x;
  }

  private String resnet(String block, String x) throws IOException {
    String act = block + ".nonlinearity";
    String norm1 = layers.groupNorm(block + ".norm1", x, groups, EPSILON);
    String hidden = layers.conv(block + ".conv1", layers.silu(act, norm1));
    String norm2 = layers.groupNorm(block + ".norm2", hidden, groups, EPSILON);
    hidden = layers.conv(block + ".conv2", layers.silu(act, norm2));
    String shortcut = block + ".conv_shortcut";
    return layers.node(
        block, "Add", weights.has(shortcut + ".weight") ? layers.conv(shortcut, x) : x, hidden);
  }

  /** Attention of the pixels to each other, with one head. */
  private String attention(String layer, String x) throws IOException {
    long channels = weights.dim(layer + ".group_norm.weight", 0);
    String norm = layers.groupNorm(layer + ".group_norm", x, groups, EPSILON);
    String tokens = layers.tokens(layer, norm, channels);
    String mixed =
        layers.attention(
            layer,
            layers.linear(layer + ".to_q", tokens),
            layers.linear(layer + ".to_k", tokens),
            layers.linear(layer + ".to_v", tokens),
            channels,
            1,
            null);
    String result = layers.linear(layer + ".to_out.0", mixed);
    return layers.node(layer, "Add", layers.picture(layer, result, x), x);
  }
}
