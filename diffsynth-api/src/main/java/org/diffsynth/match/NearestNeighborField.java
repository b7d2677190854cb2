package org.diffsynth.match;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import org.diffsynth.internal.text.Text;

/**
 * A nearest-neighbour field (NNF): for each pixel of a target frame, the source pixel whose patch
 * is most similar to the patch around the target pixel. Immutable; both frames have the same size.
 *
 * <p>Coordinates are whole pixels, {@code x} the column and {@code y} the row, and always lie
 * inside the source frame.
 */
public final class NearestNeighborField {

  /** Largest width and height a field can describe: coordinates are packed into 16 bits each. */
  public static final int MAX_SIDE = 65535;

  private static final int MAGIC = 0x4E4E4631; // "NNF1"

  private final int width;
  private final int height;
  private final int[] packed;

  private NearestNeighborField(int width, int height, int[] packed) {
    this.width = width;
    this.height = height;
    this.packed = packed;
  }

  /**
   * Creates a field from packed coordinates, which are copied.
   *
   * @param packed {@code width * height} entries row by row, each as {@link #pack} gives it
   * @throws IllegalArgumentException if a coordinate lies outside the frame, naming it
   */
  public static NearestNeighborField ofPacked(int width, int height, int[] packed) {
    checkSize(width, height);
    if (packed.length != width * height) {
      throw new IllegalArgumentException(
          Text.format(
              "a %dx%d field has %d entries, got %d",
              width, height, width * height, packed.length));
    }
    for (int i = 0; i < packed.length; i++) {
      int sourceX = packedX(packed[i]);
      int sourceY = packedY(packed[i]);
      if (sourceX >= width || sourceY >= height) {
        throw new IllegalArgumentException(
            Text.format(
                "entry (%d, %d) points to (%d, %d), outside of %dx%d",
                i % width, i / width, sourceX, sourceY, width, height));
      }
    }
    return new NearestNeighborField(width, height, packed.clone());
  }

  /** Creates a field that maps every pixel to itself. */
  public static NearestNeighborField identity(int width, int height) {
    checkSize(width, height);
    int[] packed = new int[width * height];
    for (int y = 0, i = 0; y < height; y++) {
      for (int x = 0; x < width; x++, i++) {
        packed[i] = pack(x, y);
      }
    }
    return new NearestNeighborField(width, height, packed);
  }

  /**
   * Packs the pixel in column {@code x} and row {@code y} into an int: {@code y} in the upper 16
   * bits, {@code x} in the lower 16.
   */
  public static int pack(int x, int y) {
    return y << 16 | x;
  }

  /** Returns the column of a packed pixel, 0 to 65535. */
  public static int packedX(int packed) {
    return packed & 0xFFFF;
  }

  /** Returns the row of a packed pixel, 0 to 65535. */
  public static int packedY(int packed) {
    return packed >>> 16;
  }

  private static void checkSize(int width, int height) {
    if (width < 1 || width > MAX_SIDE || height < 1 || height > MAX_SIDE) {
      throw new IllegalArgumentException(
          Text.format(
              "width and height must be in [1, %d], but were %dx%d", MAX_SIDE, width, height));
    }
  }

  /** Columns of both frames. */
  public int width() {
    return width;
  }

  /** Rows of both frames. */
  public int height() {
    return height;
  }

  /** Returns the column in the source frame of the match of target pixel (x, y). */
  public int sourceX(int x, int y) {
    return packedX(packed[index(x, y)]);
  }

  /** Returns the row in the source frame of the match of target pixel (x, y). */
  public int sourceY(int x, int y) {
    return packedY(packed[index(x, y)]);
  }

  private int index(int x, int y) {
    if (x < 0 || x >= width || y < 0 || y >= height) {
      throw new IndexOutOfBoundsException(
          Text.format("(%d, %d) lies outside of %dx%d", x, y, width, height));
    }
    return y * width + x;
  }

  /** Returns a copy of all entries row by row, each as {@link #pack} gives it. */
  public int[] toPacked() {
    return packed.clone();
  }

  /**
   * Returns the field that follows {@code next} and then this field: {@code composed[p] =
   * this[next[p]]}. If this field leads from frame B to frame A and {@code next} from C to B, the
   * result leads from C to A.
   *
   * @throws IllegalArgumentException if the fields have different sizes
   */
  public NearestNeighborField compose(NearestNeighborField next) {
    if (next.width != width || next.height != height) {
      throw new IllegalArgumentException(
          Text.format(
              "both fields must have one size, but were %dx%d and %dx%d",
              width, height, next.width, next.height));
    }
    int[] composed = new int[packed.length];
    for (int i = 0; i < composed.length; i++) {
      composed[i] = packed[packedY(next.packed[i]) * width + packedX(next.packed[i])];
    }
    return new NearestNeighborField(width, height, composed);
  }

  /**
   * Returns a copy of this field in which patches of radius {@code margin} lie inside both frames:
   * for every target pixel at least {@code margin} from the edge, the source position is moved to
   * at least {@code margin} from the edge. A field that a matcher found for patches of that radius
   * or a larger one is unchanged.
   *
   * @param margin radius of the patches in pixels, at least 0
   * @throws IllegalArgumentException if no pixel is that far from the edge
   */
  public NearestNeighborField withPatchesInside(int margin) {
    if (margin < 0 || Math.min(width, height) <= 2 * margin) {
      throw new IllegalArgumentException(
          Text.format(
              "pictures must be at least %1$dx%1$d, one patch, were %2$dx%3$d",
              2 * margin + 1, width, height));
    }
    int[] moved = packed.clone();
    for (int y = margin; y < height - margin; y++) {
      for (int x = margin; x < width - margin; x++) {
        int match = packed[y * width + x];
        int sourceX = Math.min(Math.max(packedX(match), margin), width - 1 - margin);
        int sourceY = Math.min(Math.max(packedY(match), margin), height - 1 - margin);
        moved[y * width + x] = pack(sourceX, sourceY);
      }
    }
    return new NearestNeighborField(width, height, moved);
  }

  /**
   * Writes the field to a file: "NNF1", width, height, then the packed entries, all big-endian
   * 32-bit integers. An existing file is replaced in one step.
   */
  public void save(Path file) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    Path temporary = Files.createTempFile(directory, "field", ".tmp");
    try {
      try (DataOutputStream out =
          new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(temporary)))) {
        out.writeInt(MAGIC);
        out.writeInt(width);
        out.writeInt(height);
        for (int entry : packed) {
          out.writeInt(entry);
        }
      }
      Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /**
   * Reads a field from a file that {@link #save} wrote.
   *
   * @throws IOException if the file is not a field, is truncated, or has a position out of bounds;
   *     the message names the file
   */
  public static NearestNeighborField load(Path file) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      if (in.readInt() != MAGIC) {
        throw new IOException(file + " is not a nearest-neighbour field");
      }
      int width = in.readInt();
      int height = in.readInt();
      checkSize(width, height);
      if (Files.size(file) != 12L + 4L * width * height) {
        throw new IOException(
            Text.format(
                "%s should hold a %dx%d field in %d bytes, but has %d",
                file, width, height, 12L + 4L * width * height, Files.size(file)));
      }
      int[] packed = new int[width * height];
      for (int i = 0; i < packed.length; i++) {
        packed[i] = in.readInt();
      }
      return ofPacked(width, height, packed);
    } catch (EOFException e) {
      throw new IOException(file + " ends before its field is complete", e);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NearestNeighborField that
        && width == that.width
        && height == that.height
        && Arrays.equals(packed, that.packed);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * width + height) + Arrays.hashCode(packed);
  }

  @Override
  public String toString() {
    return "NearestNeighborField[" + width + "x" + height + "]";
  }
}
