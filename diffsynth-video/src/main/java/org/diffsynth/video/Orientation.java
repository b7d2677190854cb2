package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_DATA_DISPLAYMATRIX;
import static org.bytedeco.ffmpeg.global.avutil.AV_FRAME_DATA_DISPLAYMATRIX;

import java.util.Optional;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.IntPointer;

/**
 * How a stored picture is turned and mirrored to be upright: one of the eight symmetries of a
 * rectangle.
 *
 * @param transposed whether columns become rows; the other flags apply after that
 * @param mirrored whether the upright picture is flipped left to right
 * @param flipped whether the upright picture is flipped top to bottom
 */
record Orientation(boolean transposed, boolean mirrored, boolean flipped) {

  static final Orientation UPRIGHT = new Orientation(false, false, false);

  private static final int ENTRIES = 9;

  /** Entries that are smaller than this part of the largest one count as 0: 0.6 degrees. */
  private static final double TOLERANCE = 0.01;

  /**
   * Returns the orientation that a display matrix states, or empty if the matrix turns by an angle
   * that is not a multiple of 90° or shears.
   *
   * @param matrix matrix of the MP4 track header, {a, b, u, c, d, v, x, y, w}: a stored pixel (x,
   *     y) is shown at (a·x + c·y, b·x + d·y), apart from an offset. The scale is ignored
   */
  static Optional<Orientation> of(int[] matrix) {
    double a = matrix[0];
    double b = matrix[1];
    double c = matrix[3];
    double d = matrix[4];
    double small = TOLERANCE * Math.max(Math.max(Math.abs(a), Math.abs(b)), Math.abs(c));
    small = Math.max(small, TOLERANCE * Math.abs(d));
    if (Math.abs(b) <= small && Math.abs(c) <= small && a != 0 && d != 0) {
      return Optional.of(new Orientation(false, a < 0, d < 0));
    }
    if (Math.abs(a) <= small && Math.abs(d) <= small && b != 0 && c != 0) {
      return Optional.of(new Orientation(true, c < 0, b < 0));
    }
    return Optional.empty();
  }

  /** Returns the display matrix of a stream, or null. */
  static int[] matrixOf(AVCodecParameters parameters) {
    var data =
        avcodec.av_packet_side_data_get(
            parameters.coded_side_data(),
            parameters.nb_coded_side_data(),
            AV_PKT_DATA_DISPLAYMATRIX);
    return data == null ? null : matrix(new IntPointer(data.data()));
  }

  /** Returns the display matrix of a decoded picture, which H.264 and HEVC can store, or null. */
  static int[] matrixOf(AVFrame picture) {
    var data = avutil.av_frame_get_side_data(picture, AV_FRAME_DATA_DISPLAYMATRIX);
    return data == null ? null : matrix(new IntPointer(data.data()));
  }

  private static int[] matrix(IntPointer entries) {
    int[] matrix = new int[ENTRIES];
    entries.get(matrix);
    return matrix;
  }

  /** Returns copies of packed RGB samples in upright order. */
  byte[] upright(byte[] stored, int width, int height) {
    byte[] upright = new byte[stored.length];
    copyUpright(stored, upright, width, height);
    return upright;
  }

  /** Returns copies of packed RGB samples in upright order. */
  short[] upright(short[] stored, int width, int height) {
    short[] upright = new short[stored.length];
    copyUpright(stored, upright, width, height);
    return upright;
  }

  /** Copies the pixels of a stored picture into an array for the upright picture. */
  private void copyUpright(Object stored, Object upright, int width, int height) {
    int columns = transposed ? height : width;
    int rows = transposed ? width : height;
    int alongX = (transposed ? width : 1) * (mirrored ? -1 : 1);
    int alongY = (transposed ? 1 : width) * (flipped ? -1 : 1);
    int start = (mirrored ? -alongX * (columns - 1) : 0) + (flipped ? -alongY * (rows - 1) : 0);
    for (int y = 0, to = 0; y < rows; y++) {
      int from = start + y * alongY;
      if (alongX == 1) {
        System.arraycopy(stored, from * 3, upright, to, columns * 3);
        to += columns * 3;
        continue;
      }
      for (int x = 0; x < columns; x++, from += alongX, to += 3) {
        System.arraycopy(stored, from * 3, upright, to, 3);
      }
    }
  }
}
