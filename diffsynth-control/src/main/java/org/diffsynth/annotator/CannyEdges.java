package org.diffsynth.annotator;

import org.diffsynth.control.Annotator;
import org.diffsynth.frame.Frame;

/**
 * Canny's edges, one pixel wide, white on black, as a Canny ControlNet wants them: the same pixels
 * as OpenCV's {@code Canny(rgb, low, high)}.
 *
 * <p>Sobel gradients of 3 × 3 with repeated edges, of the channel where |∂x| + |∂y| is largest; of
 * these the maxima across the edge; of these the ones above {@code high} and those above {@code
 * low} that hang together with them. Holds no memory; may serve several clips and threads.
 *
 * @param low threshold of |∂x| + |∂y| for 8-bit samples (a step by one level is 4); at least 0
 * @param high threshold for the beginning of an edge; at least {@code low}
 * @see <a href="https://doi.org/10.1109/TPAMI.1986.4767851">Canny 1986, A computational approach to
 *     edge detection</a>
 */
public record CannyEdges(int low, int high) implements Annotator {

  /** ControlNet's usual thresholds, 100 and 200. */
  public static final CannyEdges DEFAULT = new CannyEdges(100, 200);

  /** Tangent of 22.5 degrees in units of 2⁻¹⁵. */
  private static final int TANGENT = 13573;

  private static final int SHIFT = 15;

  /** Checks the ranges. */
  public CannyEdges {
    if (low < 0 || high < low) {
      throw new IllegalArgumentException(
          "thresholds must be at least 0, the low one first, were %d and %d".formatted(low, high));
    }
  }

  @Override
  public Frame annotate(Frame frame) {
    int width = frame.width();
    int height = frame.height();
    Gradient gradient = Gradient.of(frame);
    boolean[] candidate = new boolean[width * height];
    boolean[] strong = new boolean[width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int at = y * width + x;
        candidate[at] = gradient.norm(x, y) > low && gradient.isMaximum(x, y);
        strong[at] = gradient.norm(x, y) > high;
      }
    }
    boolean[] edges = Hysteresis.connected(candidate, strong, width);
    byte[] rgb = new byte[3 * edges.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (edges[i / 3] ? 255 : 0);
    }
    return Frame.ofRgb8(width, height, rgb);
  }

  /** Gradients of the channel where they are largest. */
  private record Gradient(int width, int height, int[] dx, int[] dy) {

    static Gradient of(Frame frame) {
      int width = frame.width();
      int height = frame.height();
      byte[] rgb = frame.toRgb8();
      int[] dx = new int[width * height];
      int[] dy = new int[width * height];
      for (int y = 0; y < height; y++) {
        int[] rows = {Math.max(0, y - 1) * width, y * width, Math.min(height - 1, y + 1) * width};
        for (int x = 0; x < width; x++) {
          int left = Math.max(0, x - 1);
          int right = Math.min(width - 1, x + 1);
          int at = y * width + x;
          for (int c = 0; c < 3; c++) {
            int horizontal = 0;
            int vertical = 0;
            for (int i = 0; i < 3; i++) {
              int weight = i == 1 ? 2 : 1;
              int column = i == 0 ? left : i == 1 ? x : right;
              horizontal +=
                  weight * (sample(rgb, rows[i] + right, c) - sample(rgb, rows[i] + left, c));
              vertical +=
                  weight * (sample(rgb, rows[2] + column, c) - sample(rgb, rows[0] + column, c));
            }
            if (Math.abs(horizontal) + Math.abs(vertical) > Math.abs(dx[at]) + Math.abs(dy[at])) {
              dx[at] = horizontal;
              dy[at] = vertical;
            }
          }
        }
      }
      return new Gradient(width, height, dx, dy);
    }

    private static int sample(byte[] rgb, int pixel, int channel) {
      return rgb[3 * pixel + channel] & 0xFF;
    }

    int norm(int x, int y) {
      if (x < 0 || y < 0 || x >= width || y >= height) {
        return 0;
      }
      int at = y * width + x;
      return Math.abs(dx[at]) + Math.abs(dy[at]);
    }

    /** Of two equal neighbours along an axis the first is taken. */
    boolean isMaximum(int x, int y) {
      int at = y * width + x;
      int norm = norm(x, y);
      long across = (long) Math.abs(dx[at]) * TANGENT;
      long along = (long) Math.abs(dy[at]) << SHIFT;
      if (along < across) {
        return norm > norm(x - 1, y) && norm >= norm(x + 1, y);
      }
      if (along > across + ((long) Math.abs(dx[at]) << SHIFT + 1)) {
        return norm > norm(x, y - 1) && norm >= norm(x, y + 1);
      }
      int side = (dx[at] ^ dy[at]) < 0 ? -1 : 1;
      return norm > norm(x - side, y - 1) && norm > norm(x + side, y + 1);
    }
  }
}
