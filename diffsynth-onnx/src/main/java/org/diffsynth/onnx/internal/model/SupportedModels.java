package org.diffsynth.onnx.internal.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.diffsynth.internal.text.Text;

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
      throw new IOException(
          Text.format(
              "%s: not supported: this is %s; supported are models of the Stable Diffusion 1.5 family",
              folder, family));
    }
  }

  private static String unsupportedFamily(JsonNode index, JsonNode unet) {
    String pipeline = index.path("_class_name").asText("");
    String network = unet.path("_class_name").asText("UNet2DConditionModel");
    if (pipeline.contains("XL")
        || index.has("text_encoder_2")
        || unet.path("addition_embed_type").asText("null").equals("text_time")) {
      return "a Stable Diffusion XL model";
    }
    if (pipeline.contains("Video")
        || pipeline.contains("AnimateDiff")
        || network.contains("3D")
        || network.contains("Motion")
        || network.contains("SpatioTemporal")) {
      return "a video model";
    }
    if (index.has("transformer") || pipeline.contains("Flux")) {
      return "a diffusion transformer";
    }
    int channels = unet.path("in_channels").asInt(Descriptions.LATENT_CHANNELS);
    if (!INPUT_CHANNELS.contains(channels)) {
      return "a UNet of " + channels + " input channels (inpainting?)";
    }
    return network.equals("UNet2DConditionModel") ? null : "a " + network;
  }
}
