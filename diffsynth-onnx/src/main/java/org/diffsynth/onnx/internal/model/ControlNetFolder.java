package org.diffsynth.onnx.internal.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffsynth.onnx.internal.checkpoint.Architecture;
import org.diffsynth.onnx.internal.checkpoint.Checkpoint;
import org.diffsynth.onnx.internal.checkpoint.ControlNetGraph;
import org.diffsynth.onnx.internal.checkpoint.WeightFiles;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.json.JsonFile;

/**
 * A ControlNet: a folder with a model file, ONNX or safetensors, and an optional {@code
 * config.json}, or a file in the format safetensors. No weight is loaded.
 *
 * @param model the model
 * @param config architecture
 */
public record ControlNetFolder(OnnxSkeleton model, UnetConfig config) {

  /**
   * Reads a file, a folder, or its subfolder {@code controlnet} if there is one, and checks it
   * against the UNet that it steers.
   *
   * @param unet architecture of the UNet
   * @throws IOException if something is missing or does not fit the UNet; lists all errors
   */
  public static ControlNetFolder read(Path folder, UnetConfig unet) throws IOException {
    ModelCandidates.checkControlNet(folder);
    Path inner = folder.resolve("controlnet");
    Path at = Files.isDirectory(inner) ? inner : folder;
    FolderErrors errors = new FolderErrors(at);
    ControlNetFolder read =
        Files.isRegularFile(at) || WeightFiles.isCheckpoint(at)
            ? ofCheckpoint(Checkpoint.controlNet(at))
            : ofExport(at, errors);
    UnetConfig config = read.config;
    if (!config.residualChannels().equals(unet.residualChannels())) {
      errors.add(
          "config.json: expected residuals of %s channels as the UNet takes them, found %s",
          unet.residualChannels(), config.residualChannels());
    }
    if (config.textWidth() != unet.textWidth()) {
      errors.add(
          "config.json: expected cross_attention_dim %d as the UNet has it, found %d%s",
          unet.textWidth(), config.textWidth(), SupportedModels.family(config.textWidth()));
    }
    errors.throwIfAny();
    return read;
  }

  private static ControlNetFolder ofExport(Path folder, FolderErrors errors) throws IOException {
    JsonNode json = errors.get(() -> JsonFile.readOptional(folder.resolve("config.json")));
    OnnxSkeleton model =
        errors.get(() -> SupportedGraphs.controlNet(OnnxSkeleton.read(ModelFile.find(folder))));
    errors.throwIfAny(); // without a model, errors in the configuration would only mislead
    return new ControlNetFolder(model, UnetConfig.of(json, true));
  }

  private static ControlNetFolder ofCheckpoint(Checkpoint.Control net) throws IOException {
    JsonNode json = Architecture.unet(net.weights(), net.config());
    UnetConfig config = UnetConfig.of(json, true);
    OnnxSkeleton model =
        ControlNetGraph.of(net.weights(), Architecture.shape(json, config.heads()));
    return new ControlNetFolder(model, config);
  }
}
