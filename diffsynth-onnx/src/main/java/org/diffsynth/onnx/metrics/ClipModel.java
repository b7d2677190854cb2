package org.diffsynth.onnx.metrics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.Frame;
import org.diffsynth.onnx.OnnxOptions;
import org.diffsynth.onnx.annotator.AnnotatorSpec;
import org.diffsynth.onnx.annotator.InputSpec;
import org.diffsynth.onnx.internal.prompt.ClipTokenizer;

/**
 * CLIP's vectors of frames and texts, for {@link org.diffsynth.metrics.ClipScore} and {@link
 * org.diffsynth.metrics.AestheticHead}.
 *
 * <p>A folder holds {@code vocab.json}, {@code merges.txt} and either one model for both, {@code
 * model.onnx} as {@code optimum-cli export onnx} writes it, or {@code vision_model.onnx} and {@code
 * text_model.onnx}; models may lie in a folder {@code onnx}. Frames are prepared as CLIP was
 * trained: the shorter side scaled to 224 by Pillow's bicubic filter, the middle cut out,
 * normalised; {@code preprocessor_config.json} may say other sizes and constants.
 *
 * <p>Whoever opens it closes it. Threads may share it.
 */
public final class ClipModel implements AutoCloseable {

  private final ClipTowers towers;

  private ClipModel(ClipTowers towers) {
    this.towers = towers;
  }

  /**
   * Opens a folder.
   *
   * @throws IOException if a file is missing or its tensors are others, naming file, what was
   *     expected and what was found
   */
  public static ClipModel open(Path folder, OnnxOptions options) throws IOException {
    ClipTokenizer tokenizer =
        ClipTokenizer.read(
            Files.exists(folder.resolve("tokenizer/vocab.json"))
                ? folder.resolve("tokenizer")
                : folder);
    return new ClipModel(ClipTowers.open(folder, tokenizer, input(folder), options));
  }

  private static InputSpec input(Path folder) throws IOException {
    InputSpec spec = AnnotatorSpec.convention("clip").input();
    Path file = folder.resolve("preprocessor_config.json");
    if (!Files.isRegularFile(file)) {
      return spec;
    }
    JsonNode json;
    try {
      json = new ObjectMapper().readTree(Files.readString(file));
    } catch (JsonProcessingException e) {
      throw new IOException(file + " is not JSON: " + e.getOriginalMessage(), e);
    }
    // Older files have a number where newer ones have an object.
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

  /** The projected vector of a frame, of any length: 512 numbers for ViT-B, 768 for ViT-L. */
  public float[] image(Frame frame) {
    return towers.image(frame);
  }

  /**
   * The projected vector of a text.
   *
   * @param text cut after 75 tokens; parentheses do not weigh
   */
  public float[] text(String text) {
    return towers.text(text);
  }

  /** Frees the models; a second call does nothing. */
  @Override
  public void close() {
    towers.close();
  }
}
