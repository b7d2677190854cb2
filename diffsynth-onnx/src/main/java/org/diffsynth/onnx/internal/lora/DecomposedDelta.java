package org.diffsynth.onnx.internal.lora;

import java.io.IOException;
import java.util.stream.IntStream;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.tensorfile.SafetensorsFile;

/**
 * A change of a weight's direction with a magnitude of its own, as in DoRA:
 *
 * <pre>
 * V  = W + ΔW
 * W' = W + strength · (m · V / ‖V‖ − W)
 * </pre>
 *
 * The norm is taken for each output of the layer, or for each input, as the magnitudes are stored.
 * At strength 1, W' is what the training used; strengths between blend linearly, as ComfyUI and the
 * AUTOMATIC1111 web interface do. W is the weight after the LoRAs before this one.
 *
 * @param delta ΔW
 * @param magnitude name of the tensor m
 * @param perOutput whether m has one element per output of the layer; otherwise one per input
 * @see <a href="https://arxiv.org/abs/2402.09353">Liu et al. 2024, DoRA</a>
 */
record DecomposedDelta(MatrixDelta delta, SafetensorsFile file, String magnitude, boolean perOutput)
    implements LayerDelta {
  private static final int BLOCK_ROWS = 64;

  @Override
  public boolean fits(int rows, int columns) {
    return delta.fits(rows, columns);
  }

  @Override
  public String shape() {
    return delta.shape();
  }

  @Override
  public void addTo(WeightMatrix weight, float strength) throws IOException {
    float[] magnitudes = file.floats(magnitude);
    int units = perOutput ? weight.rows() : magnitudes.length;
    int kernel = perOutput ? 1 : weight.columns() / units;
    if (magnitudes.length != units || units * kernel != (perOutput ? units : weight.columns())) {
      throw new IOException(
          Text.format(
              "%s: '%s' must have one element per output or input of a weight of %s, but has %d",
              file.file(), magnitude, shape(), magnitudes.length));
    }
    Factors.Rows rows = delta.load();
    double[] scales = perOutput ? null : inputScales(weight, rows, magnitudes, kernel);
    IntStream.range(0, weight.rows())
        .parallel()
        .forEach(
            y -> {
              float[] row = direction(weight, rows, y);
              double outputScale = perOutput ? scale(magnitudes[y], squares(row)) : 0;
              for (int x = 0; x < row.length; x++) {
                int i = weight.index(y, x);
                double scale = perOutput ? outputScale : scales[x / kernel];
                float old = weight.values()[i];
                weight.values()[i] = (float) (old + strength * (scale * row[x] - old));
              }
            });
  }

  private static float[] direction(WeightMatrix weight, Factors.Rows rows, int y) {
    float[] row = new float[weight.columns()];
    rows.compute(y, row);
    for (int x = 0; x < row.length; x++) {
      row[x] += weight.values()[weight.index(y, x)];
    }
    return row;
  }

  /** Sums in fixed blocks of rows, so that the result does not depend on the number of threads. */
  private static double[] inputScales(
      WeightMatrix weight, Factors.Rows rows, float[] magnitudes, int kernel) {
    double[] squares = new double[magnitudes.length];
    IntStream.range(0, (weight.rows() + BLOCK_ROWS - 1) / BLOCK_ROWS)
        .parallel()
        .mapToObj(
            block -> {
              double[] sums = new double[magnitudes.length];
              int end = Math.min(weight.rows(), (block + 1) * BLOCK_ROWS);
              for (int y = block * BLOCK_ROWS; y < end; y++) {
                float[] row = direction(weight, rows, y);
                for (int x = 0; x < row.length; x++) {
                  sums[x / kernel] += (double) row[x] * row[x];
                }
              }
              return sums;
            })
        .toList()
        .forEach(
            sums -> {
              for (int i = 0; i < sums.length; i++) {
                squares[i] += sums[i];
              }
            });
    double[] scales = new double[magnitudes.length];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = scale(magnitudes[i], squares[i]);
    }
    return scales;
  }

  private static double squares(float[] row) {
    double sum = 0;
    for (float value : row) {
      sum += (double) value * value;
    }
    return sum;
  }

  private static double scale(float magnitude, double squares) {
    return squares == 0 ? 0 : magnitude / Math.sqrt(squares);
  }
}
