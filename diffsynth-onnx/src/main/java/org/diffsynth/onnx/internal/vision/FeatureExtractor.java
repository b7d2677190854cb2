package org.diffsynth.onnx.internal.vision;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.onnx.internal.runtime.PlainModel;
import org.diffsynth.onnx.vision.VisionModelSpec;

/** Runs a model that computes one feature vector for a frame. */
public final class FeatureExtractor implements AutoCloseable {

  private final ImageModel model;
  private final List<String> outputs;

  private FeatureExtractor(ImageModel model, List<String> outputs) {
    this.model = model;
    this.outputs = outputs;
  }

  /**
   * Opens a model that computes feature vectors. The caller closes it.
   *
   * @throws IOException if the model cannot be read or has unexpected inputs or outputs
   */
  public static FeatureExtractor open(Path file, VisionModelSpec spec, ComputeOptions options)
      throws IOException {
    ImageModel model = ImageModel.open(file, spec.input(), options);
    try {
      return new FeatureExtractor(model, DenseMapModel.bound(model, spec.output()).subList(0, 1));
    } catch (IOException | RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /**
   * Returns the feature vector of a frame. If the model returns maps, {@code (1, maps, height,
   * width)}, each feature is the mean of a map.
   */
  public float[] extract(Frame frame) {
    PlainModel.Values values = model.run(frame, outputs, Monitor.NONE).outputs().get(0);
    long[] shape = values.shape();
    int rank = shape.length;
    boolean vector = rank == 1 || rank == 2 && shape[0] == 1;
    boolean maps = rank == 4 && shape[0] == 1;
    if (!vector && !maps || values.data().length == 0) {
      throw OutputMaps.wrong(values, "(1, features) or (1, features, height, width)", model.file());
    }
    if (vector) {
      return values.data();
    }
    int count = (int) shape[1];
    int pixels = values.data().length / count;
    float[] means = new float[count];
    for (int i = 0; i < count; i++) {
      double sum = 0;
      for (int k = 0; k < pixels; k++) {
        sum += values.data()[i * pixels + k];
      }
      means[i] = (float) (sum / pixels);
    }
    return means;
  }

  @Override
  public void close() {
    model.close();
  }
}
