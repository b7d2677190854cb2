package org.diffsynth.onnx.internal.vision;

import java.nio.file.Path;
import java.util.Arrays;
import org.diffsynth.compute.BackendException;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.runtime.PlainModel;
import org.diffsynth.onnx.vision.InputSpec;

/**
 * An output tensor as a list of maps of one size.
 *
 * @param count number of maps
 * @param width columns of a map
 * @param height rows of a map
 * @param data {@code (count, height, width)}
 */
record OutputMaps(int count, int width, int height, float[] data) {

  /**
   * Converts an output tensor to maps. The permitted shapes are (height, width), (maps, height,
   * width) and (1, maps, height, width) and, with the layout NHWC, (height, width, maps) and (1,
   * height, width, maps).
   *
   * @param least minimum number of maps
   * @throws BackendException if the shape is not permitted or there are too few maps; the message
   *     names the file and the tensor
   */
  static OutputMaps of(PlainModel.Values values, InputSpec.Layout layout, int least, Path file) {
    long[] shape = values.shape();
    int rank = shape.length;
    boolean channelsLast = layout == InputSpec.Layout.NHWC && rank > 2;
    if (rank < 2 || rank > 4 || rank == 4 && shape[0] != 1 || values.data().length == 0) {
      throw wrong(values, "maps of the shape (1, maps, height, width)", file);
    }
    int count = rank == 2 ? 1 : (int) shape[channelsLast ? rank - 1 : rank - 3];
    int height = (int) shape[channelsLast ? rank - 3 : rank - 2];
    int width = (int) shape[channelsLast ? rank - 2 : rank - 1];
    if (count < least) {
      throw wrong(values, Text.format("at least %d maps", least), file);
    }
    return new OutputMaps(
        count, width, height, channelsLast ? transposed(values.data(), count) : values.data());
  }

  /** Creates an exception for an output tensor of an unexpected shape. */
  static BackendException wrong(PlainModel.Values values, String expected, Path file) {
    return new BackendException(
        Text.format(
            "%s: output '%s': expected %s, but found %s",
            file, values.tensor(), expected, Arrays.toString(values.shape())));
  }

  private static float[] transposed(float[] data, int count) {
    int pixels = data.length / count;
    float[] planes = new float[data.length];
    for (int i = 0; i < pixels; i++) {
      for (int c = 0; c < count; c++) {
        planes[c * pixels + i] = data[i * count + c];
      }
    }
    return planes;
  }

  /** Returns a copy of one map, {@code (height, width)}. */
  float[] map(int index) {
    int pixels = width * height;
    return Arrays.copyOfRange(data, index * pixels, (index + 1) * pixels);
  }
}
