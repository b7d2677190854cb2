package org.diffsynth.patchmatch.flow;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.frame.Luma;
import org.diffsynth.patchmatch.engine.Texels;

/**
 * The brightness of a picture, 0 to 255, row by row.
 *
 * @param values {@code width * height} values; not copied
 */
public record BrightnessImage(int width, int height, float[] values) {

  /** Returns the luma of a guide, in steps of 1/256. */
  public static BrightnessImage of(Texels guide) {
    float[] values = new float[guide.width() * guide.height()];
    for (int i = 0; i < values.length; i++) {
      int texel = guide.rgb()[i];
      int weighted = Luma.times256(Texels.red(texel), Texels.green(texel), Texels.blue(texel));
      values[i] = weighted / 256f;
    }
    return new BrightnessImage(guide.width(), guide.height(), values);
  }

  /**
   * This picture and its halves, the finest first, down to the last one whose shorter side is at
   * least {@code coarsestSide}.
   */
  public List<BrightnessImage> pyramid(int coarsestSide) {
    List<BrightnessImage> levels = new ArrayList<>();
    BrightnessImage level = this;
    levels.add(level);
    while (Math.min(level.width, level.height) >= 2 * coarsestSide) {
      level = level.half();
      levels.add(level);
    }
    return levels;
  }

  /** Half the size, rounded up: the mean of 2 by 2 pixels; the last row and column repeat. */
  private BrightnessImage half() {
    int halfWidth = (width + 1) / 2;
    int halfHeight = (height + 1) / 2;
    float[] half = new float[halfWidth * halfHeight];
    for (int y = 0; y < halfHeight; y++) {
      int upper = 2 * y * width;
      int lower = Math.min(2 * y + 1, height - 1) * width;
      for (int x = 0; x < halfWidth; x++) {
        int right = Math.min(2 * x + 1, width - 1);
        half[y * halfWidth + x] =
            (values[upper + 2 * x]
                    + values[upper + right]
                    + values[lower + 2 * x]
                    + values[lower + right])
                * 0.25f;
      }
    }
    return new BrightnessImage(halfWidth, halfHeight, half);
  }
}
