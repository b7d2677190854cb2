package org.diffsynth.patchmatch.flow;

/** One patch on its way to where it fits best; used for one patch after the other. */
final class PatchDescent {

  /** Side of a patch, in pixels, where the picture is large enough. */
  static final int SIDE = 8;

  final int width;
  final int height;
  final float[] template = new float[SIDE * SIDE];
  final float[] differences = new float[SIDE * SIDE];
  int left;
  int top;
  private final FlowOptions options;
  private final BrightnessImage from;
  private final BrightnessImage to;
  private final int size;
  private final float[] gradientX = new float[SIDE * SIDE];
  private final float[] gradientY = new float[SIDE * SIDE];

  PatchDescent(FlowOptions options, BrightnessImage from, BrightnessImage to) {
    this.options = options;
    this.from = from;
    this.to = to;
    this.width = Math.min(SIDE, from.width());
    this.height = Math.min(SIDE, from.height());
    this.size = width * height;
  }

  /** Cuts the template out of the first picture, with its gradients. */
  void moveTo(int newLeft, int newTop) {
    left = newLeft;
    top = newTop;
    float[] values = from.values();
    int columns = from.width();
    for (int y = 0, i = 0; y < height; y++) {
      int row = (top + y) * columns;
      int above = Math.max(top + y - 1, 0) * columns;
      int below = Math.min(top + y + 1, from.height() - 1) * columns;
      for (int x = left; x < left + width; x++, i++) {
        template[i] = values[row + x];
        gradientX[i] =
            (values[row + Math.min(x + 1, columns - 1)] - values[row + Math.max(x - 1, 0)]) * 0.5f;
        gradientY[i] = (values[below + x] - values[above + x]) * 0.5f;
      }
    }
  }

  /**
   * Moves the patch until it fits best, by Gauss-Newton steps with the gradients of the template,
   * which do not change while the patch moves. Brightness may differ by a constant.
   *
   * @param x where to start, in pixels to the right of the template
   * @param y where to start, in pixels below the template
   * @param error {@link #residual} there, which must have been computed last
   * @param here where the result is written to in the following arrays
   */
  void descend(float x, float y, float error, int here, float[] resultX, float[] resultY) {
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
    float limitX = x;
    float limitY = y;
    float bestX = x;
    float bestY = y;
    float best = error;
    float smallest = options.smallestStep() * options.smallestStep();
    for (int step = 0; step < options.steps() && determinant > 1e-2f; step++) {
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
      if (Math.abs(x - limitX) > SIDE || Math.abs(y - limitY) > SIDE) {
        break;
      }
      float moved = residual(x, y);
      if (moved < best) {
        best = moved;
        bestX = x;
        bestY = y;
        if (!options.limitFromStart()) {
          limitX = x;
          limitY = y;
        }
      } else if (step >= options.worseSteps()) {
        break;
      }
      if (stepX * stepX + stepY * stepY < smallest) {
        break;
      }
    }
    resultX[here] = bestX;
    resultY[here] = bestY;
  }

  /**
   * Fills {@link #differences} for a place, less their mean, and returns the sum of their squares.
   */
  float residual(float dx, float dy) {
    float mean = options.interpolation().readMoved(this, to, dx, dy) / size;
    float squares = 0;
    for (int i = 0; i < size; i++) {
      differences[i] -= mean;
      squares += differences[i] * differences[i];
    }
    return squares;
  }
}
