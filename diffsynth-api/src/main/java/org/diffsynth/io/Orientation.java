package org.diffsynth.io;

import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;

/**
 * The eight ways in which EXIF says that a stored picture must be turned or mirrored to be upright.
 * The constants are in the order of the values 1 to 8 of the EXIF tag 274.
 *
 * @see <a href="https://www.cipa.jp/std/documents/e/DC-008-Translation-2019-E.pdf">EXIF 2.32,
 *     section 4.6.4, Orientation</a>
 */
enum Orientation {
  UPRIGHT(false, false, false),
  MIRRORED(false, true, false),
  HALF_TURN(false, true, true),
  UPSIDE_DOWN_MIRRORED(false, false, true),
  TRANSPOSED(true, false, false),
  QUARTER_TURN(true, true, false),
  TRANSVERSED(true, true, true),
  THREE_QUARTER_TURN(true, false, true);

  private final boolean swapped;
  private final boolean fromRight;
  private final boolean fromBottom;

  /**
   * Creates an orientation.
   *
   * @param swapped whether rows of the upright picture are columns of the stored one
   * @param fromRight whether the upright picture is mirrored left to right after swapping
   * @param fromBottom whether the upright picture is mirrored top to bottom after swapping
   */
  Orientation(boolean swapped, boolean fromRight, boolean fromBottom) {
    this.swapped = swapped;
    this.fromRight = fromRight;
    this.fromBottom = fromBottom;
  }

  /**
   * Returns the orientation for a value of the EXIF tag; upright for values that are not defined.
   */
  static Orientation ofExif(long value) {
    return value >= 1 && value <= values().length ? values()[(int) value - 1] : UPRIGHT;
  }

  /** Returns the size of the upright picture. */
  FrameSize upright(FrameSize stored) {
    return swapped ? new FrameSize(stored.height(), stored.width()) : stored;
  }

  /** Returns the upright picture, with the depth of the stored one. */
  Frame upright(Frame stored) {
    if (this == UPRIGHT) {
      return stored;
    }
    FrameSize size = upright(stored.size());
    switch (stored.depth()) {
      case UINT8 -> {
        byte[] from = stored.toRgb8();
        byte[] to = new byte[from.length];
        move(stored.size(), (a, b) -> System.arraycopy(from, a, to, b, 3));
        return Frame.ofRgb8(size.width(), size.height(), to);
      }
      case UINT16 -> {
        short[] from = stored.toRgb16();
        short[] to = new short[from.length];
        move(stored.size(), (a, b) -> System.arraycopy(from, a, to, b, 3));
        return Frame.ofRgb16(size.width(), size.height(), to);
      }
      default -> {
        float[] from = stored.toFloat();
        float[] to = new float[from.length];
        move(stored.size(), (a, b) -> System.arraycopy(from, a, to, b, 3));
        return Frame.ofFloat(size.width(), size.height(), to);
      }
    }
  }

  private interface Move {
    void pixel(int from, int to);
  }

  private void move(FrameSize stored, Move move) {
    FrameSize size = upright(stored);
    for (int y = 0, to = 0; y < size.height(); y++) {
      int row = fromBottom ? size.height() - 1 - y : y;
      for (int x = 0; x < size.width(); x++, to += 3) {
        int column = fromRight ? size.width() - 1 - x : x;
        int from = swapped ? column * stored.width() + row : row * stored.width() + column;
        move.pixel(from * 3, to);
      }
    }
  }
}
