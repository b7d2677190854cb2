package org.diffsynth.testkit.scene;

import java.util.Arrays;

/**
 * A person who walks over the ground, seen from the side, with joints in OpenPose's order. Lengths
 * are in picture heights.
 */
final class Walker {

  /** Vertical position of the feet on the ground. */
  static final double FEET = 0.4;

  private static final double HEIGHT = 0.27; // half of the person's height
  private static final double START = -0.42;
  private static final double SPEED = 0.3;
  private static final double STEPS_PER_SECOND = 0.9;

  private static final int SKIN = 0xDDA884;
  private static final int SHIRT = 0xC8382E;
  private static final int TROUSERS = 0x27406B;
  private static final int SHOE = 0x1E1E1E;
  private static final int HAIR = 0x4A3018;
  private static final int INK = 0x1B1A2B;

  private static final int NOSE = 0;
  private static final int NECK = 1;
  private static final int JOINTS = 18;

  private final double x;
  private final double[][] joints = new double[JOINTS][2];

  Walker(double seconds) {
    x = START + SPEED * seconds;
    double phase = 2 * Math.PI * STEPS_PER_SECOND * seconds;
    double swing = 0.36 * StrictMath.sin(phase);
    double bob = 0.02 * HEIGHT * StrictMath.cos(2 * phase);
    double hip = FEET - 0.92 * HEIGHT + bob;
    double neck = FEET - 1.55 * HEIGHT + bob;
    Arrays.stream(joints).forEach(joint -> Arrays.fill(joint, Double.NaN));
    put(NOSE, x + 0.03 * HEIGHT, neck - 0.18 * HEIGHT);
    put(NECK, x, neck + 0.07 * HEIGHT);
    for (int side = -1; side <= 1; side += 2) {
      int shoulder = side < 0 ? 2 : 5;
      double bend = 0.16 * HEIGHT;
      double elbowX = x - side * swing * 0.75 * HEIGHT;
      double elbowY = neck + 0.38 * HEIGHT;
      put(shoulder, x + 0.06 * side * HEIGHT, neck + 0.09 * HEIGHT);
      put(shoulder + 1, elbowX, elbowY);
      put(shoulder + 2, elbowX + bend, elbowY + 0.26 * HEIGHT);
      double footX = x + side * swing * HEIGHT;
      double lift = Math.max(0, side * StrictMath.cos(phase)) * 0.1 * HEIGHT;
      double footY = FEET - 0.05 * HEIGHT - lift;
      put(shoulder + 6, x + 0.04 * side * HEIGHT, hip);
      put(shoulder + 7, (x + footX) / 2 + 0.08 * HEIGHT, (hip + footY) / 2);
      put(shoulder + 8, footX, footY);
    }
  }

  private void put(int joint, double jointX, double jointY) {
    joints[joint][0] = jointX;
    joints[joint][1] = jointY;
  }

  /** Returns a copy of the joints, as positions on the ground layer; NaN for eyes and ears. */
  double[][] joints() {
    return Arrays.stream(joints).map(double[]::clone).toArray(double[][]::new);
  }

  /** Darkens the ground under the feet. */
  void shade(Paint ground, double px, double py) {
    double dx = (px - x - 0.1 * HEIGHT) / (HEIGHT * 0.7);
    double dy = (py - FEET) / (HEIGHT * 0.16);
    double core = 1 - dx * dx - dy * dy;
    if (core > 0) {
      ground.scale(1 - 0.5 * core * core);
    }
  }

  /** Paints the person over {@code paint} where he covers the point. */
  void draw(Paint paint, Paint scratch, double px, double py, double pixel, Look look) {
    if (Math.abs(px - x) > 1.1 * HEIGHT || Math.abs(py - FEET + HEIGHT) > 1.2 * HEIGHT) {
      return;
    }
    Brush brush = new Brush(paint, scratch, px, py, pixel, look);
    for (int shoulder = 2; shoulder <= 5; shoulder += 3) { // the far side first
      double light = shoulder == 2 ? 0.75 : 0.95;
      brush.limb(joints[shoulder + 6], joints[shoulder + 7], 0.13, 0.1, TROUSERS, light);
      brush.limb(joints[shoulder + 7], joints[shoulder + 8], 0.1, 0.075, TROUSERS, light);
      double[] foot = joints[shoulder + 8];
      double[] toe = {foot[0] + 0.14 * HEIGHT, foot[1] + 0.02 * HEIGHT};
      brush.limb(foot, toe, 0.07, 0.05, SHOE, 1);
    }
    arm(brush, 2, 0.75);
    double[] hip = {x, joints[8][1] - 0.02 * HEIGHT};
    double[] chest = {x, joints[NECK][1] + 0.06 * HEIGHT};
    brush.limb(hip, chest, 0.17, 0.2, SHIRT, 0.95);
    double[] head = {joints[NOSE][0] - 0.03 * HEIGHT, joints[NOSE][1] - 0.02 * HEIGHT};
    brush.limb(joints[NECK], head, 0.07, 0.07, SKIN, 0.9);
    brush.limb(head, head, 0.165, 0.165, SKIN, 1);
    double[] crown = {head[0] - 0.03 * HEIGHT, head[1] - 0.09 * HEIGHT};
    brush.limb(crown, crown, 0.13, 0.13, HAIR, 1);
    arm(brush, 5, 1);
  }

  private void arm(Brush brush, int shoulder, double light) {
    brush.limb(joints[shoulder], joints[shoulder + 1], 0.085, 0.07, SHIRT, light);
    brush.limb(joints[shoulder + 1], joints[shoulder + 2], 0.06, 0.05, SKIN, light);
  }

  /** Paints limbs at one point of the picture. */
  private record Brush(Paint paint, Paint scratch, double px, double py, double pixel, Look look) {

    /** Paints a limb that thins from one joint to the next; radii in half heights. */
    void limb(
        double[] from, double[] to, double fromRadius, double toRadius, int colour, double light) {
      double bx = to[0] - from[0];
      double by = to[1] - from[1];
      double dx = px - from[0];
      double dy = py - from[1];
      double along = (dx * bx + dy * by) / (bx * bx + by * by + 1e-12);
      double t = Math.min(Math.max(along, 0), 1);
      double ex = dx - t * bx;
      double ey = dy - t * by;
      double radius = (fromRadius + (toRadius - fromRadius) * t) * HEIGHT;
      double inside = radius - Math.sqrt(ex * ex + ey * ey);
      double cover = Paint.step(0, pixel * 1.3, inside);
      if (cover <= 0) {
        return;
      }
      scratch.set(colour);
      scratch.scale(light * (0.92 - 0.25 * ex / radius));
      look.finish(scratch, ex, t * Math.sqrt(bx * bx + by * by), 0.016);
      if (look.painted()) {
        scratch.mix(INK, 0.9 * (1 - Paint.step(0.005, 0.005, inside)));
      }
      paint.mix(scratch, cover);
    }
  }
}
