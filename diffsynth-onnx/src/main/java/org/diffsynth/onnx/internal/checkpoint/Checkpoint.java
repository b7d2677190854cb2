package org.diffsynth.onnx.internal.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.onnx.internal.json.JsonFile;
import org.diffsynth.onnx.internal.tensorfile.SafetensorsFile;

/**
 * The weights of a whole model, and its configuration files as far as there are any; a missing node
 * stands for an absent file. No weight is read.
 *
 * @param unet weights of the UNet
 * @param text weights of the text encoder
 * @param vaeEncoder weights of the VAE's encoder; unused if another VAE replaces the model's
 * @param vaeDecoder weights of the VAE's decoder; unused if another VAE replaces the model's
 * @param unetConfig {@code unet/config.json}
 * @param textConfig {@code text_encoder/config.json}
 * @param vaeConfig {@code vae/config.json}
 * @param scheduler {@code scheduler/scheduler_config.json}
 * @param openClip whether the text encoder is that of a single file of Stable Diffusion 2.x
 */
public record Checkpoint(
    Weights unet,
    Weights text,
    Weights vaeEncoder,
    Weights vaeDecoder,
    JsonNode unetConfig,
    JsonNode textConfig,
    JsonNode vaeConfig,
    JsonNode scheduler,
    boolean openClip) {

  /**
   * Reads a folder of diffusers, with the subfolders unet, text_encoder, vae and scheduler.
   *
   * @param withVae whether the VAE of the folder is needed
   * @throws IOException if a file is missing or malformed
   */
  public static Checkpoint ofFolder(Path folder, boolean withVae) throws IOException {
    List<SafetensorsFile> vae = withVae ? WeightFiles.open(folder.resolve("vae")) : List.of();
    return new Checkpoint(
        Weights.of(WeightFiles.open(folder.resolve("unet")), name -> name),
        Weights.of(WeightFiles.open(folder.resolve("text_encoder")), OriginalTextNames::current),
        withVae ? half(vae, OriginalVaeNames::current, true) : null,
        withVae ? half(vae, OriginalVaeNames::current, false) : null,
        config(folder.resolve("unet")),
        config(folder.resolve("text_encoder")),
        config(folder.resolve("vae")),
        JsonFile.read(folder.resolve("scheduler/scheduler_config.json")),
        false);
  }

  /**
   * Reads a checkpoint of Stable Diffusion 1.x or 2.x in a single file with the original names.
   *
   * @param withVae whether the VAE of the file is needed; a file without one is accepted otherwise
   * @throws IOException if the file is something else or is damaged; says what it is
   */
  public static Checkpoint ofFile(Path file, boolean withVae) throws IOException {
    SafetensorsFile opened = SafetensorsFile.open(file);
    SingleFile single = new SingleFile(opened);
    single.requireModel(withVae);
    boolean openClip = single.hasPrefix(SingleFile.OPEN_CLIP);
    Weights text =
        openClip
            ? OriginalTextNames.ofOpenClip(single.part(SingleFile.OPEN_CLIP, name -> name))
            : single.part(SingleFile.CLIP, OriginalTextNames::current);
    OriginalUnetNames unet = OriginalUnetNames.of(single.names(SingleFile.UNET));
    OriginalVaeNames vae = OriginalVaeNames.of(single.names(SingleFile.VAE));
    ObjectNode textConfig = JsonNodeFactory.instance.objectNode();
    textConfig.put("hidden_act", openClip ? "gelu" : "quick_gelu");
    return new Checkpoint(
        single.part(SingleFile.UNET, unet::rename),
        text,
        half(List.of(opened), name -> single.without(SingleFile.VAE, name, vae::rename), true),
        half(List.of(opened), name -> single.without(SingleFile.VAE, name, vae::rename), false),
        MissingNode.getInstance(),
        textConfig,
        MissingNode.getInstance(),
        single.scheduler(openClip),
        openClip);
  }

  /** Returns the weights of the encoder or the decoder of a VAE. */
  static Weights half(
      List<SafetensorsFile> files, java.util.function.UnaryOperator<String> rename, boolean encoder)
      throws IOException {
    return Weights.of(
        files,
        name -> {
          String renamed = rename.apply(name);
          boolean decodes =
              renamed != null
                  && (renamed.startsWith("decoder.") || renamed.startsWith("post_quant_conv."));
          return renamed == null || decodes == encoder ? null : renamed;
        });
  }

  /**
   * A ControlNet.
   *
   * @param weights its weights
   * @param config {@code config.json}; a missing node if there is none
   */
  public record Control(Weights weights, JsonNode config) {}

  /**
   * Reads a ControlNet from a folder of diffusers, or from a file with the names of diffusers or
   * the original ones.
   *
   * @throws IOException if the file is something else or is damaged; says what it is
   */
  public static Control controlNet(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      return new Control(Weights.of(WeightFiles.open(path), name -> name), config(path));
    }
    SingleFile single = new SingleFile(SafetensorsFile.open(path));
    if (single.hasPrefix("controlnet_cond_embedding.")) {
      Path config = path.resolveSibling("config.json");
      return new Control(
          single.part("", name -> name),
          Files.isRegularFile(config) ? JsonFile.read(config) : single.controlConfig());
    }
    String prefix = single.hasPrefix(SingleFile.CONTROL) ? SingleFile.CONTROL : "";
    single.requireControlNet(prefix);
    OriginalUnetNames names = OriginalUnetNames.of(single.names(prefix));
    return new Control(single.part(prefix, names::rename), single.controlConfig());
  }

  private static JsonNode config(Path folder) throws IOException {
    return JsonFile.readOptional(folder.resolve("config.json"));
  }
}
