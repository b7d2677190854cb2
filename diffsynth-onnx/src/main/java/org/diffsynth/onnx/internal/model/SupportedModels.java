package org.diffsynth.onnx.internal.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.TensorSpec;

/**
 * Recognition of model families that are not supported, such as Stable Diffusion XL. Their folders
 * look like those of Stable Diffusion 1.5, so without this check the user would get a long list of
 * errors instead of the reason.
 */
final class SupportedModels {
  /** Input channels of supported UNets: latents alone, or latents and stacked poses. */
  private static final Set<Integer> INPUT_CHANNELS =
      Set.of(
          Descriptions.LATENT_CHANNELS,
          Descriptions.LATENT_CHANNELS + Descriptions.STACKED_POSE_CHANNELS);

  private SupportedModels() {}

  /**
   * Checks that a folder holds a model of the Stable Diffusion 1.5 family.
   *
   * @param index content of {@code model_index.json}
   * @param unet content of {@code unet/config.json}
   * @throws IOException naming the family if it is not supported
   */
  static void check(Path folder, JsonNode index, JsonNode unet) throws IOException {
    String family = unsupportedFamily(index, unet);
    if (family != null) {
      throw new IOException(notSupported(folder, family));
    }
  }

  private static String unsupportedFamily(JsonNode index, JsonNode unet) {
    String pipeline = index.path("_class_name").asText("");
    String network = unet.path("_class_name").asText("UNet2DConditionModel");
    if (pipeline.contains("Video")
        || pipeline.contains("AnimateDiff")
        || network.contains("3D")
        || network.contains("Motion")
        || network.contains("SpatioTemporal")) {
      return "a video model";
    }
    if (pipeline.contains("StableDiffusion3") || pipeline.contains("Flux")) {
      return (pipeline.contains("Flux") ? "a Flux model" : "a Stable Diffusion 3 model")
          + ", a diffusion transformer";
    }
    if (index.has("transformer")) {
      return "a diffusion transformer" + (pipeline.isEmpty() ? "" : " (" + pipeline + ")");
    }
    if (pipeline.contains("XL")
        || index.has("text_encoder_2")
        || unet.path("addition_embed_type").asText("null").equals("text_time")) {
      return "a Stable Diffusion XL model";
    }
    if (index.has("prior") || index.has("movq") || index.has("vqgan") || index.has("vqvae")) {
      return "a " + pipeline;
    }
    String channels = channels(unet.path("in_channels").asLong(Descriptions.LATENT_CHANNELS));
    return channels != null || network.equals("UNet2DConditionModel") ? channels : "a " + network;
  }

  /**
   * Checks the graph of a UNet: its input channels, which decide about the kind of model where the
   * configuration is missing, and whether it is a UNet at all.
   *
   * @param errors receives what is wrong
   */
  static void checkGraph(Path folder, OnnxSkeleton unet, FolderErrors errors) throws IOException {
    List<TensorSpec> inputs = TensorSpec.inputs(unet);
    if (inputs.stream().anyMatch(input -> input.name().contains("controlnet_cond"))) {
      throw new IOException(
          unet.file() + " is a ControlNet, not a UNet: export the model again (docs/export.md)");
    }
    for (TensorSpec input : inputs) {
      String channels =
          input.name().matches("sample|latent.*") && input.dims().size() == 4 && input.dim(1) > 0
              ? channels(input.dim(1))
              : null;
      if (channels != null) {
        throw new IOException(notSupported(folder, channels));
      }
    }
    errors.get(() -> SupportedGraphs.notQuantized(unet));
  }

  /** Names the kind of model that has a number of input channels; null if it is supported. */
  private static String channels(long channels) {
    if (INPUT_CHANNELS.contains((int) channels)) {
      return null;
    }
    String kind =
        switch ((int) channels) {
          case 5 -> "a depth-to-image model";
          case 7 -> "an upscaler";
          case 8 -> "an InstructPix2Pix model";
          case 9 -> "an inpainting model";
          default -> "a model of another kind";
        };
    return kind + ", whose UNet has " + channels + " input channels instead of 4";
  }

  /** Names the family of models with a width of the text encoder, as an addition to an error. */
  static String family(int textWidth) {
    return switch (textWidth) {
      case 768 -> "; it is for Stable Diffusion 1.x";
      case 1024 -> "; it is for Stable Diffusion 2.x";
      case 2048 -> "; it is for Stable Diffusion XL";
      default -> "";
    };
  }

  private static String notSupported(Path folder, String family) {
    return Text.format(
        "%s: not supported: this is %s; supported are text-to-image models of the Stable Diffusion 1.x and 2.x family",
        folder, family);
  }
}
