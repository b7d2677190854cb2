package org.diffsynth.patchmatch.flow;

/**
 * Carries pictures along optical flow, and says where a picture is visible.
 *
 * <p>Pixel p of the target is visible in the source if the flow there, u, stays inside the picture,
 * and the flow back at the place where it leads, v, cancels it: |u + v|² ≤ 0.01 (|u|² + |v|²) +
 * 0.5. Arithmetic is in single floats, one rounding an operation, in the order written.
 */
public final class FlowCarrier {

  private static final float RELATIVE = 0.01f;
  private static final float ABSOLUTE = 0.5f;

  private final int width;
  private final int height;
  private final Flow there;
  private final Flow back;

  /**
   * Creates a carrier from a source to a target picture.
   *
   * @param there where each pixel of the target lies in the source
   * @param back where each pixel of the source lies in the target
   */
  public FlowCarrier(Flow there, Flow back) {
    this.width = there.width();
    this.height = there.height();
    this.there = there;
    this.back = back;
  }

  /**
   * Adds the visible pixels of a picture, carried to the target, to sums.
   *
   * @param samples samples of the source picture, 16 bits, three a pixel
   * @param sums sums of the target, three a pixel
   * @param counts number of pictures in the sum of each pixel
   * @param fromRow first row of the target
   * @param toRow row after the last row of the target
   */
  public void add(short[] samples, int[] sums, int[] counts, int fromRow, int toRow) {
    for (int y = fromRow; y < toRow; y++) {
      for (int x = 0; x < width; x++) {
        int i = y * width + x;
        float sourceX = x + there.dx()[i];
        float sourceY = y + there.dy()[i];
        if (!(sourceX >= 0 && sourceX <= width - 1 && sourceY >= 0 && sourceY <= height - 1)) {
          continue;
        }
        int left = (int) sourceX;
        int top = (int) sourceY;
        float right = sourceX - left;
        float down = sourceY - top;
        int at = top * width + left;
        int stepX = left < width - 1 ? 1 : 0;
        int stepY = top < height - 1 ? width : 0;
        float backX = mix(back.dx(), at, stepX, stepY, right, down);
        float backY = mix(back.dy(), at, stepX, stepY, right, down);
        if (isVisible(there.dx()[i], there.dy()[i], backX, backY)) {
          counts[i]++;
          for (int c = 0; c < 3; c++) {
            float above = mix(samples, 3 * at + c, 3 * stepX, right);
            float below = mix(samples, 3 * (at + stepY) + c, 3 * stepX, right);
            sums[3 * i + c] += (int) (above + (below - above) * down + 0.5f);
          }
        }
      }
    }
  }

  private static boolean isVisible(float dx, float dy, float backX, float backY) {
    float missX = dx + backX;
    float missY = dy + backY;
    float lengths = dx * dx + dy * dy + (backX * backX + backY * backY);
    return missX * missX + missY * missY <= RELATIVE * lengths + ABSOLUTE;
  }

  private static float mix(float[] values, int at, int stepX, int stepY, float right, float down) {
    float above = values[at] + (values[at + stepX] - values[at]) * right;
    float first = values[at + stepY];
    float below = first + (values[at + stepY + stepX] - first) * right;
    return above + (below - above) * down;
  }

  private static float mix(short[] samples, int at, int step, float right) {
    int first = samples[at] & 0xFFFF;
    return first + ((samples[at + step] & 0xFFFF) - first) * right;
  }
}
