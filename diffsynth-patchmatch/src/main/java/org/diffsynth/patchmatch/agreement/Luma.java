package org.diffsynth.patchmatch.agreement;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.patchmatch.engine.Texels;

/** The brightness of a guide, 0 to 255, at full size or a half of it. */
final class Luma {

  private static final int COARSEST_SIDE = 16;

  final int width;
  final int height;
  final float[] values;

  private Luma(int width, int height) {
    this.width = width;
    this.height = height;
    this.values = new float[width * height];
  }

  /** At full size and at ever half the size, the finest first. */
  static List<Luma> pyramid(Texels guide) {
    Luma luma = new Luma(guide.width(), guide.height());
    for (int i = 0; i < luma.values.length; i++) {
      int pixel = guide.rgb()[i];
      int weighted =
          77 * Texels.channel(pixel, 0)
              + 150 * Texels.channel(pixel, 1)
              + 29 * Texels.channel(pixel, 2);
      luma.values[i] = weighted / 256f;
    }
    List<Luma> levels = new ArrayList<>();
    levels.add(luma);
    while (Math.min(luma.width, luma.height) >= 2 * COARSEST_SIDE) {
      luma = luma.half();
      levels.add(luma);
    }
    return levels;
  }

  private Luma half() {
    Luma half = new Luma((width + 1) / 2, (height + 1) / 2);
    for (int y = 0; y < half.height; y++) {
      int upper = 2 * y * width;
      int lower = Math.min(2 * y + 1, height - 1) * width;
      for (int x = 0; x < half.width; x++) {
        int right = Math.min(2 * x + 1, width - 1);
        half.values[y * half.width + x] =
            (values[upper + 2 * x]
                    + values[upper + right]
                    + values[lower + 2 * x]
                    + values[lower + right])
                * 0.25f;
      }
    }
    return half;
  }

  /** Linear between pixels, the nearest border pixel outside. */
  float at(float x, float y) {
    float insideX = Math.min(Math.max(x, 0f), width - 1);
    float insideY = Math.min(Math.max(y, 0f), height - 1);
    int left = Math.min((int) insideX, Math.max(0, width - 2));
    int top = Math.min((int) insideY, Math.max(0, height - 2));
    float fractionX = insideX - left;
    float fractionY = insideY - top;
    int upper = top * width + left;
    int lower = height > 1 ? upper + width : upper;
    int next = width > 1 ? 1 : 0;
    float above = values[upper] + fractionX * (values[upper + next] - values[upper]);
    float below = values[lower] + fractionX * (values[lower + next] - values[lower]);
    return above + fractionY * (below - above);
  }
}
