package org.diffsynth.onnx.internal.lora;

import java.io.IOException;
import java.util.Arrays;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.tensorfile.SafetensorsFile;

/**
 * A matrix in a file: whole, as the product of two factors of low rank, or in the Tucker form for
 * convolutions. Its rows are computed one by one, so that the matrix is never in memory as a whole.
 *
 * <pre>
 * whole     M[y, x]      = down[y, x]
 * product   M[y, x]      = Σ_r up[y, r] · down[r, x]
 * Tucker    M[y, (x, k)] = Σ_i Σ_j up[y, i] · core[i, j, k] · down[j, x]
 * </pre>
 *
 * Here y is an output, x an input of the layer, and k a position in the kernel.
 *
 * @param up name of the left factor, of shape (rows, rank); null for a whole matrix
 * @param core name of the core, of shape (rank, rank, kernel..); null if there is none
 * @param down name of the right factor, of shape (rank, inputs[, kernel..])
 * @param upByRank whether the left factor is stored as (rank, rows)
 * @param rank the rank of the right factor; 0 for a whole matrix
 * @param kernel elements of the core's kernel; 1 without a core
 */
record Factors(
    SafetensorsFile file,
    String up,
    String core,
    String down,
    boolean upByRank,
    int rows,
    int columns,
    int rank,
    int kernel) {

  /** Computes rows of a matrix. Threads may share it. */
  @FunctionalInterface
  interface Rows {
    /**
     * Computes one row.
     *
     * @param row receives all values of row {@code y}
     */
    void compute(int y, float[] row);
  }

  /** Creates a matrix that is stored as a whole; a vector has one column. */
  static Factors whole(SafetensorsFile file, String name) throws IOException {
    long[] shape = file.shape(name);
    int rows = shape.length == 0 ? 1 : dimension(file, name, shape[0]);
    return new Factors(file, null, null, name, false, rows, product(file, name, 1), 0, 1);
  }

  /**
   * Creates a product.
   *
   * @param core name of the core, or null
   * @param upByRank whether the left factor is stored as (rank, rows)
   * @throws IOException if the shapes do not fit each other
   */
  static Factors product(
      SafetensorsFile file, String up, String core, String down, boolean upByRank)
      throws IOException {
    long[] left = file.shape(up);
    long[] right = file.shape(down);
    long[] middle = core == null ? null : file.shape(core);
    boolean fits = left.length >= 2 && right.length >= 2 && right[0] > 0;
    if (fits) {
      long inner = upByRank ? left[0] : left[1];
      fits =
          Arrays.stream(left).skip(2).allMatch(dim -> dim == 1)
              && (middle == null
                  ? inner == right[0]
                  : middle.length > 2 && middle[0] == inner && middle[1] == right[0]);
    }
    if (!fits) {
      throw new IOException(
          Text.format(
              "%s: '%s' and '%s' must have shapes (%s) and (rank, ..)%s, but were %s and %s%s",
              file.file(),
              up,
              down,
              upByRank ? "rank, .." : ".., rank",
              core == null ? "" : " with a core (rank, rank, ..)",
              Arrays.toString(left),
              Arrays.toString(right),
              core == null ? "" : " with " + Arrays.toString(middle)));
    }
    int kernel = core == null ? 1 : product(file, core, 2);
    return new Factors(
        file,
        up,
        core,
        down,
        upByRank,
        dimension(file, up, upByRank ? left[1] : left[0]),
        Math.multiplyExact(product(file, down, 1), kernel),
        dimension(file, down, right[0]),
        kernel);
  }

  private static int dimension(SafetensorsFile file, String name, long value) throws IOException {
    if (value < 1 || value > Integer.MAX_VALUE) {
      throw new IOException(Text.format("%s: tensor '%s' is empty", file.file(), name));
    }
    return (int) value;
  }

  /** Returns the product of a tensor's dimensions from the given one on. */
  private static int product(SafetensorsFile file, String name, int from) throws IOException {
    long product = 1;
    for (long dim : Arrays.stream(file.shape(name)).skip(from).toArray()) {
      product *= dim; // cannot overflow: the reader has checked that the data is in the file
    }
    return dimension(file, name, product);
  }

  /**
   * Loads the factors.
   *
   * @throws IOException if the file cannot be read
   */
  Rows load() throws IOException {
    float[] right = file.floats(down);
    if (up == null) {
      return (y, row) -> System.arraycopy(right, y * columns, row, 0, columns);
    }
    float[] left = file.floats(up);
    int inner = left.length / rows;
    if (core == null) {
      return (y, row) -> {
        Arrays.fill(row, 0);
        for (int r = 0; r < inner; r++) {
          float share = left(left, y, r, inner);
          for (int x = 0; x < columns; x++) {
            row[x] += share * right[r * columns + x];
          }
        }
      };
    }
    float[] middle = file.floats(core);
    return (y, row) -> tucker(left, middle, right, inner, y, row);
  }

  private float left(float[] left, int y, int r, int inner) {
    return left[upByRank ? r * rows + y : y * inner + r];
  }

  private void tucker(float[] left, float[] middle, float[] right, int inner, int y, float[] row) {
    float[] folded = new float[rank * kernel];
    for (int i = 0; i < inner; i++) {
      float share = left(left, y, i, inner);
      for (int j = 0; j < folded.length; j++) {
        folded[j] += share * middle[i * folded.length + j];
      }
    }
    Arrays.fill(row, 0);
    int inputs = columns / kernel;
    for (int j = 0; j < rank; j++) {
      for (int x = 0; x < inputs; x++) {
        float share = right[j * inputs + x];
        for (int k = 0; k < kernel; k++) {
          row[x * kernel + k] += share * folded[j * kernel + k];
        }
      }
    }
  }
}
