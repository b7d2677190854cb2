package org.diffsynth.onnx.metrics;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.internal.text.Text;
import org.diffsynth.metrics.AestheticHead;
import org.diffsynth.onnx.internal.tensorfile.NamedTensor;
import org.diffsynth.onnx.internal.tensorfile.NamedTensors;

/** Reads the weights of LAION's aesthetic predictor from files. */
public final class AestheticHeads {

  private static final int[] SIZES = {768, 1024, 128, 64, 16, 1};

  private AestheticHeads() {}

  /**
   * Reads an aesthetic predictor from a {@code .safetensors} file or from the weights of an {@code
   * .onnx} export, in single or half precision. Weights are recognised by their shapes, {@code
   * (outputs, inputs)} or {@code (inputs, outputs)}; names of tensors are ignored.
   *
   * @throws IOException if the file cannot be read or lacks the weights of a layer; the message
   *     lists the tensors that were found
   */
  public static AestheticHead read(Path file) throws IOException {
    List<NamedTensor> tensors = NamedTensors.read(file);
    List<float[]> weights = new ArrayList<>();
    List<float[]> biases = new ArrayList<>();
    for (int i = 0; i + 1 < SIZES.length; i++) {
      int inputs = SIZES[i];
      int outputs = SIZES[i + 1];
      NamedTensor weight =
          NamedTensors.only(tensors, new long[] {outputs, inputs}, new long[] {inputs, outputs});
      NamedTensor bias = NamedTensors.only(tensors, new long[] {outputs});
      if (weight == null || bias == null) {
        throw new IOException(
            Text.format(
                    "%s: expected one weight of [%d, %d] and one bias of [%d] for layer %d of the aesthetic",
                    file, outputs, inputs, outputs, i)
                + " head, found "
                + tensors);
      }
      boolean isTransposed = weight.shape().get(0) == inputs;
      weights.add(isTransposed ? transposed(weight.data(), inputs, outputs) : weight.data());
      biases.add(bias.data());
    }
    return new AestheticHead(weights, biases);
  }

  private static float[] transposed(float[] data, int rows, int columns) {
    float[] result = new float[data.length];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        result[column * rows + row] = data[row * columns + column];
      }
    }
    return result;
  }
}
