package org.diffsynth.onnx.golden;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A model with random weights, each with its name in a single-file checkpoint and in a folder of
 * diffusers. It has the topology of Stable Diffusion 1.x, 8 heads and groups of 32.
 */
public final class RandomCheckpoint {
  /** Prefix of the names of a UNet in a single file. */
  public static final String UNET = "model.diffusion_model.";

  /** Prefix of the names of a ControlNet in a single file. */
  public static final String CONTROL = "control_model.";

  /**
   * The sizes of a model.
   *
   * @param channels channels of the UNet at each resolution
   * @param vae channels of the VAE at each resolution
   * @param text width of the text encoder
   * @param layers layers of the text encoder
   * @param openClip whether the text encoder has the names and one more layer, as in 2.x
   */
  public record Sizes(int[] channels, int[] vae, int text, int layers, boolean openClip) {}

  /**
   * A weight with its two names.
   *
   * @param diffusers null for a weight that is only in single files
   */
  public record Weight(String part, String original, String diffusers, int... shape) {}

  private final Sizes sizes;
  private final Map<String, Weight> weights = new LinkedHashMap<>();
  private String part;

  /** Creates a model. */
  public RandomCheckpoint(Sizes sizes) {
    this.sizes = sizes;
    part = "unet";
    network(UNET, false);
    part = "controlnet";
    network(CONTROL, true);
    part = "vae";
    vae();
    part = "text_encoder";
    if (sizes.openClip) {
      openClip();
    } else {
      clip();
    }
  }

  /** Returns all weights. */
  public Iterable<Weight> weights() {
    return weights.values();
  }

  private void add(String original, String diffusers, int... shape) {
    weights.put(original, new Weight(part, original, diffusers, shape));
  }

  private void layer(String original, String diffusers, int... shape) {
    add(original + ".weight", diffusers + ".weight", shape);
    add(original + ".bias", diffusers + ".bias", shape[0]);
  }

  private void network(String prefix, boolean control) {
    int[] channels = sizes.channels;
    int time = 4 * channels[0];
    layer(prefix + "time_embed.0", "time_embedding.linear_1", time, channels[0]);
    layer(prefix + "time_embed.2", "time_embedding.linear_2", time, time);
    layer(prefix + "input_blocks.0.0", "conv_in", channels[0], 4, 3, 3);
    Deque<Integer> skips = new ArrayDeque<>(List.of(channels[0]));
    int last = channels.length - 1;
    int width = channels[0];
    int at = 1;
    for (int i = 0; i <= last; i++) {
      for (int j = 0; j < 2; j++, at++) {
        String block = prefix + "input_blocks." + at;
        resnet(block + ".0", "down_blocks." + i + ".resnets." + j, width, channels[i]);
        width = channels[i];
        if (i < last) {
          attention(block + ".1", "down_blocks." + i + ".attentions." + j, width);
        }
        skips.push(width);
      }
      if (i < last) {
        String down = "down_blocks." + i + ".downsamplers.0.conv";
        layer(prefix + "input_blocks." + at++ + ".0.op", down, width, width, 3, 3);
        skips.push(width);
      }
    }
    resnet(prefix + "middle_block.0", "mid_block.resnets.0", width, width);
    attention(prefix + "middle_block.1", "mid_block.attentions.0", width);
    resnet(prefix + "middle_block.2", "mid_block.resnets.1", width, width);
    if (control) {
      controlLayers(prefix, skips, width);
      return;
    }
    at = 0;
    for (int i = last; i >= 0; i--) {
      for (int j = 0; j < 3; j++, at++) {
        String block = prefix + "output_blocks." + at;
        String up = "up_blocks." + (last - i);
        resnet(block + ".0", up + ".resnets." + j, width + skips.pop(), channels[i]);
        width = channels[i];
        if (i < last) {
          attention(block + ".1", up + ".attentions." + j, width);
        }
        if (j == 2 && i > 0) {
          String conv = block + (i < last ? ".2" : ".1") + ".conv";
          layer(conv, up + ".upsamplers.0.conv", width, width, 3, 3);
        }
      }
    }
    layer(prefix + "out.0", "conv_norm_out", width);
    layer(prefix + "out.2", "conv_out", 4, width, 3, 3);
  }

  private void controlLayers(String prefix, Deque<Integer> skips, int middle) {
    int[] hint = {3, 16, 16, 32, 32, 96, 96, 256, sizes.channels[0]};
    for (int i = 0; i < 8; i++) {
      String name = i == 0 ? "conv_in" : i == 7 ? "conv_out" : "blocks." + (i - 1);
      String diffusers = "controlnet_cond_embedding." + name;
      layer(prefix + "input_hint_block." + 2 * i, diffusers, hint[i + 1], hint[i], 3, 3);
    }
    int number = 0;
    while (!skips.isEmpty()) {
      int width = skips.removeLast();
      String zero = prefix + "zero_convs." + number + ".0";
      layer(zero, "controlnet_down_blocks." + number++, width, width, 1, 1);
    }
    layer(prefix + "middle_block_out.0", "controlnet_mid_block", middle, middle, 1, 1);
  }

  private void resnet(String original, String diffusers, int from, int to) {
    layer(original + ".in_layers.0", diffusers + ".norm1", from);
    layer(original + ".in_layers.2", diffusers + ".conv1", to, from, 3, 3);
    layer(original + ".emb_layers.1", diffusers + ".time_emb_proj", to, 4 * sizes.channels[0]);
    layer(original + ".out_layers.0", diffusers + ".norm2", to);
    layer(original + ".out_layers.3", diffusers + ".conv2", to, to, 3, 3);
    if (from != to) {
      layer(original + ".skip_connection", diffusers + ".conv_shortcut", to, from, 1, 1);
    }
  }

  private void attention(String original, String diffusers, int width) {
    layer(original + ".norm", diffusers + ".norm", width);
    boolean linear = sizes.openClip;
    for (String proj : List.of(".proj_in", ".proj_out")) {
      if (linear) {
        layer(original + proj, diffusers + proj, width, width);
      } else {
        layer(original + proj, diffusers + proj, width, width, 1, 1);
      }
    }
    String o = original + ".transformer_blocks.0";
    String d = diffusers + ".transformer_blocks.0";
    for (int i = 1; i <= 3; i++) {
      layer(o + ".norm" + i, d + ".norm" + i, width);
    }
    for (int i = 1; i <= 2; i++) {
      int context = i == 1 ? width : sizes.text;
      String attn = ".attn" + i;
      add(o + attn + ".to_q.weight", d + attn + ".to_q.weight", width, width);
      add(o + attn + ".to_k.weight", d + attn + ".to_k.weight", width, context);
      add(o + attn + ".to_v.weight", d + attn + ".to_v.weight", width, context);
      layer(o + attn + ".to_out.0", d + attn + ".to_out.0", width, width);
    }
    layer(o + ".ff.net.0.proj", d + ".ff.net.0.proj", 8 * width, width);
    layer(o + ".ff.net.2", d + ".ff.net.2", width, 4 * width);
  }

  private void vae() {
    int[] channels = sizes.vae;
    int last = channels.length - 1;
    String prefix = "first_stage_model.";
    layer(prefix + "encoder.conv_in", "encoder.conv_in", channels[0], 3, 3, 3);
    int width = channels[0];
    for (int i = 0; i <= last; i++) {
      String down = prefix + "encoder.down." + i;
      for (int j = 0; j < 2; j++) {
        String block = "encoder.down_blocks." + i + ".resnets." + j;
        vaeResnet(down + ".block." + j, block, width, channels[i]);
        width = channels[i];
      }
      if (i < last) {
        String conv = "encoder.down_blocks." + i + ".downsamplers.0.conv";
        layer(down + ".downsample.conv", conv, width, width, 3, 3);
      }
    }
    vaeMiddle(prefix, "encoder", width);
    layer(prefix + "encoder.norm_out", "encoder.conv_norm_out", width);
    layer(prefix + "encoder.conv_out", "encoder.conv_out", 8, width, 3, 3);
    layer(prefix + "quant_conv", "quant_conv", 8, 8, 1, 1);
    layer(prefix + "post_quant_conv", "post_quant_conv", 4, 4, 1, 1);
    layer(prefix + "decoder.conv_in", "decoder.conv_in", width, 4, 3, 3);
    vaeMiddle(prefix, "decoder", width);
    for (int i = last; i >= 0; i--) {
      String up = prefix + "decoder.up." + i;
      String block = "decoder.up_blocks." + (last - i);
      for (int j = 0; j < 3; j++) {
        vaeResnet(up + ".block." + j, block + ".resnets." + j, width, channels[i]);
        width = channels[i];
      }
      if (i > 0) {
        layer(up + ".upsample.conv", block + ".upsamplers.0.conv", width, width, 3, 3);
      }
    }
    layer(prefix + "decoder.norm_out", "decoder.conv_norm_out", width);
    layer(prefix + "decoder.conv_out", "decoder.conv_out", 3, width, 3, 3);
  }

  private void vaeMiddle(String prefix, String half, int width) {
    String o = prefix + half + ".mid.";
    String d = half + ".mid_block.";
    vaeResnet(o + "block_1", d + "resnets.0", width, width);
    layer(o + "attn_1.norm", d + "attentions.0.group_norm", width);
    layer(o + "attn_1.q", d + "attentions.0.to_q", width, width, 1, 1);
    layer(o + "attn_1.k", d + "attentions.0.to_k", width, width, 1, 1);
    layer(o + "attn_1.v", d + "attentions.0.to_v", width, width, 1, 1);
    layer(o + "attn_1.proj_out", d + "attentions.0.to_out.0", width, width, 1, 1);
    vaeResnet(o + "block_2", d + "resnets.1", width, width);
  }

  private void vaeResnet(String original, String diffusers, int from, int to) {
    layer(original + ".norm1", diffusers + ".norm1", from);
    layer(original + ".conv1", diffusers + ".conv1", to, from, 3, 3);
    layer(original + ".norm2", diffusers + ".norm2", to);
    layer(original + ".conv2", diffusers + ".conv2", to, to, 3, 3);
    if (from != to) {
      layer(original + ".nin_shortcut", diffusers + ".conv_shortcut", to, from, 1, 1);
    }
  }

  private void clip() {
    String prefix = "cond_stage_model.transformer.";
    String m = "text_model.";
    int width = sizes.text;
    String words = m + "embeddings.token_embedding.weight";
    add(prefix + words, words, 49408, width);
    String places = m + "embeddings.position_embedding.weight";
    add(prefix + places, places, 77, width);
    for (int i = 0; i < sizes.layers; i++) {
      String l = m + "encoder.layers." + i;
      for (String proj : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
        layer(prefix + l + ".self_attn." + proj, l + ".self_attn." + proj, width, width);
      }
      layer(prefix + l + ".layer_norm1", l + ".layer_norm1", width);
      layer(prefix + l + ".layer_norm2", l + ".layer_norm2", width);
      layer(prefix + l + ".mlp.fc1", l + ".mlp.fc1", 4 * width, width);
      layer(prefix + l + ".mlp.fc2", l + ".mlp.fc2", width, 4 * width);
    }
    layer(prefix + m + "final_layer_norm", m + "final_layer_norm", width);
  }

  private void openClip() {
    String prefix = "cond_stage_model.model.";
    int width = sizes.text;
    String embeddings = "text_model.embeddings.";
    add(prefix + "positional_embedding", embeddings + "position_embedding.weight", 77, width);
    add(prefix + "token_embedding.weight", embeddings + "token_embedding.weight", 49408, width);
    add(prefix + "text_projection", null, width, width);
    add(prefix + "logit_scale", null, 1);
    for (int i = 0; i <= sizes.layers; i++) {
      String o = prefix + "transformer.resblocks." + i;
      String d = i == sizes.layers ? null : "text_model.encoder.layers." + i;
      add(o + ".attn.in_proj_weight", d == null ? null : d + "/qkv.weight", 3 * width, width);
      add(o + ".attn.in_proj_bias", d == null ? null : d + "/qkv.bias", 3 * width);
      Map<String, String> names = new LinkedHashMap<>();
      names.put("ln_1", "layer_norm1");
      names.put("ln_2", "layer_norm2");
      names.put("attn.out_proj", "self_attn.out_proj");
      names.put("mlp.c_fc", "mlp.fc1");
      names.put("mlp.c_proj", "mlp.fc2");
      names.forEach(
          (original, name) -> {
            int[] shape =
                switch (original) {
                  case "attn.out_proj" -> new int[] {width, width};
                  case "mlp.c_fc" -> new int[] {4 * width, width};
                  case "mlp.c_proj" -> new int[] {width, 4 * width};
                  default -> new int[] {width};
                };
            for (String role : List.of(".weight", ".bias")) {
              int[] dims = role.equals(".bias") ? new int[] {shape[0]} : shape;
              add(o + "." + original + role, d == null ? null : d + "." + name + role, dims);
            }
          });
    }
    layer(prefix + "ln_final", "text_model.final_layer_norm", width);
  }

  private static float[] values(Weight weight) {
    Random random = new Random(weight.original.hashCode());
    int size = 1;
    for (int dim : weight.shape) {
      size *= dim;
    }
    boolean norm =
        weight.shape.length == 1
            && weight.original.matches(".*(norm|ln_|in_layers.0|out.0|out_layers.0).*weight");
    double scale = Math.sqrt((double) weight.shape[0] / size);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) ((random.nextDouble() - 0.5) * (norm ? 0.2 : scale)) + (norm ? 1 : 0);
    }
    return values;
  }

  /** Writes a single file with the model, in half precision. */
  public Path writeModel(Path file) throws IOException {
    return write(file, "unet|vae|text_encoder");
  }

  /** Writes a single file with the ControlNet, in half precision. */
  public Path writeControlNet(Path file) throws IOException {
    return write(file, "controlnet");
  }

  /** Writes a single file with the model without its VAE, in half precision. */
  public Path writeModelWithoutVae(Path file) throws IOException {
    return write(file, "unet|text_encoder");
  }

  /** Writes the VAE alone with its original names, as separate VAE files have them. */
  public Path writeVae(Path file) throws IOException {
    SafetensorsWriter writer = new SafetensorsWriter().as("F16");
    for (Weight weight : weights.values()) {
      if (weight.part.equals("vae")) {
        String name = weight.original.replace("first_stage_model.", "");
        writer.with(name, values(weight), weight.shape);
      }
    }
    return writer.write(file);
  }

  private Path write(Path file, String parts) throws IOException {
    SafetensorsWriter writer = new SafetensorsWriter().as("F16");
    for (Weight weight : weights.values()) {
      if (weight.part.matches(parts)) {
        writer.with(weight.original, values(weight), weight.shape);
      }
    }
    return writer.write(file);
  }

  /** Writes a folder of diffusers with the same weights, and the ControlNet inside. */
  public Path writeFolder(Path folder) throws IOException {
    for (String each : List.of("unet", "controlnet", "vae", "text_encoder")) {
      SafetensorsWriter writer = new SafetensorsWriter().as("F16");
      for (Weight weight : weights.values()) {
        if (weight.part.equals(each) && weight.diffusers != null) {
          add(writer, weight);
        }
      }
      String name = each.equals("text_encoder") ? "model" : "diffusion_pytorch_model";
      writer.write(folder.resolve(each).resolve(name + ".fp16.safetensors"));
    }
    Files.writeString(
        folder.resolve("model_index.json"), "{\"_class_name\": \"StableDiffusionPipeline\"}");
    Files.createDirectories(folder.resolve("scheduler"));
    Files.writeString(
        folder.resolve("scheduler/scheduler_config.json"),
        "{\"beta_schedule\": \"scaled_linear\"}");
    Files.createDirectories(folder.resolve("tokenizer"));
    for (String file : List.of("vocab.json", "merges.txt")) {
      Files.copy(
          Golden.resource("clip-vocab").resolve(file), folder.resolve("tokenizer").resolve(file));
    }
    return folder;
  }

  private static void add(SafetensorsWriter writer, Weight weight) {
    float[] values = values(weight);
    if (!weight.diffusers.contains("/qkv")) {
      int[] shape = weight.shape;
      boolean pixels = weight.diffusers.matches(".*attentions.0.to_.*weight") && shape.length == 4;
      writer.with(weight.diffusers, values, pixels ? new int[] {shape[0], shape[1]} : shape);
      return;
    }
    for (int i = 0; i < 3; i++) {
      int size = values.length / 3;
      float[] part = java.util.Arrays.copyOfRange(values, i * size, (i + 1) * size);
      int[] shape = weight.shape.clone();
      shape[0] /= 3;
      String name = ".self_attn." + "qkv".charAt(i) + "_proj";
      writer.with(weight.diffusers.replace("/qkv", name), part, shape);
    }
  }
}
