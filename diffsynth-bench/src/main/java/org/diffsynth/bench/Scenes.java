package org.diffsynth.bench;

import org.diffsynth.frame.Frame;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.testkit.scene.MovingScene;

/** The frames that benchmarks work on, and the checks that run before anything is timed. */
final class Scenes {

  /** Index of the source frame in the pairs of frames that benchmarks match. */
  static final int SOURCE = 3;

  static final int MIDDLE = 6;
  static final int TARGET = 9;

  private Scenes() {}

  /** Returns the built-in scene at a size written as {@code "640x360"}. */
  static MovingScene scene(String size) {
    int times = size.indexOf('x');
    return MovingScene.DEFAULT.withSize(
        Integer.parseInt(size.substring(0, times)), Integer.parseInt(size.substring(times + 1)));
  }

  /**
   * Stops a benchmark whose engine gives a wrong result.
   *
   * @param same whether the result equals that of the scalar engine
   * @param what name of the result, for the message
   * @throws IllegalStateException if the results differ
   */
  static void check(boolean same, String what, String provider) {
    if (!same) {
      throw new IllegalStateException(what + ": " + provider + " differs from cpu-scalar");
    }
  }

  /**
   * Returns the mean squared difference of the 8-bit samples of the 5 by 5 patches that a field
   * matches; 0 is exact.
   */
  static double patchError(Frame source, Frame target, NearestNeighborField field) {
    byte[] a = source.toRgb8();
    byte[] b = target.toRgb8();
    int width = source.width();
    long sum = 0;
    long count = 0;
    for (int y = 2; y < source.height() - 2; y++) {
      for (int x = 2; x < width - 2; x++) {
        int centreX = Math.min(Math.max(field.sourceX(x, y), 2), width - 3);
        int centreY = Math.min(Math.max(field.sourceY(x, y), 2), source.height() - 3);
        for (int dy = -2; dy <= 2; dy++) {
          int from = ((centreY + dy) * width + centreX - 2) * 3;
          int to = ((y + dy) * width + x - 2) * 3;
          for (int i = 0; i < 15; i++) {
            int difference = (a[from + i] & 0xFF) - (b[to + i] & 0xFF);
            sum += (long) difference * difference;
          }
        }
        count += 75;
      }
    }
    return (double) sum / count;
  }
}
