package org.diffsynth.onnx.internal.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffsynth.onnx.internal.checkpoint.Architecture;
import org.diffsynth.onnx.internal.checkpoint.Checkpoint;
import org.diffsynth.onnx.internal.checkpoint.TextGraph;
import org.diffsynth.onnx.internal.checkpoint.UnetGraph;
import org.diffsynth.onnx.internal.checkpoint.VaeGraph;
import org.diffsynth.onnx.internal.checkpoint.WeightFiles;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.json.JsonFile;
import org.diffsynth.onnx.internal.text.ClipTokenizer;

/**
 * The parts of a model, from wherever they come: a folder of ONNX models, a folder of diffusers, or
 * a checkpoint file. A part that could not be read is null, and a configuration that is absent is a
 * missing node.
 *
 * @param tokenizer tokenizer of the text encoder
 * @param text text encoder
 * @param unet UNet
 * @param encoder encoder of the VAE
 * @param decoder decoder of the VAE
 * @param unetConfig configuration of the UNet
 * @param textConfig configuration of the text encoder
 * @param vaeConfig configuration of the VAE
 * @param scheduler configuration of the noise schedule
 */
record ModelParts(
    ClipTokenizer tokenizer,
    OnnxSkeleton text,
    OnnxSkeleton unet,
    OnnxSkeleton encoder,
    OnnxSkeleton decoder,
    JsonNode unetConfig,
    JsonNode textConfig,
    JsonNode vaeConfig,
    JsonNode scheduler) {

  /**
   * Reads the parts of a model.
   *
   * @param vae a VAE instead of the model's; null for the model's own
   * @param errors receives what is missing or wrong
   * @throws IOException if the path is not a model, or one of an unsupported family
   */
  static ModelParts read(Path path, VaeModel vae, FolderErrors errors) throws IOException {
    if (ModelCandidates.isWeights(path)) {
      return ofCheckpoint(path, Checkpoint.ofFile(path, vae == null), vae, errors);
    }
    ModelCandidates.checkModel(path);
    JsonNode index = json(path.resolve(ModelCandidates.INDEX), true, errors);
    JsonNode unet = json(path.resolve("unet/config.json"), false, errors);
    SupportedModels.check(path, index, unet);
    if (WeightFiles.isCheckpoint(path.resolve("unet"))) {
      return ofCheckpoint(path, Checkpoint.ofFolder(path, vae == null), vae, errors);
    }
    ModelCandidates.checkExported(path);
    return ofExport(path, unet, vae, errors);
  }

  private static ModelParts ofExport(
      Path folder, JsonNode unetConfig, VaeModel vae, FolderErrors errors) {
    return new ModelParts(
        errors.get(() -> ClipTokenizer.read(folder.resolve("tokenizer"))),
        model(folder, "text_encoder", errors),
        model(folder, "unet", errors),
        vae == null ? model(folder, "vae_encoder", errors) : vae.encoder(),
        vae == null ? model(folder, "vae_decoder", errors) : vae.decoder(),
        unetConfig,
        json(folder.resolve("text_encoder/config.json"), false, errors),
        vae == null ? json(folder.resolve("vae_decoder/config.json"), false, errors) : vae.config(),
        json(folder.resolve("scheduler/scheduler_config.json"), true, errors));
  }

  private static ModelParts ofCheckpoint(
      Path path, Checkpoint model, VaeModel replacement, FolderErrors errors) throws IOException {
    JsonNode unet =
        orMissing(errors.get(() -> Architecture.unet(model.unet(), model.unetConfig())));
    SupportedModels.check(path, MissingNode.getInstance(), unet);
    JsonNode text =
        orMissing(errors.get(() -> Architecture.text(model.text(), model.textConfig())));
    JsonNode vae =
        replacement != null
            ? replacement.config()
            : orMissing(errors.get(() -> Architecture.vae(model.vaeDecoder(), model.vaeConfig())));
    errors.throwIfAny();
    int groups = Architecture.groups(vae);
    return new ModelParts(
        errors.get(
            () ->
                Files.isDirectory(path)
                    ? ClipTokenizer.read(path.resolve("tokenizer"))
                    : ClipTokenizer.builtIn(model.openClip())),
        errors.get(
            () ->
                TextGraph.of(
                    model.text(),
                    text.path("num_attention_heads").asInt(),
                    text.path("hidden_act").asText("quick_gelu").equals("quick_gelu"))),
        errors.get(
            () ->
                UnetGraph.of(
                    model.unet(), Architecture.shape(unet, UnetConfig.of(unet, false).heads()))),
        replacement != null
            ? replacement.encoder()
            : errors.get(() -> VaeGraph.encoder(model.vaeEncoder(), groups)),
        replacement != null
            ? replacement.decoder()
            : errors.get(() -> VaeGraph.decoder(model.vaeDecoder(), groups)),
        unet,
        text,
        vae,
        model.scheduler());
  }

  private static OnnxSkeleton model(Path folder, String part, FolderErrors errors) {
    return errors.get(
        () -> SupportedGraphs.checked(OnnxSkeleton.read(ModelFile.find(folder.resolve(part)))));
  }

  private static JsonNode json(Path file, boolean required, FolderErrors errors) {
    return orMissing(
        errors.get(() -> required ? JsonFile.read(file) : JsonFile.readOptional(file)));
  }

  private static JsonNode orMissing(JsonNode json) {
    return json == null ? MissingNode.getInstance() : json;
  }
}
