package org.diffsynth.onnx.internal.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The architecture of a UNet or ControlNet, from its {@code config.json}. A key that is absent has
 * the value of Stable Diffusion 1.5. Lists have one entry per resolution, the finest first, if not
 * stated otherwise.
 *
 * @param channels channels
 * @param layers residual blocks on the way down; the way up has one more
 * @param transformers transformer blocks in each attention layer
 * @param downAttention whether the resolution has attention on the way down
 * @param midAttention whether the middle block has attention
 * @param upAttention whether the resolution has attention on the way up, the coarsest first; empty
 *     for a ControlNet
 * @param heads attention heads
 * @param textWidth floats per token of the prompt embedding
 * @param globalPool whether a ControlNet averages its residuals over the image, as the shuffle
 *     ControlNet does
 */
public record UnetConfig(
    List<Integer> channels,
    List<Integer> layers,
    List<Integer> transformers,
    List<Boolean> downAttention,
    boolean midAttention,
    List<Boolean> upAttention,
    List<Integer> heads,
    int textWidth,
    boolean globalPool) {

  /**
   * Reads the configuration of a UNet or ControlNet.
   *
   * @param json content of {@code config.json}; a missing node stands for Stable Diffusion 1.5
   * @param controlNet whether the model is a ControlNet, which has no way up
   */
  public static UnetConfig of(JsonNode json, boolean controlNet) {
    List<Integer> channels = integers(json.path("block_out_channels"), 0, 0);
    if (channels.isEmpty()) {
      channels = List.of(320, 640, 1280, 1280);
    }
    int count = channels.size();
    List<Boolean> down = attends(json.path("down_block_types"));
    if (down.isEmpty()) {
      down = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        down.add(i < count - 1);
      }
    }
    List<Boolean> up = controlNet ? List.of() : attends(json.path("up_block_types"));
    if (up.isEmpty() && !controlNet) {
      up = new ArrayList<>(down);
      Collections.reverse(up);
    }
    JsonNode heads = json.path("num_attention_heads");
    if (!heads.isInt() && !heads.isArray()) {
      heads = json.path("attention_head_dim"); // diffusers misnamed the number of heads
    }
    return new UnetConfig(
        channels,
        integers(json.path("layers_per_block"), count, 2),
        integers(json.path("transformer_layers_per_block"), count, 1),
        List.copyOf(down),
        !json.path("mid_block_type").isTextual()
            || json.path("mid_block_type").asText().contains("CrossAttn"),
        List.copyOf(up),
        integers(heads, count, 8),
        json.path("cross_attention_dim").asInt(768),
        json.path("global_pool_conditions").asBoolean(false));
  }

  private static List<Integer> integers(JsonNode node, int count, int fallback) {
    List<Integer> values = new ArrayList<>();
    if (node.isArray()) {
      node.forEach(value -> values.add(value.asInt()));
    }
    for (int i = values.size(); i < count; i++) {
      values.add(node.isInt() ? node.intValue() : fallback);
    }
    return List.copyOf(values);
  }

  private static List<Boolean> attends(JsonNode types) {
    List<Boolean> values = new ArrayList<>();
    types.forEach(type -> values.add(type.asText().contains("CrossAttn")));
    return values;
  }

  /** Returns the level of each self-attention, in the order of evaluation; 0 is the finest. */
  public List<Integer> selfAttentionLevels() {
    List<Integer> levels = new ArrayList<>();
    int last = channels.size() - 1;
    for (int i = 0; i <= last; i++) {
      add(levels, i, downAttention.get(i) ? layers.get(i) * transformers.get(i) : 0);
    }
    add(levels, last, midAttention ? transformers.get(last) : 0);
    for (int i = 0; i < upAttention.size(); i++) {
      int level = last - i;
      int count = (layers.get(level) + 1) * transformers.get(level);
      add(levels, level, upAttention.get(i) ? count : 0);
    }
    return levels;
  }

  private static void add(List<Integer> levels, int level, int times) {
    for (int i = 0; i < times; i++) {
      levels.add(level);
    }
  }

  /** Returns the channels of each residual of a ControlNet; the middle block's is the last. */
  public List<Integer> residualChannels() {
    List<Integer> residuals = new ArrayList<>();
    residuals.add(channels.get(0));
    int last = channels.size() - 1;
    for (int i = 0; i <= last; i++) {
      int count = layers.get(i) + (i < last ? 1 : 0);
      add(residuals, channels.get(i), count);
    }
    residuals.add(channels.get(last));
    return residuals;
  }

  /**
   * Returns the attention heads of the resolutions with a number of channels.
   *
   * @return 0 if there is no such resolution, or if several differ in their heads
   */
  public int headsOf(int channelCount) {
    int found = 0;
    for (int i = 0; i < channels.size(); i++) {
      if (channels.get(i) == channelCount) {
        if (found != 0 && found != heads.get(i)) {
          return 0;
        }
        found = heads.get(i);
      }
    }
    return found;
  }

  /**
   * Returns the height or width of the activations at a level. Each level halves it and rounds up.
   *
   * @param latentSide height or width in latent pixels
   * @param level resolution level; 0 is the finest
   */
  public static int sideAt(int latentSide, int level) {
    int side = latentSide;
    for (int i = 0; i < level; i++) {
      side = (side + 1) / 2;
    }
    return side;
  }
}
