package org.diffsynth.metrics;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.frame.Frame;

/**
 * Dense optical flow by dense inverse search (DIS).
 *
 * <p>From coarse to fine, small patches of the first frame are moved in the second until they fit
 * best; the flow of a pixel is the mean of the patches over it, weighted by how well each explains
 * it. Here: patches of 8 by 8 pixels every 3 pixels, mean-normalised, at most 25 steps of descent,
 * down to full resolution, started from the coarser level and from the neighbour before.
 *
 * @see <a href="https://arxiv.org/abs/1603.03590">Kroeger et al. 2016, Fast Optical Flow using
 *     Dense Inverse Search</a>
 */
public final class OpticalFlow {

  private static final int PATCH = 8;
  private static final int STRIDE = 3;
  private static final int STEPS = 25;
  private static final float SMALLEST_STEP = 0.02f;
  private static final int COARSEST_SIDE = 24;

  private OpticalFlow() {}

  /**
   * The flow from one frame to another of the same size, on their luma.
   *
   * @throws IllegalArgumentException if the sizes differ, with both
   */
  public static FlowField between(Frame from, Frame to) {
    if (!from.sameSize(to)) {
      throw new IllegalArgumentException(
          "frames must have one size, were %s and %s".formatted(from.size(), to.size()));
    }
    return between(GreyImage.of(from), GreyImage.of(to));
  }

  static FlowField between(GreyImage from, GreyImage to) {
    List<GreyImage> fromLevels = levels(from);
    List<GreyImage> toLevels = levels(to);
    FlowField flow = null;
    for (int level = fromLevels.size() - 1; level >= 0; level--) {
      GreyImage a = fromLevels.get(level);
      flow = new LevelSearch(a, toLevels.get(level), startFrom(flow, a)).search();
    }
    return flow;
  }

  private static List<GreyImage> levels(GreyImage finest) {
    List<GreyImage> levels = new ArrayList<>();
    GreyImage level = finest;
    levels.add(level);
    while (Math.min(level.width, level.height) >= 2 * COARSEST_SIDE) {
      level = level.half();
      levels.add(level);
    }
    return levels;
  }

  /** The coarser flow at twice the size, or no motion. */
  private static FlowField startFrom(FlowField coarser, GreyImage level) {
    float[] dx = new float[level.width * level.height];
    float[] dy = new float[dx.length];
    if (coarser != null) {
      float[] sample = new float[2];
      for (int y = 0, i = 0; y < level.height; y++) {
        for (int x = 0; x < level.width; x++, i++) {
          coarser.sample((x - 0.5f) / 2, (y - 0.5f) / 2, sample);
          dx[i] = 2 * sample[0];
          dy[i] = 2 * sample[1];
        }
      }
    }
    return new FlowField(level.width, level.height, dx, dy);
  }

  /** The search on one level. */
  private static final class LevelSearch {

    private final GreyImage from;
    private final GreyImage to;
    private final FlowField start;
    private final int columns;
    private final int rows;
    private final int patchWidth;
    private final int patchHeight;
    private final float[] patchDx;
    private final float[] patchDy;
    private final float[] template = new float[PATCH * PATCH];
    private final float[] gradientX = new float[PATCH * PATCH];
    private final float[] gradientY = new float[PATCH * PATCH];
    private final float[] moved = new float[PATCH * PATCH];

    LevelSearch(GreyImage from, GreyImage to, FlowField start) {
      this.from = from;
      this.to = to;
      this.start = start;
      this.patchWidth = Math.min(PATCH, from.width);
      this.patchHeight = Math.min(PATCH, from.height);
      this.columns = count(from.width, patchWidth);
      this.rows = count(from.height, patchHeight);
      this.patchDx = new float[columns * rows];
      this.patchDy = new float[columns * rows];
    }

    private static int count(int side, int patch) {
      return (side - patch + STRIDE - 1) / STRIDE + 1;
    }

    private int left(int column) {
      return Math.min(column * STRIDE, from.width - patchWidth);
    }

    private int top(int row) {
      return Math.min(row * STRIDE, from.height - patchHeight);
    }

    FlowField search() {
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          searchPatch(row, column);
        }
      }
      return densify();
    }

    private void searchPatch(int row, int column) {
      int left = left(column);
      int top = top(row);
      takeTemplate(left, top);
      int centre = (top + patchHeight / 2) * from.width + left + patchWidth / 2;
      float startDx = start.dx(centre % from.width, centre / from.width);
      float startDy = start.dy(centre % from.width, centre / from.width);
      float bestDx = startDx;
      float bestDy = startDy;
      float best = residual(left, top, startDx, startDy);
      int here = row * columns + column;
      for (int neighbour : new int[] {column > 0 ? here - 1 : -1, row > 0 ? here - columns : -1}) {
        if (neighbour >= 0) {
          float error = residual(left, top, patchDx[neighbour], patchDy[neighbour]);
          if (error < best) {
            best = error;
            bestDx = patchDx[neighbour];
            bestDy = patchDy[neighbour];
          }
        }
      }
      descend(left, top, bestDx, bestDy, best, here);
    }

    /** Gauss-Newton with the template's gradients, which do not change while the patch moves. */
    private void descend(int left, int top, float dx, float dy, float error, int here) {
      float xx = 0;
      float xy = 0;
      float yy = 0;
      float sumX = 0;
      float sumY = 0;
      int size = patchWidth * patchHeight;
      for (int i = 0; i < size; i++) {
        xx += gradientX[i] * gradientX[i];
        xy += gradientX[i] * gradientY[i];
        yy += gradientY[i] * gradientY[i];
        sumX += gradientX[i];
        sumY += gradientY[i];
      }
      xx -= sumX * sumX / size;
      xy -= sumX * sumY / size;
      yy -= sumY * sumY / size;
      float determinant = xx * yy - xy * xy;
      float bestDx = dx;
      float bestDy = dy;
      float best = error;
      for (int step = 0; step < STEPS && determinant > 1e-2f; step++) {
        float meanDifference = differences(left, top, dx, dy);
        float px = 0;
        float py = 0;
        for (int i = 0; i < size; i++) {
          float difference = moved[i] - meanDifference;
          px += gradientX[i] * difference;
          py += gradientY[i] * difference;
        }
        float stepX = (yy * px - xy * py) / determinant;
        float stepY = (xx * py - xy * px) / determinant;
        dx -= stepX;
        dy -= stepY;
        if (Math.abs(dx - bestDx) > PATCH || Math.abs(dy - bestDy) > PATCH) {
          break;
        }
        float moving = residual(left, top, dx, dy);
        if (moving < best) {
          best = moving;
          bestDx = dx;
          bestDy = dy;
        } else if (step > 2) {
          break;
        }
        if (stepX * stepX + stepY * stepY < SMALLEST_STEP * SMALLEST_STEP) {
          break;
        }
      }
      patchDx[here] = bestDx;
      patchDy[here] = bestDy;
    }

    private void takeTemplate(int left, int top) {
      for (int y = 0, i = 0; y < patchHeight; y++) {
        for (int x = 0; x < patchWidth; x++, i++) {
          int column = left + x;
          int line = (top + y) * from.width;
          template[i] = from.values[line + column];
          gradientX[i] =
              (from.values[line + Math.min(column + 1, from.width - 1)]
                      - from.values[line + Math.max(column - 1, 0)])
                  / 2;
          gradientY[i] =
              (from.values[Math.min(top + y + 1, from.height - 1) * from.width + column]
                      - from.values[Math.max(top + y - 1, 0) * from.width + column])
                  / 2;
        }
      }
    }

    /** Fills {@link #moved} with second frame minus template and returns the mean of it. */
    private float differences(int left, int top, float dx, float dy) {
      float sum = 0;
      for (int y = 0, i = 0; y < patchHeight; y++) {
        for (int x = 0; x < patchWidth; x++, i++) {
          moved[i] = to.at(left + x + dx, top + y + dy) - template[i];
          sum += moved[i];
        }
      }
      return sum / (patchWidth * patchHeight);
    }

    private float residual(int left, int top, float dx, float dy) {
      float mean = differences(left, top, dx, dy);
      float sum = 0;
      for (int i = 0; i < patchWidth * patchHeight; i++) {
        sum += (moved[i] - mean) * (moved[i] - mean);
      }
      return sum;
    }

    /**
     * Each pixel takes the mean of the patches over it; one that explains it badly counts little.
     */
    private FlowField densify() {
      float[] dx = new float[from.width * from.height];
      float[] dy = new float[dx.length];
      float[] weights = new float[dx.length];
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          float patchX = patchDx[row * columns + column];
          float patchY = patchDy[row * columns + column];
          for (int y = top(row); y < top(row) + patchHeight; y++) {
            for (int x = left(column); x < left(column) + patchWidth; x++) {
              int i = y * from.width + x;
              float difference = Math.abs(to.at(x + patchX, y + patchY) - from.values[i]);
              float weight = 1 / Math.max(1, difference);
              dx[i] += weight * patchX;
              dy[i] += weight * patchY;
              weights[i] += weight;
            }
          }
        }
      }
      for (int i = 0; i < dx.length; i++) {
        dx[i] /= weights[i];
        dy[i] /= weights[i];
      }
      return new FlowField(from.width, from.height, dx, dy);
    }
  }
}
