package org.diffsynth.onnx.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffsynth.frame.Frame;
import org.diffsynth.onnx.OnnxOptions;
import org.diffsynth.onnx.internal.text.ClipTokenizer;
import org.diffsynth.onnx.internal.vision.ClipPreprocessing;

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
    return new ClipModel(ClipTowers.open(folder, tokenizer, ClipPreprocessing.of(folder), options));
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
