package org.diffsynth.frame;

/**
 * The brightness of a pixel as ITU-R BT.601 defines it, 0.299·R + 0.587·G + 0.114·B of the samples
 * as they are stored. All parts of the library use this one definition. The integer variants differ
 * in their rounding only; each gives the exact numbers of another program, or exists for speed.
 */
public final class Luma {

  /** Weight of the red channel in the luma of ITU-R BT.601. */
  public static final float RED = 0.299f;

  /** Weight of the green channel in the luma of ITU-R BT.601. */
  public static final float GREEN = 0.587f;

  /** Weight of the blue channel in the luma of ITU-R BT.601. */
  public static final float BLUE = 0.114f;

  private Luma() {}

  /** Returns the luma in the unit of the samples, in single precision. */
  public static float of(float red, float green, float blue) {
    return RED * red + GREEN * green + BLUE * blue;
  }

  /**
   * Returns the luma of 8-bit samples, rounded to an integer with weights in units of 2⁻¹⁶, as the
   * conversion to mode L in Python's Pillow does.
   */
  public static int pillow(int red, int green, int blue) {
    return (19595 * red + 38470 * green + 7471 * blue + (1 << 15)) >> 16;
  }

  /**
   * Returns the luma of 8-bit samples, rounded to an integer with weights in units of 2⁻¹⁴, as the
   * conversion {@code COLOR_RGB2GRAY} of OpenCV does.
   */
  public static int openCv(int red, int green, int blue) {
    return (4899 * red + 9617 * green + 1868 * blue + (1 << 13)) >> 14;
  }

  /**
   * Returns 256 times the luma of 8-bit samples, exactly, with weights in units of 2⁻⁸. The default
   * blend uses it, because every engine computes it without rounding.
   */
  public static int times256(int red, int green, int blue) {
    return 77 * red + 150 * green + 29 * blue;
  }
}
