package org.diffsynth.onnx.internal.lora;

import java.io.IOException;
import java.util.stream.IntStream;

/**
 * A change that is added to a weight: strength · factor · ΔW.
 *
 * <pre>
 * SINGLE      ΔW = A            LoRA, LoCon, full differences
 * HADAMARD    ΔW = A ∘ B        LoHa: the element-wise product of two matrices
 * KRONECKER   ΔW = A ⊗ B        LoKr: each element of A times the matrix B
 * </pre>
 *
 * @param a the only or the left matrix
 * @param b the right matrix; null for SINGLE
 * @param factor alpha / rank, or 1
 * @see <a href="https://arxiv.org/abs/2309.14859">Yeh et al. 2023, LyCORIS</a>
 */
record MatrixDelta(Form form, Factors a, Factors b, float factor) implements LayerDelta {

  /** How the two matrices are combined. */
  enum Form {
    SINGLE,
    HADAMARD,
    KRONECKER
  }

  static MatrixDelta single(Factors matrix, float factor) {
    return new MatrixDelta(Form.SINGLE, matrix, null, factor);
  }

  int rows() {
    return form == Form.KRONECKER ? Math.multiplyExact(a.rows(), b.rows()) : a.rows();
  }

  int columns() {
    return form == Form.KRONECKER ? Math.multiplyExact(a.columns(), b.columns()) : a.columns();
  }

  @Override
  public boolean fits(int rows, int columns) {
    return rows == rows() && columns == columns();
  }

  @Override
  public String shape() {
    return rows() + " by " + columns();
  }

  /** Loads the change without strength. */
  Factors.Rows load() throws IOException {
    Factors.Rows left = a.load();
    Factors.Rows right = b == null ? null : b.load();
    return (y, row) -> {
      switch (form) {
        case SINGLE -> left.compute(y, row);
        case HADAMARD -> {
          float[] other = new float[b.columns()];
          left.compute(y, row);
          right.compute(y, other);
          for (int x = 0; x < row.length; x++) {
            row[x] *= other[x];
          }
        }
        case KRONECKER -> {
          float[] outer = new float[a.columns()];
          float[] inner = new float[b.columns()];
          left.compute(y / b.rows(), outer);
          right.compute(y % b.rows(), inner);
          for (int x = 0; x < row.length; x++) {
            row[x] = outer[x / inner.length] * inner[x % inner.length];
          }
        }
      }
      for (int x = 0; x < row.length; x++) {
        row[x] *= factor;
      }
    };
  }

  @Override
  public void addTo(WeightMatrix weight, float strength) throws IOException {
    if (form == Form.SINGLE && a.up() != null && a.core() == null && !a.upByRank()) {
      addProduct(weight, strength * factor);
      return;
    }
    Factors.Rows rows = load();
    IntStream.range(0, weight.rows())
        .parallel()
        .forEach(
            y -> {
              float[] row = new float[weight.columns()];
              rows.compute(y, row);
              for (int x = 0; x < row.length; x++) {
                weight.values()[weight.index(y, x)] += strength * row[x];
              }
            });
  }

  /** Adds scale · up · down along the lines in which the weight is stored. */
  private void addProduct(WeightMatrix weight, float scale) throws IOException {
    float[] up = a.file().floats(a.up());
    float[] down = a.file().floats(a.down());
    int rank = a.rank();
    boolean transposed = weight.transposed();
    int lines = transposed ? weight.columns() : weight.rows();
    int length = transposed ? weight.rows() : weight.columns();
    float[] along = transposed ? transpose(up, weight.rows(), rank) : down;
    float[] values = weight.values();
    IntStream.range(0, lines)
        .parallel()
        .forEach(
            line -> {
              for (int r = 0; r < rank; r++) {
                float share =
                    scale * (transposed ? down[r * weight.columns() + line] : up[line * rank + r]);
                int from = r * length;
                int to = line * length;
                for (int i = 0; i < length; i++) {
                  values[to + i] += share * along[from + i];
                }
              }
            });
  }

  private static float[] transpose(float[] matrix, int rows, int columns) {
    float[] result = new float[matrix.length];
    for (int y = 0; y < rows; y++) {
      for (int x = 0; x < columns; x++) {
        result[x * rows + y] = matrix[y * columns + x];
      }
    }
    return result;
  }
}
