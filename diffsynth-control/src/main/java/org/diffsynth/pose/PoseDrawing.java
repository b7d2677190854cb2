package org.diffsynth.pose;

import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.text.Text;
import org.diffsynth.pose.internal.Canvas;

/**
 * Draws poses as control pictures for an OpenPose ControlNet.
 *
 * <p>The background is black. Each limb is an ellipse in its colour at 60 % brightness, joints are
 * discs at full brightness, fingers are lines in the colours of the rainbow with blue points, and
 * the face consists of white points. With a scale of 1, limbs are 8 pixels thick, joints 8, finger
 * lines 2, finger points 8 and face points 6 pixels wide. A limb is omitted if one of its ends is
 * missing.
 *
 * <p>ControlNets were trained on such pictures with a shorter side of 512 pixels; {@link #forSize}
 * keeps these proportions at other sizes. Edges are antialiased. A pose gives the same bytes on
 * every machine and Java version. Immutable; threads may share it.
 *
 * @param scale factor on all widths; above 0 and at most 64, default 1
 * @param minConfidence points with a smaller confidence are not drawn; in [0, 1], default 0
 * @see <a href="https://github.com/huggingface/controlnet_aux">controlnet_aux, open_pose/util.py,
 *     for limbs, colours and widths</a>
 */
public record PoseDrawing(double scale, double minConfidence) {

  /** Widths for a shorter side of 512 pixels; all points that were found are drawn. */
  public static final PoseDrawing DEFAULT = new PoseDrawing(1, 0);

  private static final double TRAINED_SIDE = 512;
  private static final double MAX_SCALE = 64;

  /** Colours of the 18 joints; the first 17 are also the colours of the 17 limbs. */
  private static final int[] COLOURS = {
    0xFF0000, 0xFF5500, 0xFFAA00, 0xFFFF00, 0xAAFF00, 0x55FF00, 0x00FF00, 0x00FF55, 0x00FFAA,
    0x00FFFF, 0x00AAFF, 0x0055FF, 0x0000FF, 0x5500FF, 0xAA00FF, 0xFF00FF, 0xFF00AA, 0xFF0055
  };

  /** Joints at the ends of each limb, in the order of drawing. */
  private static final int[][] LIMBS = {
    {1, 2}, {1, 5}, {2, 3}, {3, 4}, {5, 6}, {6, 7}, {1, 8}, {8, 9}, {9, 10}, {1, 11}, {11, 12},
    {12, 13}, {1, 0}, {0, 14}, {14, 16}, {0, 15}, {15, 17}
  };

  private static final int FINGER_LINES = 20;
  private static final int FINGER_POINT = 0x0000FF;
  private static final int FACE_POINT = 0xFFFFFF;

  /**
   * Creates a {@code PoseDrawing} from its components.
   *
   * @throws IllegalArgumentException if a value is out of range
   */
  public PoseDrawing {
    if (!(scale > 0 && scale <= MAX_SCALE)) {
      throw new IllegalArgumentException(
          Text.format("scale must be above 0 and at most %s, but was %s", MAX_SCALE, scale));
    }
    if (!(minConfidence >= 0 && minConfidence <= 1)) {
      throw new IllegalArgumentException(
          "minConfidence must be in [0, 1], but was " + minConfidence);
    }
  }

  /**
   * Creates a drawing whose widths are proportional to the shorter side of the picture; at a
   * shorter side of 512 pixels the scale is 1.
   *
   * @param width columns of the picture to draw, in pixels
   * @param height rows of the picture to draw, in pixels
   */
  public static PoseDrawing forSize(int width, int height) {
    return new PoseDrawing(Math.min(width, height) / TRAINED_SIDE, 0);
  }

  /**
   * Returns a copy of this drawing with the given factor on the widths of limbs and points, above 0
   * and at most 64.
   */
  public PoseDrawing withScale(double newScale) {
    return new PoseDrawing(newScale, minConfidence);
  }

  /** Returns a copy of this drawing with the given minimum confidence, in [0, 1]. */
  public PoseDrawing withMinConfidence(double newMinConfidence) {
    return new PoseDrawing(scale, newMinConfidence);
  }

  /**
   * Draws the control picture of one frame. The picture is black if the pose is empty.
   *
   * @param pose key points in pixels of the picture to draw
   * @param width columns of the picture, in pixels
   * @param height rows of the picture, in pixels
   * @return an 8-bit frame of this size
   */
  public Frame draw(Pose pose, int width, int height) {
    Canvas canvas = new Canvas(width, height);
    for (PosePerson person : pose.people()) {
      drawBody(canvas, person.body18());
      drawHand(canvas, person.leftHand());
      drawHand(canvas, person.rightHand());
      for (KeyPoint point : person.face()) {
        drawPoint(canvas, point, 3, FACE_POINT);
      }
    }
    return canvas.toFrame();
  }

  private void drawBody(Canvas canvas, List<KeyPoint> body) {
    if (body.isEmpty()) {
      return;
    }
    for (int i = 0; i < LIMBS.length; i++) {
      KeyPoint from = body.get(LIMBS[i][0]);
      KeyPoint to = body.get(LIMBS[i][1]);
      if (isDrawn(from) && isDrawn(to)) {
        int dim = dimmed(COLOURS[i]);
        canvas.ellipse(from.x(), from.y(), to.x(), to.y(), 4 * scale, dim);
      }
    }
    for (int i = 0; i < COLOURS.length; i++) {
      drawPoint(canvas, body.get(i), 4, COLOURS[i]);
    }
  }

  private void drawHand(Canvas canvas, List<KeyPoint> hand) {
    if (hand.isEmpty()) {
      return;
    }
    for (int i = 0; i < FINGER_LINES; i++) {
      KeyPoint from = hand.get(i % 4 == 0 ? 0 : i);
      KeyPoint to = hand.get(i + 1);
      if (isDrawn(from) && isDrawn(to)) {
        canvas.capsule(from.x(), from.y(), to.x(), to.y(), scale, rainbow(i));
      }
    }
    for (KeyPoint point : hand) {
      drawPoint(canvas, point, 4, FINGER_POINT);
    }
  }

  private void drawPoint(Canvas canvas, KeyPoint point, double radius, int colour) {
    if (isDrawn(point)) {
      canvas.disc(point.x(), point.y(), radius * scale, colour);
    }
  }

  private boolean isDrawn(KeyPoint point) {
    return point.isPresent() && point.confidence() >= minConfidence;
  }

  private static int dimmed(int colour) {
    int red = (colour >> 16) * 3 / 5;
    int green = (colour >> 8 & 0xFF) * 3 / 5;
    int blue = (colour & 0xFF) * 3 / 5;
    return red << 16 | green << 8 | blue;
  }

  /** Colour of hue {@code i / 20} of the full circle, at full saturation and brightness. */
  private static int rainbow(int i) {
    int sixths = i * 6;
    int rising = (255 * (sixths % FINGER_LINES) + FINGER_LINES / 2) / FINGER_LINES;
    int falling = 255 - rising;
    return switch (sixths / FINGER_LINES) {
      case 0 -> 0xFF0000 | rising << 8;
      case 1 -> falling << 16 | 0x00FF00;
      case 2 -> 0x00FF00 | rising;
      case 3 -> falling << 8 | 0x0000FF;
      case 4 -> rising << 16 | 0x0000FF;
      default -> 0xFF0000 | falling;
    };
  }
}
