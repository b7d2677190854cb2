package org.diffsynth.onnx.internal.checkpoint;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.diffsynth.onnx.internal.tensorfile.SafetensorsFile;

/**
 * A file with all weights of a model or ControlNet under their original names. What the weights do
 * not show is read from a configuration file of web interfaces beside it, with the same name and
 * the ending {@code .yaml}, if there is one.
 */
final class SingleFile {
  static final String UNET = "model.diffusion_model.";
  static final String VAE = "first_stage_model.";
  static final String CLIP = "cond_stage_model.transformer.";
  static final String OPEN_CLIP = "cond_stage_model.model.";
  static final String CONTROL = "control_model.";

  private static final long MOST_YAML_BYTES = 1 << 20;
  private static final Pattern PREDICTION =
      Pattern.compile("(?m)^\\s*parameterization\\s*:\\s*[\"']?(\\w+)");
  private static final Pattern POOLING =
      Pattern.compile("(?m)^\\s*global_average_pooling\\s*:\\s*[Tt]rue");

  private final SafetensorsFile file;

  SingleFile(SafetensorsFile file) {
    this.file = file;
  }

  boolean hasPrefix(String prefix) {
    return file.names().stream().anyMatch(name -> name.startsWith(prefix));
  }

  /** Returns the names that begin with a prefix, without it. */
  Set<String> names(String prefix) {
    return file.names().stream()
        .filter(name -> name.startsWith(prefix))
        .map(name -> name.substring(prefix.length()))
        .collect(Collectors.toSet());
  }

  /** Returns the weights whose names begin with a prefix, renamed without it. */
  Weights part(String prefix, UnaryOperator<String> rename) throws IOException {
    return Weights.of(List.of(file), name -> without(prefix, name, rename));
  }

  /** Returns a name without its prefix, renamed; null if it does not have the prefix. */
  String without(String prefix, String name, UnaryOperator<String> rename) {
    return name.startsWith(prefix) ? rename.apply(name.substring(prefix.length())) : null;
  }

  /**
   * Checks that the file holds a whole model.
   *
   * @param withVae whether the file must have a VAE
   * @throws IOException saying what it is and what to do
   */
  void requireModel(boolean withVae) throws IOException {
    String kind =
        hasPrefix("conditioner.embedders.") || hasPrefix(UNET + "label_emb.")
            ? "a Stable Diffusion XL model: supported are Stable Diffusion 1.x and 2.x"
            : hasPrefix(UNET + "joint_blocks.") || hasPrefix(UNET + "double_blocks.")
                ? "a diffusion transformer (Stable Diffusion 3 or Flux): supported are Stable Diffusion 1.x and 2.x"
                : hasPrefix(UNET) ? null : otherKind();
    if (kind != null) {
      throw new IOException(file.file() + " is " + kind);
    }
    if (withVae) {
      requirePart(VAE, "VAE");
    }
    if (!hasPrefix(CLIP) && !hasPrefix(OPEN_CLIP)) {
      requirePart(CLIP, "text encoder");
    }
  }

  private void requirePart(String prefix, String part) throws IOException {
    if (!hasPrefix(prefix)) {
      throw new IOException(
          file.file()
              + " has no "
              + part
              + " ("
              + prefix
              + "…): use the file of this model that contains all parts, or a folder of diffusers"
              + (prefix.equals(VAE) ? ", or give a VAE with --vae" : ""));
    }
  }

  /**
   * Checks that the file holds a ControlNet.
   *
   * @param prefix what the names of its weights begin with
   * @throws IOException saying what it is and what to do
   */
  void requireControlNet(String prefix) throws IOException {
    if (!hasPrefix(prefix + "input_hint_block.")) {
      throw new IOException(
          file.file()
              + " is not a ControlNet, but "
              + (hasPrefix(UNET)
                  ? "a whole model: give it as the model (--model in the app)"
                  : otherKind()));
    }
  }

  /** Says what a file is that is neither a model nor a ControlNet. */
  String otherKind() {
    if (file.names().stream()
        .anyMatch(name -> name.matches("(lora_|lycoris_).*|.*[._]lora[._].*"))) {
      return "a LoRA: give it to --lora, and the model that it was made for as the model";
    }
    if (hasPrefix(CONTROL) || hasPrefix("controlnet_cond_embedding.")) {
      return "a ControlNet, not a whole model: give it as a ControlNet (--control NAME=FILE in the app)";
    }
    if (hasPrefix("emb_params")) {
      return "a textual inversion: give it to --embedding";
    }
    if (hasPrefix("encoder.conv_in.") || hasPrefix("decoder.layers.") || hasPrefix("3.conv.")) {
      return "a VAE alone: give it to --vae or --loop-vae, and the model it belongs to as the model";
    }
    if (hasPrefix("down_blocks.")) {
      return "a UNet alone: give the folder that contains it, with model_index.json";
    }
    return "a file of PyTorch weights (safetensors), but not a checkpoint of Stable Diffusion: it has no tensor "
        + UNET
        + "…";
  }

  /**
   * Returns the noise schedule of Stable Diffusion, with what the model predicts.
   *
   * @param openClip whether the model is one of the family 2.x, some of which predict the velocity
   * @throws IOException if nothing says what a model of the family 2.x predicts
   */
  ObjectNode scheduler(boolean openClip) throws IOException {
    ObjectNode scheduler = JsonNodeFactory.instance.objectNode();
    scheduler.put("prediction_type", prediction(openClip));
    scheduler.put("rescale_betas_zero_snr", file.names().contains("ztsnr"));
    return scheduler;
  }

  private String prediction(boolean openClip) throws IOException {
    Matcher said = PREDICTION.matcher(yaml());
    String found =
        said.find()
            ? said.group(1)
            : file.names().contains("v_pred")
                ? "v"
                : file.metadata().getOrDefault("modelspec.prediction_type", "");
    if (found.startsWith("v")) {
      return "v_prediction";
    }
    if (found.startsWith("eps") || !openClip) {
      return "epsilon";
    }
    throw new IOException(
        file.file()
            + " is a model of the family Stable Diffusion 2.x, and the file does not say what it"
            + " predicts: beside it, write a text file "
            + yamlFile().getFileName()
            + " with the line \"parameterization: v\" (2.0 and 2.1 for 768 pixels) or"
            + " \"parameterization: eps\" (2.0 and 2.1 base, for 512 pixels)");
  }

  /** Returns what is known of a ControlNet without a configuration file of diffusers. */
  ObjectNode controlConfig() throws IOException {
    String name = file.file().getFileName().toString().toLowerCase(Locale.ROOT);
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put(
        "global_pool_conditions", name.contains("shuffle") || POOLING.matcher(yaml()).find());
    return config;
  }

  private Path yamlFile() {
    String name = file.file().getFileName().toString().replaceFirst("\\.[^.]*$", "");
    return file.file().resolveSibling(name + ".yaml");
  }

  private String yaml() throws IOException {
    Path yaml = yamlFile();
    return Files.isRegularFile(yaml) && Files.size(yaml) <= MOST_YAML_BYTES
        ? Files.readString(yaml, StandardCharsets.ISO_8859_1)
        : "";
  }
}
