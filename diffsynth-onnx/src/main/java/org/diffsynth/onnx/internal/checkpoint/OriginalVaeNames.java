package org.diffsynth.onnx.internal.checkpoint;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of the weights of a VAE in single-file checkpoints and in older versions of the Python
 * library diffusers, and their names in diffusers today.
 */
final class OriginalVaeNames {
  private static final Pattern UP = Pattern.compile("decoder\\.up\\.(\\d+)\\.(.+)");

  private final int levels;

  private OriginalVaeNames(int levels) {
    this.levels = levels;
  }

  /**
   * Counts the resolutions of a VAE.
   *
   * @param names the original names of its weights, without a prefix
   */
  static OriginalVaeNames of(Set<String> names) {
    int levels = 0;
    while (names.contains("decoder.up." + levels + ".block.0.conv1.weight")) {
      levels++;
    }
    return new OriginalVaeNames(levels);
  }

  /** Returns the name in diffusers; a name that is not known stays as it is. */
  String rename(String name) {
    String renamed = name;
    Matcher up = UP.matcher(name);
    if (up.matches()) {
      int level = levels - 1 - Integer.parseInt(up.group(1)); // the original counts from the finest
      renamed = "decoder.up_blocks." + level + "." + up.group(2);
    }
    return current(
        renamed
            .replaceFirst("^encoder\\.down\\.(\\d+)\\.", "encoder.down_blocks.$1.")
            .replaceFirst("(_blocks\\.\\d+)\\.block\\.", "$1.resnets.")
            .replace(".downsample.conv.", ".downsamplers.0.conv.")
            .replace(".upsample.conv.", ".upsamplers.0.conv.")
            .replace(".nin_shortcut.", ".conv_shortcut.")
            .replace(".mid.block_1.", ".mid_block.resnets.0.")
            .replace(".mid.block_2.", ".mid_block.resnets.1.")
            .replace(".mid.attn_1.norm.", ".mid_block.attentions.0.group_norm.")
            .replaceFirst("\\.mid\\.attn_1\\.([qkv])\\.", ".mid_block.attentions.0.to_$1.")
            .replace(".mid.attn_1.proj_out.", ".mid_block.attentions.0.to_out.0.")
            .replace(".norm_out.", ".conv_norm_out."));
  }

  /** Returns today's name of a weight that an older version of diffusers may have written. */
  static String current(String name) {
    return name.replace(".attentions.0.query.", ".attentions.0.to_q.")
        .replace(".attentions.0.key.", ".attentions.0.to_k.")
        .replace(".attentions.0.value.", ".attentions.0.to_v.")
        .replace(".attentions.0.proj_attn.", ".attentions.0.to_out.0.");
  }
}
