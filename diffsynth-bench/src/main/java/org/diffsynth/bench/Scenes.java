package org.diffsynth.bench;

import org.diffsynth.frame.Frame;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.testkit.scene.MovingScene;

/** The input of the benchmarks, and what is checked before anything is timed. */
final class Scenes {

  /** Frames of the scene that pairs are taken from. */
  static final int SOURCE = 3;

  static final int MIDDLE = 6;
  static final int TARGET = 9;

  private Scenes() {}

  /** The built-in scene at a size written {@code "640x360"}. */
  static MovingScene scene(String size) {
    int times = size.indexOf('x');
    return MovingScene.DEFAULT.withSize(
        Integer.parseInt(size.substring(0, times)), Integer.parseInt(size.substring(times + 1)));
  }

  /** Refuses to time an engine that does not give what the reference gives. */
  static void check(boolean same, String what, String provider) {
    if (!same) {
      throw new IllegalStateException(what + ": " + provider + " differs from cpu-scalar");
    }
  }

  /** Mean squared difference of the samples of 5 by 5 patches that a field matches. */
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
