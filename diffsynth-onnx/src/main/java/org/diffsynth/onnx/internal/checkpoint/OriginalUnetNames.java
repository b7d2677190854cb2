package org.diffsynth.onnx.internal.checkpoint;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of the weights of UNets and ControlNets in single-file checkpoints, which are those of the
 * original implementation, and the names that the Python library diffusers gave them.
 *
 * <p>The original numbers all blocks of the way down, {@code input_blocks.0} to {@code
 * input_blocks.11}, and all of the way up, {@code output_blocks.0} to {@code output_blocks.11}.
 * Each is a list of layers: a residual block, and after it perhaps an attention or a change of
 * size.
 */
final class OriginalUnetNames {
  private static final Pattern LAYER =
      Pattern.compile("((?:input|output)_blocks\\.\\d+\\.\\d+|middle_block\\.\\d+)\\.(.+)");

  /** Names of single layers. */
  private static final Map<String, String> SINGLE = new LinkedHashMap<>();

  /** Names of the layers of a residual block, and of a layer that halves the size. */
  private static final Map<String, String> INNER = new LinkedHashMap<>();

  static {
    SINGLE.put("time_embed.0.", "time_embedding.linear_1.");
    SINGLE.put("time_embed.2.", "time_embedding.linear_2.");
    SINGLE.put("input_blocks.0.0.", "conv_in.");
    SINGLE.put("out.0.", "conv_norm_out.");
    SINGLE.put("out.2.", "conv_out.");
    SINGLE.put("middle_block_out.0.", "controlnet_mid_block.");
    SINGLE.put("input_hint_block.0.", "controlnet_cond_embedding.conv_in.");
    for (int i = 0; i < 6; i++) {
      SINGLE.put(
          "input_hint_block." + (2 * i + 2) + ".", "controlnet_cond_embedding.blocks." + i + ".");
    }
    SINGLE.put("input_hint_block.14.", "controlnet_cond_embedding.conv_out.");

    INNER.put("in_layers.0.", "norm1.");
    INNER.put("in_layers.2.", "conv1.");
    INNER.put("emb_layers.1.", "time_emb_proj.");
    INNER.put("out_layers.0.", "norm2.");
    INNER.put("out_layers.3.", "conv2.");
    INNER.put("skip_connection.", "conv_shortcut.");
    INNER.put("op.", "conv.");
  }

  private final Map<String, String> layers = new HashMap<>();

  private OriginalUnetNames() {}

  /**
   * Finds the layers of a network.
   *
   * @param names the original names of its weights, without a prefix
   */
  static OriginalUnetNames of(Set<String> names) {
    OriginalUnetNames found = new OriginalUnetNames();
    found.addDown(names);
    found.layers.put("middle_block.0", "mid_block.resnets.0.");
    found.layers.put("middle_block.1", "mid_block.attentions.0.");
    found.layers.put("middle_block.2", "mid_block.resnets.1.");
    found.addUp(names);
    return found;
  }

  private void addDown(Set<String> names) {
    int block = 0;
    int layer = 0;
    for (int i = 1; ; i++) {
      String at = "input_blocks." + i;
      if (names.contains(at + ".0.op.weight")) {
        layers.put(at + ".0", "down_blocks." + block + ".downsamplers.0.");
        block++;
        layer = 0;
      } else if (names.contains(at + ".0.in_layers.0.weight")) {
        layers.put(at + ".0", "down_blocks." + block + ".resnets." + layer + ".");
        layers.put(at + ".1", "down_blocks." + block + ".attentions." + layer + ".");
        layer++;
      } else {
        return;
      }
    }
  }

  private void addUp(Set<String> names) {
    int block = 0;
    int layer = 0;
    for (int i = 0; names.contains("output_blocks." + i + ".0.in_layers.0.weight"); i++) {
      String at = "output_blocks." + i;
      layers.put(at + ".0", "up_blocks." + block + ".resnets." + layer + ".");
      boolean attends = names.contains(at + ".1.norm.weight");
      if (attends) {
        layers.put(at + ".1", "up_blocks." + block + ".attentions." + layer + ".");
      }
      layer++;
      String up = at + (attends ? ".2" : ".1");
      if (names.contains(up + ".conv.weight")) {
        layers.put(up, "up_blocks." + block + ".upsamplers.0.");
        block++;
        layer = 0;
      }
    }
  }

  /** Returns the name in diffusers; a name that is not known stays as it is. */
  String rename(String name) {
    for (Map.Entry<String, String> single : SINGLE.entrySet()) {
      if (name.startsWith(single.getKey())) {
        return single.getValue() + name.substring(single.getKey().length());
      }
    }
    if (name.startsWith("zero_convs.")) {
      return name.replaceFirst("zero_convs\\.(\\d+)\\.0\\.", "controlnet_down_blocks.$1.");
    }
    Matcher layer = LAYER.matcher(name);
    String block = layer.matches() ? layers.get(layer.group(1)) : null;
    if (block == null) {
      return name;
    }
    String rest = layer.group(2);
    for (Map.Entry<String, String> inner : INNER.entrySet()) {
      if (rest.startsWith(inner.getKey())) {
        return block + inner.getValue() + rest.substring(inner.getKey().length());
      }
    }
    return block + rest;
  }
}
