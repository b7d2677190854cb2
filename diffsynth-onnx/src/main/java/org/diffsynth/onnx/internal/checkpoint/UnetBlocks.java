package org.diffsynth.onnx.internal.checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.onnx.internal.graph.Nodes;
import org.diffsynth.onnx.internal.graph.TensorTypes;

/**
 * The blocks that UNet and ControlNet are made of. Which blocks a network has is seen from the
 * names of its weights.
 */
final class UnetBlocks {
  private static final double TRANSFORMER_EPSILON = 1e-6;
  private static final double LONGEST_PERIOD = 10_000;

  private final GraphWriter graph;
  private final Layers layers;
  private final Weights weights;
  private final UnetShape shape;
  private final String text;
  private String time;

  /** The result of the way down. */
  record WayDown(String middle, List<String> skips) {}

  /** Adds the inputs that UNet and ControlNet have in common: latents, timestep and prompt. */
  UnetBlocks(GraphWriter graph, UnetShape shape) throws IOException {
    this.graph = graph;
    this.layers = new Layers(graph);
    this.weights = graph.weights();
    this.shape = shape;
    graph.input(
        "sample",
        TensorTypes.FLOAT,
        "batch_size",
        weights.dim("conv_in.weight", 1),
        "height",
        "width");
    String timestep = graph.input("timestep", TensorTypes.FLOAT);
    this.text =
        graph.input(
            "encoder_hidden_states",
            TensorTypes.FLOAT,
            "batch_size",
            "sequence_length",
            textWidth(weights));
    embedTime(timestep);
  }

  /** Returns the floats per token of the prompt. */
  static long textWidth(Weights weights) throws IOException {
    for (String name : weights.names()) {
      if (name.endsWith("attn2.to_k.weight")) {
        return weights.dim(name, 1);
      }
    }
    throw new IOException(
        weights.file()
            + " is not a UNet or ControlNet of the Stable Diffusion 1.x and 2.x family: it has no"
            + " attention to a prompt");
  }

  Layers layers() {
    return layers;
  }

  /**
   * Embeds the timestep t: cos(t·f) and sin(t·f) for falling frequencies f, then two linear layers.
   * The result has one row, which serves all rows of the batch. In a network that was distilled
   * with guidance, an embedding of the guidance scale is added before the linear layers, and the
   * result has one row for each row of the batch.
   */
  private void embedTime(String timestep) throws IOException {
    String layer = "time_embedding.linear_1";
    int half = (int) weights.dim(layer + ".weight", 1) / 2;
    float[] frequencies = new float[half];
    for (int i = 0; i < half; i++) {
      frequencies[i] = (float) Math.exp((float) -Math.log(LONGEST_PERIOD) * i / half);
    }
    String angles =
        layers.node(
            "time_proj",
            "Mul",
            layers.node("time_proj", "Reshape", timestep, graph.integers(1, 1)),
            graph.constant("frequencies", frequencies, 1, half));
    String waves =
        graph.node(
            "time_proj",
            "Concat",
            List.of(
                layers.node("time_proj", "Cos", angles), layers.node("time_proj", "Sin", angles)),
            Nodes.attribute("axis", -1));
    String condition = "time_embedding.cond_proj";
    if (weights.has(condition + ".weight")) {
      long channels = weights.dim(condition + ".weight", 1);
      String scale = graph.input("timestep_cond", TensorTypes.FLOAT, "batch_size", channels);
      waves = layers.node(condition, "Add", waves, layers.linear(condition, scale));
    }
    String hidden = layers.silu("time_embedding", layers.linear(layer, waves));
    time = layers.silu("time_act", layers.linear("time_embedding.linear_2", hidden));
  }

  /**
   * The blocks of the way down and the middle.
   *
   * @param first result of the first convolution
   */
  WayDown down(String first) throws IOException {
    List<String> skips = new ArrayList<>(List.of(first));
    String x = first;
    int levels = levels(weights);
    for (int i = 0; i < levels; i++) {
      String block = "down_blocks." + i;
      for (int j = 0; weights.has(block + ".resnets." + j + ".conv1.weight"); j++) {
        x = resnetAndAttention(block, j, x, i);
        skips.add(x);
      }
      String down = block + ".downsamplers.0.conv";
      if (weights.has(down + ".weight")) {
        x = layers.conv(down, x, 2, 1, 1);
        skips.add(x);
      }
    }
    x = resnetAndAttention("mid_block", 0, x, levels - 1);
    return new WayDown(resnet("mid_block.resnets.1", x), skips);
  }

  /** The blocks of the way up. */
  String up(WayDown down) throws IOException {
    List<String> skips = new ArrayList<>(down.skips);
    String x = down.middle;
    int levels = levels(weights);
    for (int i = 0; weights.has("up_blocks." + i + ".resnets.0.conv1.weight"); i++) {
      String block = "up_blocks." + i;
      for (int j = 0; weights.has(block + ".resnets." + j + ".conv1.weight"); j++) {
        if (skips.isEmpty() || i >= levels) {
          throw new IOException(
              weights.file()
                  + ": the UNet must have as many layers on the way up as on the way down, but has more");
        }
        String skip = skips.remove(skips.size() - 1);
        String joined = graph.node(block, "Concat", List.of(x, skip), Nodes.attribute("axis", 1));
        x = resnetAndAttention(block, j, joined, levels - 1 - i);
      }
      String up = block + ".upsamplers.0";
      if (weights.has(up + ".conv.weight")) {
        x = layers.conv(up + ".conv", layers.twice(up, x));
      }
    }
    return x;
  }

  /** Returns the number of resolutions. */
  static int levels(Weights weights) {
    return weights.count("down_blocks.", ".resnets.0.conv1.weight");
  }

  private String resnetAndAttention(String block, int number, String x, int level)
      throws IOException {
    String result = resnet(block + ".resnets." + number, x);
    String attention = block + ".attentions." + number;
    return weights.has(attention + ".norm.weight")
        ? transformer(attention, result, shape.heads().get(level))
        : result;
  }

  private String resnet(String block, String x) throws IOException {
    String norm1 = layers.groupNorm(block + ".norm1", x, shape.groups(), shape.epsilon());
    String hidden = layers.conv(block + ".conv1", layers.silu(block + ".nonlinearity", norm1));
    String shift = layers.linear(block + ".time_emb_proj", time);
    hidden =
        layers.node(
            block, "Add", hidden, layers.node(block, "Unsqueeze", shift, graph.integers(2, 3)));
    String norm2 = layers.groupNorm(block + ".norm2", hidden, shape.groups(), shape.epsilon());
    hidden = layers.conv(block + ".conv2", layers.silu(block + ".nonlinearity", norm2));
    String shortcut = block + ".conv_shortcut";
    return layers.node(
        block, "Add", weights.has(shortcut + ".weight") ? layers.conv(shortcut, x) : x, hidden);
  }

  /** Attention of the pixels to each other and to the prompt. */
  private String transformer(String block, String x, int heads) throws IOException {
    long channels = weights.dim(block + ".norm.weight", 0);
    boolean linear = weights.find(block + ".proj_in.weight").shape().size() == 2;
    String norm = layers.groupNorm(block + ".norm", x, shape.groups(), TRANSFORMER_EPSILON);
    String tokens =
        linear
            ? layers.linear(block + ".proj_in", layers.tokens(block, norm, channels))
            : layers.tokens(block, layers.conv(block + ".proj_in", norm), channels);
    int count = weights.count(block + ".transformer_blocks.", ".norm1.weight");
    for (int i = 0; i < count; i++) {
      tokens = transformerBlock(block + ".transformer_blocks." + i, tokens, channels, heads);
    }
    String picture =
        linear
            ? layers.picture(block, layers.linear(block + ".proj_out", tokens), x)
            : layers.conv(block + ".proj_out", layers.picture(block, tokens, x));
    return layers.node(block, "Add", picture, x);
  }

  private String transformerBlock(String block, String tokens, long channels, int heads)
      throws IOException {
    String x = tokens;
    String norm = layers.layerNorm(block + ".norm1", x);
    x = layers.node(block, "Add", attention(block + ".attn1", norm, norm, channels, heads), x);
    norm = layers.layerNorm(block + ".norm2", x);
    x = layers.node(block, "Add", attention(block + ".attn2", norm, text, channels, heads), x);
    norm = layers.layerNorm(block + ".norm3", x);
    return layers.node(block, "Add", feedForward(block + ".ff.net", norm), x);
  }

  private String attention(String layer, String x, String context, long channels, int heads)
      throws IOException {
    if (heads < 1 || channels % heads != 0) {
      throw new IOException(
          weights.file()
              + ": the attention heads must divide the channels of '"
              + layer
              + "', "
              + channels
              + ", but were "
              + heads);
    }
    String query = layers.linear(layer + ".to_q", x);
    String key = layers.linear(layer + ".to_k", context);
    String value = layers.linear(layer + ".to_v", context);
    return layers.linear(
        layer + ".to_out.0", layers.attention(layer, query, key, value, channels, heads, null));
  }

  /** Two linear layers with the gated activation GEGLU in between. */
  private String feedForward(String layer, String x) throws IOException {
    String first = layer + ".0.proj";
    long inner = weights.dim(first + ".weight", 0) / 2;
    String both = layers.linear(first, x);
    String axis = graph.integers(2);
    String value =
        layers.node(layer, "Slice", both, graph.integers(0), graph.integers(inner), axis);
    String gate =
        layers.node(layer, "Slice", both, graph.integers(inner), graph.integers(2 * inner), axis);
    String product = layers.node(layer, "Mul", value, layers.gelu(layer, gate));
    return layers.linear(layer + ".2", product);
  }
}
