package org.diffsynth.onnx.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.vision.FeatureExtractor;
import org.diffsynth.onnx.vision.VisionModelSpec;

/**
 * A network that computes the feature vector of a frame, such as Inception-v3 up to its last
 * pooling layer. The features are used by {@link org.diffsynth.metrics.FrechetDistance} (FID) and
 * {@link org.diffsynth.metrics.KernelInceptionDistance} (KID).
 *
 * <p>Close the model after use. Threads may share it.
 */
public final class FeatureModel implements AutoCloseable {

  private final FeatureExtractor extractor;

  private FeatureModel(FeatureExtractor extractor) {
    this.extractor = extractor;
  }

  /**
   * Opens a feature network.
   *
   * @param model model file. A JSON file beside it, {@code NAME.json} for {@code NAME.onnx},
   *     describes how frames are preprocessed. Without that file, the convention {@code inception}
   *     applies: frames are stretched to 299×299 pixels bilinearly without antialiasing, and
   *     samples are in [−1, 1]
   * @param options where and how the model is computed
   * @throws IOException if a file cannot be read or if the model has unexpected inputs
   */
  public static FeatureModel open(Path model, ComputeOptions options) throws IOException {
    String name = model.getFileName().toString().replaceAll("\\.onnx$", "") + ".json";
    Path json = model.resolveSibling(name);
    VisionModelSpec spec =
        Files.exists(json) ? VisionModelSpec.read(json) : VisionModelSpec.convention("inception");
    if (spec.kind() != VisionModelSpec.Kind.FEATURES) {
      throw new IOException(
          Text.format("%s: kind must be features, but was %s", json, spec.kind()));
    }
    return new FeatureModel(FeatureExtractor.open(model, spec, options));
  }

  /**
   * Computes the feature vector of a frame.
   *
   * @return the output vector of the model; if the model returns maps, the mean of each map
   */
  public double[] features(Frame frame) {
    float[] values = extractor.extract(frame);
    double[] features = new double[values.length];
    for (int i = 0; i < features.length; i++) {
      features[i] = values[i];
    }
    return features;
  }

  /** Releases the model. A second call has no effect. */
  @Override
  public void close() {
    extractor.close();
  }
}
