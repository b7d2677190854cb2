package org.diffsynth.onnx.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.onnx.internal.text.ClipTokenizer;
import org.diffsynth.onnx.internal.vision.ClipPreprocessing;

/**
 * A CLIP model: computes the vectors of frames and texts for {@link
 * org.diffsynth.metrics.ClipScore} and {@link org.diffsynth.metrics.AestheticHead}.
 *
 * <p>A model folder contains {@code vocab.json} and {@code merges.txt}, or {@code tokenizer.json},
 * here or in a subfolder {@code tokenizer}, and either one model for both encoders, {@code
 * model.onnx} as {@code optimum-cli export onnx} writes it, or {@code vision_model.onnx} and {@code
 * text_model.onnx}. The models may lie in a subfolder {@code onnx}. Frames are preprocessed as in
 * the training of CLIP: the shorter side is resized to 224 pixels with Pillow's bicubic filter, the
 * centre is cropped, and the samples are normalised. {@code preprocessor_config.json} may override
 * size and constants.
 *
 * <p>Close the model after use. Threads may share it.
 */
public final class ClipModel implements AutoCloseable {

  private final ClipTowers towers;

  private ClipModel(ClipTowers towers) {
    this.towers = towers;
  }

  /**
   * Opens the CLIP model of a folder.
   *
   * @param folder model folder
   * @param options where and how the model is computed
   * @throws IOException if a file is missing or has unexpected tensors; the message names the file,
   *     the expected and the actual tensors
   */
  public static ClipModel open(Path folder, ComputeOptions options) throws IOException {
    boolean inner =
        Files.exists(folder.resolve("tokenizer/vocab.json"))
            || Files.exists(folder.resolve("tokenizer/tokenizer.json"));
    ClipTokenizer tokenizer = ClipTokenizer.read(inner ? folder.resolve("tokenizer") : folder);
    return new ClipModel(ClipTowers.open(folder, tokenizer, ClipPreprocessing.of(folder), options));
  }

  /**
   * Computes the projected vector of a frame.
   *
   * @return 512 numbers for ViT-B, 768 for ViT-L; the length of the vector is not normalised
   */
  public float[] image(Frame frame) {
    return towers.image(frame);
  }

  /**
   * Computes the projected vector of a text.
   *
   * @param text text, of which the first 75 tokens are used; parentheses have no special meaning
   * @return as many numbers as {@link #image} returns
   */
  public float[] text(String text) {
    return towers.text(text);
  }

  /** Releases the models. A second call has no effect. */
  @Override
  public void close() {
    towers.close();
  }
}
