package org.diffsynth.pose.internal.decoding;

import java.util.List;
import java.util.Optional;
import org.diffsynth.internal.text.Text;
import org.diffsynth.pose.KeyPoint;
import org.diffsynth.pose.PosePerson;

/**
 * The square region of a picture in which a hand or a face is searched. It is derived from the
 * joints of the body by the rules of OpenPose.
 *
 * <ul>
 *   <li>Hand: the centre lies beyond the wrist by a third of the forearm. The side is 1.5 times the
 *       length of the forearm, or 1.35 times the length of the upper arm if that is larger.
 *   <li>Face: the centre is the nose. Half the side is 3 times the distance of the farther eye, or
 *       1.5 times the distance of the farther ear, whichever is larger; a distance is the larger of
 *       the horizontal and the vertical distance.
 * </ul>
 *
 * <p>The square is moved and shrunk until it lies in the picture. There is no region if a required
 * joint is missing or if fewer than 20 pixels remain.
 *
 * @param left column of the left edge, at least 0
 * @param top row of the upper edge, at least 0
 * @param side width and height in pixels, at least 20
 * @see <a href="https://github.com/CMU-Perceptual-Computing-Lab/openpose">OpenPose,
 *     handDetector.cpp</a>
 * @see <a href="https://github.com/huggingface/controlnet_aux">controlnet_aux, open_pose/util.py,
 *     for faces</a>
 */
public record PartRegion(int left, int top, int side) {

  private static final int MIN_SIDE = 20;
  private static final int NOSE = 0;
  private static final int RIGHT_SHOULDER = 2;
  private static final int LEFT_SHOULDER = 5;
  private static final int RIGHT_EYE = 14;
  private static final int RIGHT_EAR = 16;

  /**
   * Creates a {@code PartRegion} from its components.
   *
   * @throws IllegalArgumentException if a component is outside its documented range
   */
  public PartRegion {
    if (left < 0 || top < 0 || side < MIN_SIDE) {
      throw new IllegalArgumentException(
          Text.format(
              "left and top must be at least 0 and side at least %d, but were %d, %d and %d",
              MIN_SIDE, left, top, side));
    }
  }

  /**
   * Returns the region of the left hand of a person.
   *
   * @param width columns of the picture
   * @param height rows of the picture
   * @return empty if shoulder, elbow or wrist is missing, or if the region is too small
   */
  public static Optional<PartRegion> leftHand(PosePerson person, int width, int height) {
    return hand(person.body18(), LEFT_SHOULDER, width, height);
  }

  /**
   * Returns the region of the right hand of a person.
   *
   * @param width columns of the picture
   * @param height rows of the picture
   * @return empty if shoulder, elbow or wrist is missing, or if the region is too small
   */
  public static Optional<PartRegion> rightHand(PosePerson person, int width, int height) {
    return hand(person.body18(), RIGHT_SHOULDER, width, height);
  }

  /** The joints after a shoulder in the list are the elbow and the wrist of the same arm. */
  private static Optional<PartRegion> hand(List<KeyPoint> body, int at, int width, int height) {
    if (body.isEmpty() || !body.subList(at, at + 3).stream().allMatch(KeyPoint::isPresent)) {
      return Optional.empty();
    }
    KeyPoint shoulder = body.get(at);
    KeyPoint elbow = body.get(at + 1);
    KeyPoint wrist = body.get(at + 2);
    double x = wrist.x() + 0.33 * (wrist.x() - elbow.x());
    double y = wrist.y() + 0.33 * (wrist.y() - elbow.y());
    double side = 1.5 * Math.max(wrist.distance(elbow), 0.9 * elbow.distance(shoulder));
    return inPicture(x, y, side, width, height);
  }

  /**
   * Returns the region of the face of a person.
   *
   * @param width columns of the picture
   * @param height rows of the picture
   * @return empty if the nose is missing, or if the region is too small
   */
  public static Optional<PartRegion> face(PosePerson person, int width, int height) {
    List<KeyPoint> body = person.body18();
    if (body.isEmpty() || !body.get(NOSE).isPresent()) {
      return Optional.empty();
    }
    KeyPoint nose = body.get(NOSE);
    double half = 0;
    for (int i = RIGHT_EYE; i < body.size(); i++) {
      KeyPoint point = body.get(i);
      if (point.isPresent()) {
        double far = Math.max(Math.abs(point.x() - nose.x()), Math.abs(point.y() - nose.y()));
        half = Math.max(half, far * (i < RIGHT_EAR ? 3 : 1.5));
      }
    }
    return inPicture(nose.x(), nose.y(), 2 * half, width, height);
  }

  private static Optional<PartRegion> inPicture(
      double x, double y, double side, int width, int height) {
    double left = Math.max(x - side / 2, 0);
    double top = Math.max(y - side / 2, 0);
    int inside = (int) Math.min(side, Math.min(width - left, height - top));
    return inside < MIN_SIDE
        ? Optional.empty()
        : Optional.of(new PartRegion((int) left, (int) top, inside));
  }
}
