package org.diffsynth.onnx.internal.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;

/**
 * A ControlNet's folder: a model file and its {@code config.json}.
 *
 * @param model the model
 * @param config its shape
 */
public record ControlNetFolder(OnnxSkeleton model, UnetConfig config) {

  /**
   * Reads a folder and checks it against the UNet it is to steer.
   *
   * @throws IOException listing what is missing or does not fit
   */
  public static ControlNetFolder read(Path folder, UnetConfig unet) throws IOException {
    Path inner = folder.resolve("controlnet");
    Path at = Files.isDirectory(inner) ? inner : folder;
    FolderErrors problems = new FolderErrors(at);
    JsonNode json = ModelFolder.json(at.resolve("config.json"), false, problems);
    OnnxSkeleton model = problems.get(() -> OnnxSkeleton.read(ModelFolder.modelFile(at)));
    problems.throwIfAny(); // the config of a folder that is none says nothing
    UnetConfig config = UnetConfig.of(json, true);
    if (!config.residualChannels().equals(unet.residualChannels())) {
      problems.add(
          "config.json: expected residuals of %s channels as the UNet takes them, found %s",
          unet.residualChannels(), config.residualChannels());
    }
    if (config.textWidth() != unet.textWidth()) {
      problems.add(
          "config.json: expected cross_attention_dim %d as the UNet has it, found %d",
          unet.textWidth(), config.textWidth());
    }
    problems.throwIfAny();
    return new ControlNetFolder(model, config);
  }
}
