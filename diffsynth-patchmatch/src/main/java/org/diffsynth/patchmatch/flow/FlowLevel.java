package org.diffsynth.patchmatch.flow;

import java.util.Arrays;

/** The search on one level of two pyramids: patches first, then the flow of each pixel. */
final class FlowLevel {

  private final FlowOptions options;
  private final BrightnessImage from;
  private final BrightnessImage to;
  private final Flow coarser;
  private final int patchWidth;
  private final int patchHeight;
  private final int columns;
  private final int lines;
  private final float[] patchDx;
  private final float[] patchDy;
  private final Flow flow;

  /**
   * Creates a flow search on one pyramid level.
   *
   * @param coarser flow at half the size, or null on the coarsest level
   */
  FlowLevel(FlowOptions options, BrightnessImage from, BrightnessImage to, Flow coarser) {
    this.options = options;
    this.from = from;
    this.to = to;
    this.coarser = coarser;
    patchWidth = Math.min(PatchDescent.SIDE, from.width());
    patchHeight = Math.min(PatchDescent.SIDE, from.height());
    columns = (from.width() - patchWidth + options.stride() - 1) / options.stride() + 1;
    lines = (from.height() - patchHeight + options.stride() - 1) / options.stride() + 1;
    patchDx = new float[columns * lines];
    patchDy = new float[columns * lines];
    int pixels = from.width() * from.height();
    flow = new Flow(from.width(), from.height(), new float[pixels], new float[pixels]);
  }

  Flow search(DenseInverseSearch.Rows rows) {
    if (options.neighbourStarts()) {
      searchLines(0, lines);
    } else {
      rows.run(lines, this::searchLines);
    }
    rows.run(from.height(), this::spread);
    return flow;
  }

  private int left(int column) {
    return Math.min(column * options.stride(), from.width() - patchWidth);
  }

  private int top(int line) {
    return Math.min(line * options.stride(), from.height() - patchHeight);
  }

  private void searchLines(int first, int end) {
    PatchDescent patch = new PatchDescent(options, from, to);
    for (int line = first; line < end; line++) {
      for (int column = 0; column < columns; column++) {
        search(patch, column, line);
      }
    }
  }

  private void search(PatchDescent patch, int column, int line) {
    patch.moveTo(left(column), top(line));
    float x = 0;
    float y = 0;
    if (coarser != null) {
      int centreX = patch.left + patchWidth / 2;
      int centreY = patch.top + patchHeight / 2;
      x = start(coarser.dx(), centreX, centreY);
      y = start(coarser.dy(), centreX, centreY);
    }
    int here = line * columns + column;
    float error = patch.residual(x, y);
    if (options.neighbourStarts()) {
      for (int other : new int[] {column > 0 ? here - 1 : -1, line > 0 ? here - columns : -1}) {
        if (other >= 0) {
          float otherError = patch.residual(patchDx[other], patchDy[other]);
          if (otherError < error) {
            error = otherError;
            x = patchDx[other];
            y = patchDy[other];
          }
        }
      }
      error = patch.residual(x, y); // for its differences
    }
    patch.descend(x, y, error, here, patchDx, patchDy);
  }

  /** A component of the coarser flow at pixel (x, y) of this level. */
  private float start(float[] coarse, int x, int y) {
    return 2
        * options
            .interpolation()
            .at(coarse, coarser.width(), coarser.height(), (x - 0.5f) / 2, (y - 0.5f) / 2);
  }

  /**
   * Gives each pixel of some rows the mean of the patches over it; a patch that explains the pixel
   * badly counts little.
   */
  private void spread(int first, int end) {
    int width = from.width();
    float[] sumX = new float[width];
    float[] sumY = new float[width];
    float[] total = new float[width];
    for (int y = first; y < end; y++) {
      Arrays.fill(sumX, 0f);
      Arrays.fill(sumY, 0f);
      Arrays.fill(total, 0f);
      int firstLine = Math.max(0, (y - patchHeight) / options.stride());
      for (int line = firstLine; line < lines && top(line) <= y; line++) {
        if (top(line) + patchHeight > y) {
          addPatches(line, y, sumX, sumY, total);
        }
      }
      for (int x = 0; x < width; x++) {
        flow.dx()[y * width + x] = sumX[x] / total[x];
        flow.dy()[y * width + x] = sumY[x] / total[x];
      }
    }
  }

  /** Adds a line of patches to the sums of the pixels of row {@code y}. */
  private void addPatches(int line, int y, float[] sumX, float[] sumY, float[] total) {
    int row = y * from.width();
    float[] moved = new float[patchWidth];
    for (int column = 0; column < columns; column++) {
      float patchX = patchDx[line * columns + column];
      float patchY = patchDy[line * columns + column];
      int left = left(column);
      options.interpolation().readAlong(to, left, patchX, y + patchY, moved);
      for (int k = 0, x = left; k < patchWidth; k++, x++) {
        float difference = Math.abs(moved[k] - from.values()[row + x]);
        float weight = 1 / Math.max(1f, difference);
        sumX[x] += weight * patchX;
        sumY[x] += weight * patchY;
        total[x] += weight;
      }
    }
  }
}
