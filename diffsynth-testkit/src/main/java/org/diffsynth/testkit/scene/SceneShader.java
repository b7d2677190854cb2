package org.diffsynth.testkit.scene;

import java.util.List;
import org.diffsynth.testkit.scene.MovingObject.Pattern;
import org.diffsynth.testkit.scene.MovingObject.Shape;

/**
 * The scene at one time as a function of the screen position: sky, two ranges of hills, a meadow
 * with a path, and objects that move in front of each other. The colour of each surface is a smooth
 * function of the position on the surface, so motion is smooth at sub-pixel scale and brush strokes
 * move with the surfaces.
 */
final class SceneShader {

  private static final double HORIZON = 0.08;
  private static final int INK = 0x1B1A2B;

  private static final List<MovingObject> FAR =
      List.of(
          new MovingObject(
              Shape.BALL, Pattern.STRIPES, -0.42, -0.24, 0.055, 0, 0.12, 0.03, 0xF6C244, 0xC8382E),
          new MovingObject(
              Shape.DIAMOND,
              Pattern.CHECKS,
              0.48,
              -0.3,
              -0.10,
              0,
              0.075,
              0.06,
              0x58C4D8,
              0x2B3E8F));
  private static final List<MovingObject> NEAR =
      List.of(
          new MovingObject(
              Shape.CRATE, Pattern.PLANKS, 0.22, 0.16, -0.09, 0, 0.12, 0.015, 0xC99355, 0x6B4423),
          new MovingObject(
              Shape.BALL, Pattern.CHECKS, 0.75, 0.2, -0.24, 0.16, 0.105, -0.35, 0xF4F1E8, 0xD23B3B),
          new MovingObject(
              Shape.BALL, Pattern.STRIPES, -0.85, 0.28, 0.3, 0.1, 0.13, 0.4, 0x7ED36B, 0x1F6F5C),
          new MovingObject(
              Shape.CRATE, Pattern.CHECKS, -0.15, 0.36, 0.05, 0, 0.085, -0.02, 0xE2B0D8, 0x6A3B8C));

  private final double panX;
  private final double panY;
  private final double zoom;
  private final double seconds;
  private final List<MovingObject.Pose> far;
  private final List<MovingObject.Pose> near;
  private final Walker walker;
  private final int seed;
  private final Look look;
  private final Paint scratch = new Paint();

  SceneShader(double seconds, int seed, Look look, boolean hasWalker) {
    this.seconds = seconds;
    this.seed = seed;
    this.look = look;
    this.panX = 0.16 * seconds + 0.03 * StrictMath.sin(seconds * 1.1);
    this.panY = 0.012 * StrictMath.sin(seconds * 0.9);
    this.zoom = 1.04 + 0.05 * StrictMath.sin(seconds * 0.6);
    this.far = FAR.stream().map(object -> object.new Pose(seconds)).toList();
    this.near = NEAR.stream().map(object -> object.new Pose(seconds)).toList();
    this.walker = hasWalker ? new Walker(seconds) : null;
  }

  /**
   * Returns the joints of the walking figure in OpenPose's order of 18, as pairs of a horizontal
   * and a vertical screen position in picture heights from the centre; NaN for eyes and ears.
   */
  double[][] joints() {
    double[][] joints = walker.joints();
    for (double[] joint : joints) {
      joint[0] = (joint[0] - panX) * zoom;
      joint[1] = (joint[1] - panY) * zoom;
    }
    return joints;
  }

  /** Returns the nearness of a place on the ground. */
  private static double nearness(double groundY) {
    return 0.25 + 0.75 * Math.min(Math.max((groundY - HORIZON) / (0.5 - HORIZON), 0), 1);
  }

  /**
   * Computes the colour of one point.
   *
   * @param x horizontal position in picture heights from the centre of the picture
   * @param y vertical position in picture heights, downward from the centre
   * @param pixel side of a pixel in picture heights, for antialiased edges
   */
  void paint(Paint paint, double x, double y, double pixel) {
    sky(paint, layerX(x, 0.12), layerY(y, 0.12));
    paint.near = 0;
    scratch.near = 0.08;
    double farX = layerX(x, 0.4);
    double farY = layerY(y, 0.4);
    hills(paint, layerX(x, 0.28), layerY(y, 0.28), pixel, 0.0, 0.16, 3, 0x7C97B8, 0x5A7A9C);
    scratch.near = 0.12;
    for (MovingObject.Pose object : far) {
      object.draw(paint, scratch, farX, farY, pixel, look);
    }
    scratch.near = 0.2;
    hills(paint, layerX(x, 0.5), layerY(y, 0.5), pixel, 0.085, 0.13, 11, 0x4F7F56, 0x2F5A44);
    double groundX = layerX(x, 1);
    double groundY = layerY(y, 1);
    double ground = Paint.step(HORIZON + 0.035, pixel * 1.5, groundY + 0.02 * edge(groundX));
    if (ground > 0) {
      meadow(scratch, groundX, groundY);
      for (MovingObject.Pose object : near) {
        object.shade(scratch, groundX, groundY);
      }
      if (walker != null) {
        walker.shade(scratch, groundX, groundY);
      }
      look.finish(scratch, groundX, groundY, 0.02);
      scratch.near = nearness(groundY);
      paint.mix(scratch, ground);
    }
    for (MovingObject.Pose object : near) {
      scratch.near = nearness(object.groundY());
      object.draw(paint, scratch, groundX, groundY, pixel, look);
    }
    if (walker != null) {
      scratch.near = nearness(Walker.FEET);
      walker.draw(paint, scratch, groundX, groundY, pixel, look);
    }
  }

  /** Maps a screen position to a layer; layers nearer to the camera move and grow more. */
  private double layerX(double x, double nearness) {
    return x / (1 + (zoom - 1) * nearness) + panX * nearness;
  }

  private double layerY(double y, double nearness) {
    return y / (1 + (zoom - 1) * nearness) + panY * nearness;
  }

  private double edge(double x) {
    return ValueNoise.octaves(x * 14, 0.5, seed + 5, 2) - 0.5;
  }

  private void sky(Paint paint, double x, double y) {
    double height = Math.min(Math.max(y + 0.5, 0), 1);
    paint.set(0x3F7FC4);
    paint.mix(0xF2D9B8, height * height * 1.1 > 1 ? 1 : height * height * 1.1);
    double cloud = ValueNoise.octaves(x * 2.6 + seconds * 0.02, y * 5.5 + 3, seed + 21, 5);
    double cover = Paint.step(0.56, 0.22, cloud);
    paint.mix(0xFFFFFF, 0.85 * cover);
    paint.scale(1 - 0.12 * cover * Paint.step(0.62, 0.2, cloud));
    look.finish(paint, x, y, 0.03);
  }

  private void hills(
      Paint paint,
      double x,
      double y,
      double pixel,
      double base,
      double height,
      int salt,
      int light,
      int dark) {
    double top = base - height * (ValueNoise.octaves(x * 2.2, 0.3, seed + salt, 4) - 0.42);
    double inside = y - top;
    double cover = Paint.step(0, pixel * 1.4, inside);
    if (cover <= 0) {
      return;
    }
    double texture = ValueNoise.octaves(x * 24, y * 30, seed + salt + 1, 4);
    scratch.set(dark);
    scratch.mix(light, Paint.step(0.5, 0.5, texture));
    scratch.scale(0.9 + 0.5 * Math.max(0, 0.12 - inside));
    look.finish(scratch, x, y, 0.022);
    if (look.painted()) {
      scratch.mix(INK, 0.75 * (1 - Paint.step(0.004, 0.005, inside)));
    }
    paint.mix(scratch, cover);
  }

  private void meadow(Paint paint, double x, double y) {
    double depth = Math.max(0.05, y - HORIZON + 0.04);
    double grass = ValueNoise.octaves(x * 34, y * 60, seed + 31, 4);
    double patch = ValueNoise.octaves(x * 4, y * 9, seed + 32, 3);
    paint.set(0x4C7A2E);
    paint.mix(0x9CB54A, Paint.step(0.5, 0.5, 0.6 * grass + 0.4 * patch));
    double middle = 0.35 + 0.35 * StrictMath.sin(depth * 5.2) - depth * 0.5;
    double across = Math.abs(x - middle) / (0.05 + depth * 0.28);
    double wobble = 0.25 * (ValueNoise.octaves(x * 12, y * 12, seed + 33, 2) - 0.5);
    double path = 1 - Paint.step(1, 0.25, across + wobble);
    if (path > 0) {
      double gravel = ValueNoise.octaves(x * 70, y * 95, seed + 34, 3);
      scratchPath.set(0xA98C66);
      scratchPath.mix(0xDCC9A3, Paint.step(0.5, 0.4, gravel));
      paint.mix(scratchPath, path);
    }
    double flower = ValueNoise.at(x * 55, y * 70, seed + 35);
    paint.mix(patch > 0.5 ? 0xF6E36B : 0xE9EEF4, (1 - path) * Paint.step(0.9, 0.06, flower));
    paint.scale(0.86 + 0.3 * Math.min(depth, 0.5));
  }

  private final Paint scratchPath = new Paint();
}
