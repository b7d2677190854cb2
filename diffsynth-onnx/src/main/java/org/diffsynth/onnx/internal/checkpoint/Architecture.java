package org.diffsynth.onnx.internal.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.diffsynth.internal.text.Text;

/**
 * The architecture of a network in the form of its {@code config.json} in a folder of diffusers:
 * what the weights show, over what the file says, over what all models of the family have in
 * common.
 */
public final class Architecture {
  private static final int HEAD_CHANNELS = 64;
  private static final int USUAL_HEADS = 8;

  /** Settings of a UNet or ControlNet that only one value is supported of. */
  private static final Map<String, String> FIXED =
      Map.ofEntries(
          Map.entry("act_fn", "silu"),
          Map.entry("center_input_sample", "false"),
          Map.entry("downsample_padding", "1"),
          Map.entry("flip_sin_to_cos", "true"),
          Map.entry("freq_shift", "0"),
          Map.entry("mid_block_scale_factor", "1"),
          Map.entry("resnet_time_scale_shift", "default"),
          Map.entry("resnet_out_scale_factor", "1.0"),
          Map.entry("time_embedding_type", "positional"),
          Map.entry("controlnet_conditioning_channel_order", "rgb"));

  private Architecture() {}

  /**
   * Returns the configuration of a UNet or ControlNet.
   *
   * @param config content of {@code config.json}; a missing node if there is none. Without it, the
   *     number of attention heads is 8 if the attention begins with a convolution, as in Stable
   *     Diffusion 1.x, otherwise one head for 64 channels, as in 2.x
   * @throws IOException if the weights are those of another kind of network, or do not have the
   *     channels of the configuration
   */
  public static ObjectNode unet(Weights weights, JsonNode config) throws IOException {
    requireFixed(weights, config);
    ObjectNode found = JsonNodeFactory.instance.objectNode();
    ArrayNode channels = found.putArray("block_out_channels");
    ArrayNode perBlock = found.putArray("layers_per_block");
    ArrayNode transformers = found.putArray("transformer_layers_per_block");
    ArrayNode types = found.putArray("down_block_types");
    ArrayNode heads = JsonNodeFactory.instance.arrayNode();
    int levels = UnetBlocks.levels(weights);
    if (levels == 0) {
      throw new IOException(
          weights.file()
              + " has no UNet or ControlNet: it lacks the tensor"
              + " 'down_blocks.0.resnets.0.conv1.weight'");
    }
    boolean linear =
        weights.has("mid_block.attentions.0.proj_in.weight")
            && weights.find("mid_block.attentions.0.proj_in.weight").shape().size() == 2;
    for (int i = 0; i < levels; i++) {
      String block = "down_blocks." + i;
      long width = weights.dim(block + ".resnets.0.conv1.weight", 0);
      String attention = block + ".attentions.0";
      channels.add(width);
      perBlock.add(weights.count(block + ".resnets.", ".conv1.weight"));
      boolean attends = weights.has(attention + ".norm.weight");
      types.add(attends ? "CrossAttnDownBlock2D" : "DownBlock2D");
      String blocks = attends ? attention : "mid_block.attentions.0";
      transformers.add(
          Math.max(1, weights.count(blocks + ".transformer_blocks.", ".norm1.weight")));
      heads.add(linear ? Math.max(1, width / HEAD_CHANNELS) : USUAL_HEADS);
    }
    found.put(
        "mid_block_type",
        weights.has("mid_block.attentions.0.norm.weight")
            ? "UNetMidBlock2DCrossAttn"
            : "UNetMidBlock2D");
    found.put("cross_attention_dim", UnetBlocks.textWidth(weights));
    found.put("in_channels", weights.dim("conv_in.weight", 1));
    int ups = weights.count("up_blocks.", ".resnets.0.conv1.weight");
    if (ups > 0) {
      ArrayNode up = found.putArray("up_block_types");
      for (int i = 0; i < ups; i++) {
        boolean attends = weights.has("up_blocks." + i + ".attentions.0.norm.weight");
        up.add(attends ? "CrossAttnUpBlock2D" : "UpBlock2D");
      }
    }
    requireSame(weights, config, found, List.of("block_out_channels", "cross_attention_dim"));
    ObjectNode result = over(config, found);
    if (!result.hasNonNull("num_attention_heads") && !result.hasNonNull("attention_head_dim")) {
      result.set("attention_head_dim", heads);
    }
    return result;
  }

  /**
   * Returns the configuration of a text encoder.
   *
   * @param config content of {@code config.json}; a missing node if there is none
   * @throws IOException if the weights are those of another kind of network
   */
  public static ObjectNode text(Weights weights, JsonNode config) throws IOException {
    ObjectNode found = JsonNodeFactory.instance.objectNode();
    long width = weights.dim("text_model.final_layer_norm.weight", 0);
    found.put("hidden_size", width);
    found.put(
        "num_hidden_layers", weights.count("text_model.encoder.layers.", ".layer_norm1.weight"));
    found.put("vocab_size", weights.dim("text_model.embeddings.token_embedding.weight", 0));
    requireSame(weights, config, found, List.of("hidden_size", "num_hidden_layers"));
    ObjectNode result = over(config, found);
    if (!result.hasNonNull("num_attention_heads")) {
      result.put("num_attention_heads", Math.max(1, width / HEAD_CHANNELS));
    }
    return result;
  }

  /**
   * Returns the configuration of a VAE.
   *
   * @param decoder weights of the decoder
   * @param config content of {@code config.json}; a missing node if there is none
   * @throws IOException if the weights are those of another kind of network
   */
  public static ObjectNode vae(Weights decoder, JsonNode config) throws IOException {
    int levels = decoder.count("decoder.up_blocks.", ".resnets.0.conv1.weight");
    ObjectNode found = JsonNodeFactory.instance.objectNode();
    ArrayNode channels = found.putArray("block_out_channels");
    for (int i = levels - 1; i >= 0; i--) {
      channels.add(decoder.dim("decoder.up_blocks." + i + ".resnets.0.conv1.weight", 0));
    }
    requireSame(decoder, config, found, List.of("block_out_channels"));
    return over(config, found);
  }

  /** Returns what a configuration and the attention heads say beside the weights. */
  public static UnetShape shape(JsonNode config, List<Integer> heads) {
    return new UnetShape(heads, groups(config), config.path("norm_eps").asDouble(1e-5));
  }

  /** Returns the groups of channels of the group normalizations; 32 if the file does not say. */
  public static int groups(JsonNode config) {
    return config.path("norm_num_groups").asInt(32);
  }

  private static ObjectNode over(JsonNode config, ObjectNode found) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    if (config instanceof ObjectNode object) {
      result.setAll(object);
    }
    result.setAll(found);
    return result;
  }

  private static void requireFixed(Weights weights, JsonNode config) throws IOException {
    for (Map.Entry<String, String> fixed : FIXED.entrySet()) {
      JsonNode value = config.path(fixed.getKey());
      boolean same =
          value.isMissingNode()
              || value.isNull()
              || (value.isNumber()
                  ? value.asDouble() == Double.parseDouble(fixed.getValue())
                  : value.asText().equals(fixed.getValue()));
      if (!same) {
        throw new IOException(
            Text.format(
                "config.json beside %s: %s must be %s, but was %s",
                weights.file(), fixed.getKey(), fixed.getValue(), value));
      }
    }
  }

  private static void requireSame(
      Weights weights, JsonNode config, ObjectNode found, List<String> keys) throws IOException {
    for (String key : keys) {
      JsonNode said = config.path(key);
      if (!said.isMissingNode()
          && !said.isNull()
          && !said.toString().equals(found.get(key).toString())) {
        throw new IOException(
            Text.format(
                "%s: the weights have %s %s, but config.json says %s; the two files belong to different models",
                weights.file(), key, found.get(key), said));
      }
    }
  }
}
