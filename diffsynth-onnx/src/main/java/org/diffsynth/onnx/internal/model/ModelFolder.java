package org.diffsynth.onnx.internal.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.TensorSpec;
import org.diffsynth.onnx.internal.graph.UpsampleSurgery;
import org.diffsynth.onnx.internal.graph.VaeEncoderSurgery;
import org.diffsynth.onnx.internal.json.JsonFile;
import org.diffsynth.onnx.internal.text.ClipTokenizer;
import org.diffsynth.spi.ModelDescription;

/**
 * The content of a model folder in the layout of {@code optimum-cli export onnx}, read and checked.
 * No weight is loaded.
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
   * Reads the description of a model from its folder.
   *
   * @throws IOException if the folder is missing, holds a model of an unsupported family, or is
   *     incomplete; lists everything that is missing or wrong, with the files
   */
  public static ModelFolder read(Path folder) throws IOException {
    ModelCandidates.checkModel(folder);
    FolderErrors errors = new FolderErrors(folder);
    JsonNode index = json(folder.resolve("model_index.json"), true, errors);
    JsonNode unetJson = json(folder.resolve("unet/config.json"), false, errors);
    SupportedModels.check(folder, index, unetJson);
    ModelCandidates.checkExported(folder);

    ClipTokenizer tokenizer = errors.get(() -> ClipTokenizer.read(folder.resolve("tokenizer")));
    OnnxSkeleton text = model(folder, "text_encoder", errors);
    OnnxSkeleton unet = model(folder, "unet", errors);
    OnnxSkeleton encoder = model(folder, "vae_encoder", errors);
    OnnxSkeleton decoder = model(folder, "vae_decoder", errors);
    if (encoder != null) {
      OnnxSkeleton raw = encoder;
      encoder = errors.get(() -> VaeEncoderSurgery.patch(raw));
    }
    if (unet != null) {
      SupportedModels.checkGraph(folder, unet, errors);
    }
    JsonNode textJson = json(folder.resolve("text_encoder/config.json"), false, errors);
    JsonNode vaeJson = json(folder.resolve("vae_decoder/config.json"), false, errors);
    JsonNode scheduler = json(folder.resolve("scheduler/scheduler_config.json"), true, errors);
    UnetConfig config = UnetConfig.of(unetJson, false);
    if (!unetJson.isMissingNode()) {
      checkWidths(config, textJson, tokenizer, errors);
    }
    Optional<OnnxSkeleton> anySize =
        unet == null ? Optional.empty() : anySize(unet, config.channels().size() - 1);
    ModelDescription description =
        errors.get(() -> Descriptions.of(folder, config, vaeJson, scheduler, anySize.isPresent()));
    if (description != null && unet != null) {
      description = Descriptions.withInputs(description, TensorSpec.inputs(unet));
    }
    errors.throwIfAny();
    return new ModelFolder(
        tokenizer,
        text,
        anySize.orElse(unet),
        config,
        encoder,
        decoder,
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

  private static OnnxSkeleton model(Path folder, String part, FolderErrors errors) {
    return errors.get(
        () -> SupportedGraphs.checked(OnnxSkeleton.read(ModelFile.find(folder.resolve(part)))));
  }

  private static JsonNode json(Path file, boolean required, FolderErrors errors) {
    JsonNode json = errors.get(() -> required ? JsonFile.read(file) : JsonFile.readOptional(file));
    return json == null ? MissingNode.getInstance() : json;
  }
}
