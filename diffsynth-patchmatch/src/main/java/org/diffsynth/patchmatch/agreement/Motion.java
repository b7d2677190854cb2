package org.diffsynth.patchmatch.agreement;

import org.diffsynth.patchmatch.engine.WorkerPool;
import org.diffsynth.patchmatch.flow.Flow;

/**
 * Motion between two guides: the position of each pixel of one guide in the other, in 32nds of a
 * pixel. Unlike a nearest-neighbour field, which has whole pixels and jumps, motion is smooth.
 */
final class Motion {

  static final int ONE = 32;
  private static final int LIMIT = 32_000;

  final int width;
  final int height;
  private final short[] dx;
  private final short[] dy;

  Motion(int width, int height) {
    this.width = width;
    this.height = height;
    this.dx = new short[width * height];
    this.dy = new short[width * height];
  }

  /** Rounds a flow to 32nds of a pixel. */
  static Motion of(Flow flow) {
    Motion motion = new Motion(flow.width(), flow.height());
    for (int i = 0; i < motion.dx.length; i++) {
      motion.set(i, flow.dx()[i], flow.dy()[i]);
    }
    return motion;
  }

  /** Returns the movements to the right, without a copy. */
  short[] dxs() {
    return dx;
  }

  /** Returns the movements down, without a copy. */
  short[] dys() {
    return dy;
  }

  int dx(int i) {
    return dx[i];
  }

  int dy(int i) {
    return dy[i];
  }

  void set(int i, float x, float y) {
    dx[i] = quantise(x);
    dy[i] = quantise(y);
  }

  private static short quantise(float pixels) {
    float limited = Math.min(Math.max(pixels * ONE, -LIMIT), LIMIT);
    return (short) (int) Math.floor(limited + 0.5f);
  }

  /**
   * Returns this motion followed by the motion {@code next}, which is interpolated linearly between
   * its pixels.
   */
  Motion then(Motion next, WorkerPool workers) {
    Motion both = new Motion(width, height);
    workers.runRows(
        height,
        (from, to) -> {
          for (int y = from; y < to; y++) {
            for (int x = 0; x < width; x++) {
              int i = y * width + x;
              next.addAt(x * ONE + dx[i], y * ONE + dy[i], dx[i], dy[i], both, i);
            }
          }
        });
    return both;
  }

  private void addAt(int x, int y, int startDx, int startDy, Motion sum, int i) {
    int insideX = Math.min(Math.max(x, 0), (width - 1) * ONE);
    int insideY = Math.min(Math.max(y, 0), (height - 1) * ONE);
    int left = insideX / ONE;
    int top = insideY / ONE;
    int right = insideX % ONE;
    int down = insideY % ONE;
    int upper = top * width + left;
    int lower = upper + (down > 0 ? width : 0);
    int step = right > 0 ? 1 : 0;
    sum.dx[i] = limit(startDx + mix(dx, upper, lower, step, right, down));
    sum.dy[i] = limit(startDy + mix(dy, upper, lower, step, right, down));
  }

  private static int mix(short[] d, int upper, int lower, int step, int right, int down) {
    int above = d[upper] * (ONE - right) + d[upper + step] * right;
    int below = d[lower] * (ONE - right) + d[lower + step] * right;
    return above * (ONE - down) + below * down + ONE * ONE / 2 >> 10;
  }

  private static short limit(int value) {
    return (short) Math.min(Math.max(value, -LIMIT), LIMIT);
  }
}
