package org.diffsynth.onnx.internal.lora;

import java.io.IOException;
import java.util.Arrays;
import org.diffsynth.onnx.internal.tensorfile.SafetensorsFile;

/**
 * A change that scales the outputs or the inputs of a layer, as in (IA)³ of LyCORIS: W' = W +
 * strength · w ∘ W, with one element of w per output or input.
 *
 * @param name name of the tensor w
 * @param onInput whether w has one element per input of the layer
 * @param length number of elements of w
 * @see <a href="https://arxiv.org/abs/2205.05638">Liu et al. 2022, (IA)³</a>
 */
record ScalingDelta(SafetensorsFile file, String name, boolean onInput, int length)
    implements LayerDelta {

  static ScalingDelta of(SafetensorsFile file, String name, boolean onInput) {
    long length = Arrays.stream(file.shape(name)).reduce(1, Math::multiplyExact);
    return new ScalingDelta(file, name, onInput, Math.toIntExact(length));
  }

  @Override
  public boolean fits(int rows, int columns) {
    if (!onInput) {
      return rows == length;
    }
    int side = length == 0 || columns % length != 0 ? 0 : (int) Math.sqrt(columns / length);
    return side % 2 == 1 && side * side * length == columns; // a square kernel, or a linear layer
  }

  @Override
  public String shape() {
    return length + (onInput ? " inputs" : " outputs");
  }

  @Override
  public void addTo(WeightMatrix weight, float strength) throws IOException {
    float[] scales = file.floats(name);
    int kernel = onInput ? weight.columns() / length : 1;
    for (int y = 0; y < weight.rows(); y++) {
      for (int x = 0; x < weight.columns(); x++) {
        int i = weight.index(y, x);
        weight.values()[i] += strength * scales[onInput ? x / kernel : y] * weight.values()[i];
      }
    }
  }
}
