package org.diffsynth.onnx.internal.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.TensorSpec;
import org.diffsynth.onnx.internal.graph.UpsampleSurgery;
import org.diffsynth.onnx.internal.graph.VaeEncoderSurgery;
import org.diffsynth.onnx.internal.text.ClipTokenizer;
import org.diffsynth.spi.ModelDescription;

/**
 * A model, read and checked: a folder in the layout of {@code optimum-cli export onnx}, a folder of
 * the Python library diffusers, or a checkpoint file in the format safetensors. No weight is
 * loaded.
 *
 * @param tokenizer tokenizer of the text encoder
 * @param textEncoder model from token ids to embeddings
 * @param unet model of the noise prediction; takes latents of any size if the graph allows it
 * @param unetConfig architecture of the UNet
 * @param vaeEncoder model from images to the mean of the latents, without sampling
 * @param vaeDecoder model from latents to images
 * @param textLayers number of layers of the text encoder; 0 if the configuration does not say
 * @param description the properties that the denoising loop needs
 */
public record ModelFolder(
    ClipTokenizer tokenizer,
    OnnxSkeleton textEncoder,
    OnnxSkeleton unet,
    UnetConfig unetConfig,
    OnnxSkeleton vaeEncoder,
    OnnxSkeleton vaeDecoder,
    int textLayers,
    ModelDescription description) {

  /**
   * Reads the description of a model from its folder or file.
   *
   * @param vae a VAE instead of the model's
   * @throws IOException if the folder is missing, holds a model of an unsupported family, or is
   *     incomplete; lists everything that is missing or wrong, with the files
   */
  public static ModelFolder read(Path folder, Optional<Path> vae) throws IOException {
    FolderErrors errors = new FolderErrors(folder);
    VaeModel replacement = vae.isPresent() ? VaeModel.read(vae.get()) : null;
    ModelParts parts = ModelParts.read(folder, replacement, errors);
    OnnxSkeleton unet = parts.unet();
    OnnxSkeleton encoder =
        parts.encoder() == null ? null : errors.get(() -> VaeEncoderSurgery.patch(parts.encoder()));
    if (unet != null) {
      SupportedModels.checkGraph(folder, unet, errors);
    }
    JsonNode unetJson = parts.unetConfig();
    JsonNode textJson = parts.textConfig();
    UnetConfig config = UnetConfig.of(unetJson, false);
    if (!unetJson.isMissingNode()) {
      checkWidths(config, textJson, parts.tokenizer(), errors);
    }
    Optional<OnnxSkeleton> anySize =
        unet == null ? Optional.empty() : anySize(unet, config.channels().size() - 1);
    ModelDescription description =
        errors.get(
            () ->
                Descriptions.of(
                    folder, config, parts.vaeConfig(), parts.scheduler(), anySize.isPresent()));
    if (description != null && unet != null) {
      description = Descriptions.withInputs(description, TensorSpec.inputs(unet));
    }
    errors.throwIfAny();
    return new ModelFolder(
        parts.tokenizer(),
        parts.text(),
        anySize.orElse(unet),
        config,
        encoder,
        parts.decoder(),
        textJson.path("num_hidden_layers").asInt(0),
        description);
  }

  private static void checkWidths(
      UnetConfig config, JsonNode text, ClipTokenizer tokenizer, FolderErrors errors) {
    int width = text.path("hidden_size").asInt(config.textWidth());
    if (width != config.textWidth()) {
      errors.add(
          "unet/config.json: expected cross_attention_dim %d, the width of the text encoder, found %d",
          width, config.textWidth());
    }
    int words = text.path("vocab_size").asInt(0);
    if (tokenizer != null && words > 0 && tokenizer.vocabularySize() > words) {
      errors.add(
          "tokenizer/vocab.json: expected at most %d tokens, the vocab_size of the text encoder,"
              + " found %d",
          words, tokenizer.vocabularySize());
    }
  }

  private static Optional<OnnxSkeleton> anySize(OnnxSkeleton unet, int steps) {
    try {
      TensorSpec sample =
          TensorSpec.bind(unet, TensorSpec.inputs(unet), "latents", "sample|latent.*", 0, 4);
      return UpsampleSurgery.patch(unet, sample.name(), steps);
    } catch (IOException e) {
      return Optional.empty(); // reported when the UNet's inputs are bound
    }
  }
}
