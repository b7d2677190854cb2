package org.diffsynth.onnx.internal.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The shape of a UNet or ControlNet, from its {@code config.json}; what is not there is as in
 * Stable Diffusion 1.5.
 *
 * @param channels channels of each resolution, the finest first
 * @param layers residual blocks of each resolution on the way down
 * @param transformers transformer blocks of each attention of each resolution
 * @param downAttention which resolutions attend on the way down
 * @param midAttention whether the middle block attends
 * @param upAttention which resolutions attend on the way up, the coarsest first; empty for a
 *     ControlNet
 * @param heads attention heads of each resolution
 * @param textWidth floats per token of the prompt
 * @param globalPool whether a ControlNet's residuals are their mean over the picture
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

  /** Reads a configuration; a missing one is that of Stable Diffusion 1.5. */
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
      heads = json.path("attention_head_dim"); // means heads in these models, by an old misnaming
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

  /** The resolution of each self-attention in the order of evaluation; 0 is the finest. */
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

  /** Channels of each residual that a ControlNet gives, the middle block's last. */
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

  /** Attention heads of a width, or 0 if resolutions of this width differ or there is none. */
  public int headsOf(int width) {
    int found = 0;
    for (int i = 0; i < channels.size(); i++) {
      if (channels.get(i) == width) {
        if (found != 0 && found != heads.get(i)) {
          return 0;
        }
        found = heads.get(i);
      }
    }
    return found;
  }

  /** Side of a resolution, in latent pixels, for a side of the finest. */
  public static int side(int finest, int level) {
    int side = finest;
    for (int i = 0; i < level; i++) {
      side = (side + 1) / 2;
    }
    return side;
  }
}
