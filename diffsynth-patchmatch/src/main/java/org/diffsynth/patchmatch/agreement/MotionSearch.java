package org.diffsynth.patchmatch.agreement;

import java.util.List;
import org.diffsynth.patchmatch.engine.WorkerPool;

/**
 * Finds the motion between two guides by dense inverse search: from coarse to fine, patches of 8 by
 * 8 pixels, every 4 pixels, are moved until they fit best; a pixel takes the mean of the patches
 * over it, weighted by how well each explains it.
 *
 * <p>Patches do not depend on each other, so they can be moved in any order. All arithmetic is
 * single floats, one rounding an operation, in the order written.
 *
 * @see <a href="https://arxiv.org/abs/1603.03590">Kroeger et al. 2016, Fast Optical Flow using
 *     Dense Inverse Search</a>
 */
final class MotionSearch {

  private static final int PATCH = 8;
  private static final int STRIDE = 4;
  private static final int STEPS = 10;
  private static final float SMALLEST_STEP = 0.01f;

  private final WorkerPool workers;

  MotionSearch(WorkerPool workers) {
    this.workers = workers;
  }

  /** The motion from one guide to another, both as {@link Luma#pyramid}. */
  Motion between(List<Luma> from, List<Luma> to) {
    Level found = null;
    for (int i = from.size() - 1; i >= 0; i--) {
      Level level = new Level(from.get(i), to.get(i), found);
      level.search();
      found = level;
    }
    return found.toMotion();
  }

  /** The search on one level. */
  private final class Level {

    private final Luma from;
    private final Luma to;
    private final Level coarser;
    private final int patchWidth;
    private final int patchHeight;
    private final int columns;
    private final int lines;
    private final float[] patchDx;
    private final float[] patchDy;
    private final float[] dx;
    private final float[] dy;

    Level(Luma from, Luma to, Level coarser) {
      this.from = from;
      this.to = to;
      this.coarser = coarser;
      patchWidth = Math.min(PATCH, from.width);
      patchHeight = Math.min(PATCH, from.height);
      columns = (from.width - patchWidth + STRIDE - 1) / STRIDE + 1;
      lines = (from.height - patchHeight + STRIDE - 1) / STRIDE + 1;
      patchDx = new float[columns * lines];
      patchDy = new float[columns * lines];
      dx = new float[from.width * from.height];
      dy = new float[from.width * from.height];
    }

    void search() {
      workers.runRows(
          lines,
          (first, end) -> {
            Patch patch = new Patch(this);
            for (int line = first; line < end; line++) {
              for (int column = 0; column < columns; column++) {
                patch.search(column, line);
              }
            }
          });
      workers.runRows(from.height, this::spread);
    }

    private int left(int column) {
      return Math.min(column * STRIDE, from.width - patchWidth);
    }

    private int top(int line) {
      return Math.min(line * STRIDE, from.height - patchHeight);
    }

    /** Where the coarser level saw pixel (x, y) go; linear in between. */
    private float start(float[] coarse, int x, int y) {
      int width = coarser.from.width;
      int height = coarser.from.height;
      float insideX = Math.min(Math.max((x - 0.5f) / 2, 0f), width - 1);
      float insideY = Math.min(Math.max((y - 0.5f) / 2, 0f), height - 1);
      int x0 = (int) insideX;
      int y0 = (int) insideY;
      int x1 = Math.min(x0 + 1, width - 1);
      int y1 = Math.min(y0 + 1, height - 1);
      float fx = insideX - x0;
      float fy = insideY - y0;
      float above =
          coarse[y0 * width + x0] + fx * (coarse[y0 * width + x1] - coarse[y0 * width + x0]);
      float below =
          coarse[y1 * width + x0] + fx * (coarse[y1 * width + x1] - coarse[y1 * width + x0]);
      return 2 * (above + fy * (below - above));
    }

    /** Each pixel of some rows takes the weighted mean of the patches over it. */
    private void spread(int first, int end) {
      for (int y = first; y < end; y++) {
        int firstLine = Math.max(0, (y - patchHeight) / STRIDE);
        for (int x = 0; x < from.width; x++) {
          int firstColumn = Math.max(0, (x - patchWidth) / STRIDE);
          float sumX = 0;
          float sumY = 0;
          float total = 0;
          for (int line = firstLine; line < lines && top(line) <= y; line++) {
            if (top(line) + patchHeight <= y) {
              continue;
            }
            for (int column = firstColumn; column < columns && left(column) <= x; column++) {
              if (left(column) + patchWidth <= x) {
                continue;
              }
              float patchX = patchDx[line * columns + column];
              float patchY = patchDy[line * columns + column];
              float difference =
                  Math.abs(to.at(x + patchX, y + patchY) - from.values[y * from.width + x]);
              float weight = 1 / Math.max(1f, difference);
              sumX += weight * patchX;
              sumY += weight * patchY;
              total += weight;
            }
          }
          dx[y * from.width + x] = sumX / total;
          dy[y * from.width + x] = sumY / total;
        }
      }
    }

    Motion toMotion() {
      Motion motion = new Motion(from.width, from.height);
      for (int i = 0; i < dx.length; i++) {
        motion.set(i, dx[i], dy[i]);
      }
      return motion;
    }
  }

  /** One patch on its way. */
  private static final class Patch {

    private final Level level;
    private final int size;
    private final float[] template = new float[PATCH * PATCH];
    private final float[] gradientX = new float[PATCH * PATCH];
    private final float[] gradientY = new float[PATCH * PATCH];
    private final float[] differences = new float[PATCH * PATCH];
    private int left;
    private int top;

    Patch(Level level) {
      this.level = level;
      this.size = level.patchWidth * level.patchHeight;
    }

    void search(int column, int line) {
      left = level.left(column);
      top = level.top(line);
      takeTemplate();
      float startX = 0;
      float startY = 0;
      if (level.coarser != null) {
        int x = left + level.patchWidth / 2;
        int y = top + level.patchHeight / 2;
        startX = level.start(level.coarser.dx, x, y);
        startY = level.start(level.coarser.dy, x, y);
      }
      descend(startX, startY, line * level.columns + column);
    }

    private void takeTemplate() {
      Luma from = level.from;
      for (int y = 0, i = 0; y < level.patchHeight; y++) {
        int row = (top + y) * from.width;
        int above = Math.max(top + y - 1, 0) * from.width;
        int below = Math.min(top + y + 1, from.height - 1) * from.width;
        for (int x = left; x < left + level.patchWidth; x++, i++) {
          template[i] = from.values[row + x];
          gradientX[i] =
              (from.values[row + Math.min(x + 1, from.width - 1)]
                      - from.values[row + Math.max(x - 1, 0)])
                  * 0.5f;
          gradientY[i] = (from.values[below + x] - from.values[above + x]) * 0.5f;
        }
      }
    }

    /** Gauss-Newton with the template's gradients, which do not change while the patch moves. */
    private void descend(float startX, float startY, int here) {
      float xx = 0;
      float xy = 0;
      float yy = 0;
      float sumX = 0;
      float sumY = 0;
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
      float x = startX;
      float y = startY;
      float bestX = x;
      float bestY = y;
      float best = residual(x, y);
      for (int step = 0; step < STEPS && determinant > 1e-2f; step++) {
        float px = 0;
        float py = 0;
        for (int i = 0; i < size; i++) {
          px += gradientX[i] * differences[i];
          py += gradientY[i] * differences[i];
        }
        float stepX = (yy * px - xy * py) / determinant;
        float stepY = (xx * py - xy * px) / determinant;
        x -= stepX;
        y -= stepY;
        if (Math.abs(x - startX) > PATCH || Math.abs(y - startY) > PATCH) {
          break;
        }
        float moved = residual(x, y);
        if (moved >= best) {
          break;
        }
        best = moved;
        bestX = x;
        bestY = y;
        if (stepX * stepX + stepY * stepY < SMALLEST_STEP * SMALLEST_STEP) {
          break;
        }
      }
      level.patchDx[here] = bestX;
      level.patchDy[here] = bestY;
    }

    /** Fills {@link #differences}, less their mean, and returns the sum of their squares. */
    private float residual(float dx, float dy) {
      Luma to = level.to;
      int wholeX = (int) Math.floor(dx);
      int wholeY = (int) Math.floor(dy);
      float right = dx - wholeX;
      float down = dy - wholeY;
      float sum = 0;
      for (int y = 0, i = 0; y < level.patchHeight; y++) {
        int upper = clamp(top + y + wholeY, to.height) * to.width;
        int lower = clamp(top + y + wholeY + 1, to.height) * to.width;
        for (int x = left + wholeX; x < left + wholeX + level.patchWidth; x++, i++) {
          int near = clamp(x, to.width);
          int next = clamp(x + 1, to.width);
          float above =
              to.values[upper + near] + right * (to.values[upper + next] - to.values[upper + near]);
          float below =
              to.values[lower + near] + right * (to.values[lower + next] - to.values[lower + near]);
          differences[i] = above + down * (below - above) - template[i];
          sum += differences[i];
        }
      }
      float mean = sum / size;
      float squares = 0;
      for (int i = 0; i < size; i++) {
        differences[i] -= mean;
        squares += differences[i] * differences[i];
      }
      return squares;
    }

    private static int clamp(int value, int size) {
      return Math.min(Math.max(value, 0), size - 1);
    }
  }
}
