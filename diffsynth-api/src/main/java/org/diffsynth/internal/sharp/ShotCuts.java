package org.diffsynth.internal.sharp;

/** Tells a shot cut from motion by how badly two neighbouring guides match. */
final class ShotCuts {

  private static final int PATCH_RADIUS = 2;

  private ShotCuts() {}

  /** For diagnosis and tests: error of the match over texture of the target, both summed. */
  static double ratio(Rgb8 source, Rgb8 target, int[] field) {
    long error = 0;
    long texture = 0;
    for (int y = PATCH_RADIUS; y < target.height() - PATCH_RADIUS; y++) {
      for (int x = PATCH_RADIUS; x < target.width() - PATCH_RADIUS; x++) {
        int i = y * target.width() + x;
        int match = field[i];
        int found = source.rgb()[(match >>> 16) * target.width() + (match & 0xFFFF)];
        error += Rgb8.squaredDifference(found, target.rgb()[i]);
        texture += Rgb8.squaredDifference(target.rgb()[i - PATCH_RADIUS], target.rgb()[i]);
      }
    }
    return (double) error / (texture + 1);
  }
}
