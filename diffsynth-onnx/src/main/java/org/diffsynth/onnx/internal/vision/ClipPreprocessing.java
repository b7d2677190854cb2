package org.diffsynth.onnx.internal.vision;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.onnx.vision.InputSpec;
import org.diffsynth.onnx.vision.VisionModelSpec;

/** Describes how the image encoders of CLIP expect their frames. */
public final class ClipPreprocessing {

  private ClipPreprocessing() {}

  /**
   * Returns the preprocessing of CLIP training, overridden by {@code preprocessor_config.json} if
   * the folder contains this file.
   *
   * @throws IOException if the file is not valid JSON or contains an impossible value
   */
  public static InputSpec of(Path folder) throws IOException {
    InputSpec spec = VisionModelSpec.convention("clip").input();
    Path file = folder.resolve("preprocessor_config.json");
    if (!Files.isRegularFile(file)) {
      return spec;
    }
    JsonNode json;
    try {
      json = new ObjectMapper().readTree(Files.readString(file));
    } catch (JsonProcessingException e) {
      throw new IOException(file + " is not valid JSON: " + e.getOriginalMessage(), e);
    }
    // Older files give the size as a number, newer ones as an object.
    int side = side(json.path("crop_size"), side(json.path("size"), spec.width()));
    try {
      return spec.withSize(InputSpec.Fit.CROP, side, side)
          .withNormalization(
              numbers(json.path("image_mean"), spec.mean()),
              numbers(json.path("image_std"), spec.std()));
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static int side(JsonNode node, int fallback) {
    if (node.isInt()) {
      return node.intValue();
    }
    return node.path("height").asInt(node.path("shortest_edge").asInt(fallback));
  }

  private static List<Double> numbers(JsonNode node, List<Double> fallback) {
    if (!node.isArray()) {
      return fallback;
    }
    List<Double> numbers = new ArrayList<>();
    node.forEach(number -> numbers.add(number.asDouble(Double.NaN)));
    return numbers;
  }
}
