package org.diffsynth.onnx.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffsynth.frame.Frame;
import org.diffsynth.onnx.OnnxOptions;
import org.diffsynth.onnx.internal.vision.FeatureExtractor;
import org.diffsynth.onnx.vision.VisionModelSpec;

/**
 * A network that turns a frame into a vector of features, such as Inception-v3 up to its last
 * pooling, for {@link org.diffsynth.metrics.FrechetDistance} (FID) and {@link
 * org.diffsynth.metrics.KernelInceptionDistance} (KID).
 *
 * <p>Whoever opens it closes it. Threads may share it.
 */
public final class FeatureModel implements AutoCloseable {

  private final FeatureExtractor reader;

  private FeatureModel(FeatureExtractor reader) {
    this.reader = reader;
  }

  /**
   * Opens a model.
   *
   * @param model the model file. A JSON file beside it, {@code NAME.json} for {@code NAME.onnx},
   *     says how frames are prepared; without it they are as the convention {@code inception} has
   *     it: stretched to 299×299 bilinearly without antialiasing, samples in [−1, 1]
   * @throws IOException if a file cannot be read or the model's inputs are others
   */
  public static FeatureModel open(Path model, OnnxOptions options) throws IOException {
    String name = model.getFileName().toString().replaceAll("\\.onnx$", "") + ".json";
    Path json = model.resolveSibling(name);
    VisionModelSpec spec =
        Files.exists(json) ? VisionModelSpec.read(json) : VisionModelSpec.convention("inception");
    if (spec.kind() != VisionModelSpec.Kind.FEATURES) {
      throw new IOException("%s: kind must be features, was %s".formatted(json, spec.kind()));
    }
    return new FeatureModel(FeatureExtractor.open(model, spec, options));
  }

  /**
   * The features of a frame.
   *
   * @return the vector; where the model gives maps, the mean of each
   */
  public double[] features(Frame frame) {
    float[] values = reader.read(frame);
    double[] features = new double[values.length];
    for (int i = 0; i < features.length; i++) {
      features[i] = values[i];
    }
    return features;
  }

  /** Frees the model; a second call does nothing. */
  @Override
  public void close() {
    reader.close();
  }
}
