package org.diffsynth.annotator;

import org.diffsynth.control.Annotator;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.text.Text;

/**
 * Finds edges with Canny's method: white lines on black, one pixel wide, as a Canny ControlNet
 * expects them. The pixels are the same as those of OpenCV's {@code Canny(rgb, low, high)}.
 *
 * <p>The method has three steps:
 *
 * <ol>
 *   <li>Sobel gradients of 3 × 3 pixels, with the edge pixels repeated, in the colour channel with
 *       the largest |∂x| + |∂y|.
 *   <li>Non-maximum suppression: only pixels that are a maximum across the edge remain.
 *   <li>Hysteresis: of these, pixels above {@code high} are edges, and so are pixels above {@code
 *       low} that are connected to one above {@code high}.
 * </ol>
 *
 * <p>Immutable and without state: one object may serve several clips and threads.
 *
 * @param low lower threshold of |∂x| + |∂y| for 8-bit samples, where a step by one level counts 4;
 *     at least 0, default 100. A smaller value continues edges further
 * @param high upper threshold, at which an edge begins; at least {@code low}, default 200. A
 *     smaller value finds more edges
 * @see <a href="https://doi.org/10.1109/TPAMI.1986.4767851">Canny 1986, A computational approach to
 *     edge detection</a>
 */
public record CannyEdges(int low, int high) implements Annotator {

  /** The thresholds that the authors of ControlNet use: 100 and 200. */
  public static final CannyEdges DEFAULT = new CannyEdges(100, 200);

  /** Tangent of 22.5 degrees in units of 2⁻¹⁵. */
  private static final int TANGENT = 13573;

  private static final int SHIFT = 15;

  /**
   * Checks the thresholds.
   *
   * @throws IllegalArgumentException if {@code low} is below 0 or {@code high} is below {@code low}
   */
  public CannyEdges {
    if (low < 0 || high < low) {
      throw new IllegalArgumentException(
          Text.format("low and high must satisfy 0 <= low <= high, but were %d and %d", low, high));
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

  /** For each pixel, the gradient of the colour channel in which it is largest. */
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

    /**
     * Returns whether the gradient at a pixel is a local maximum along its direction. Of two equal
     * neighbours along an axis, only the first is a maximum, as in OpenCV.
     */
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
