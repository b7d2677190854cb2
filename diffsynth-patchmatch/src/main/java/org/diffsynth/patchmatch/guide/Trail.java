package org.diffsynth.patchmatch.guide;

import org.diffsynth.patchmatch.flow.Flow;

/**
 * Where each pixel of one frame lies in another frame of the shot: places (x, y) in pixels of small
 * pictures, row by row. A trail starts at its own frame and grows frame by frame along the motion.
 */
final class Trail {

  final int width;
  final int height;
  final float[] x;
  final float[] y;

  private Trail(int width, int height) {
    this.width = width;
    this.height = height;
    x = new float[width * height];
    y = new float[width * height];
  }

  /** Returns the trail of a frame into itself. */
  static Trail start(int width, int height) {
    Trail trail = new Trail(width, height);
    for (int i = 0; i < trail.x.length; i++) {
      trail.x[i] = i % width;
      trail.y[i] = i / width;
    }
    return trail;
  }

  /** Returns this trail, one frame longer. */
  Trail then(Flow flow) {
    Trail longer = new Trail(width, height);
    for (int i = 0; i < x.length; i++) {
      longer.x[i] = x[i] + at(flow.dx(), i);
      longer.y[i] = y[i] + at(flow.dy(), i);
    }
    return longer;
  }

  /** Returns whether the place of pixel {@code i} lies inside of the picture. */
  boolean isInside(int i) {
    return x[i] >= 0 && y[i] >= 0 && x[i] <= width - 1 && y[i] <= height - 1;
  }

  /** Returns the bilinear value of a small picture at the place of pixel {@code i}. */
  float at(float[] values, int i) {
    float insideX = Math.min(Math.max(x[i], 0f), width - 1);
    float insideY = Math.min(Math.max(y[i], 0f), height - 1);
    int left = (int) insideX;
    int top = (int) insideY;
    int next = left + 1 < width ? 1 : 0;
    int upper = top * width + left;
    int lower = top + 1 < height ? upper + width : upper;
    float right = insideX - left;
    float down = insideY - top;
    float above = values[upper] + right * (values[upper + next] - values[upper]);
    float below = values[lower] + right * (values[lower + next] - values[lower]);
    return above + down * (below - above);
  }
}
