package org.diffsynth.pose;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The key points of one person in one frame, in OpenPose's order.
 *
 * <p>The body has 18 points (COCO: nose, neck, right shoulder, elbow and wrist, left ones, right
 * hip, knee and ankle, left ones, right and left eye, right and left ear) or 25 (BODY_25: the same
 * with the middle of the hips at 8, and six points of the feet at the end); each hand 21, the wrist
 * first and then four from root to tip of each finger, the thumb first; the face 68, or 70 with the
 * pupils. A part that was not looked for is an empty list.
 *
 * @param body 18 or 25 points
 * @param face 68 or 70 points, or none
 * @param leftHand 21 points, or none
 * @param rightHand 21 points, or none
 * @see <a href="https://github.com/CMU-Perceptual-Computing-Lab/openpose">OpenPose, output
 *     format</a>
 */
public record PosePerson(
    List<KeyPoint> body, List<KeyPoint> face, List<KeyPoint> leftHand, List<KeyPoint> rightHand) {

  /** Points of the body in the COCO order. */
  public static final int BODY_POINTS = 18;

  /** Points of the body in the BODY_25 order. */
  public static final int BODY_25_POINTS = 25;

  /** Points of a hand. */
  public static final int HAND_POINTS = 21;

  private static final int MIDDLE_OF_HIPS = 8;

  /** Copies the lists and checks their lengths. */
  public PosePerson {
    body = List.copyOf(body);
    face = List.copyOf(face);
    leftHand = List.copyOf(leftHand);
    rightHand = List.copyOf(rightHand);
    check("body", body.size(), 0, BODY_POINTS, BODY_25_POINTS);
    check("face", face.size(), 0, 68, 70);
    check("leftHand", leftHand.size(), 0, HAND_POINTS);
    check("rightHand", rightHand.size(), 0, HAND_POINTS);
  }

  private static void check(String name, int size, int... allowed) {
    if (Arrays.stream(allowed).noneMatch(count -> count == size)) {
      String list =
          Arrays.stream(allowed, 0, allowed.length - 1)
              .mapToObj(Integer::toString)
              .collect(Collectors.joining(", "));
      throw new IllegalArgumentException(
          "%s must have %s or %d points, but had %d"
              .formatted(name, list, allowed[allowed.length - 1], size));
    }
  }

  /** A person without hands and face. */
  public static PosePerson ofBody(List<KeyPoint> body) {
    return new PosePerson(body, List.of(), List.of(), List.of());
  }

  /** The body in the COCO order of 18 points, whatever it is kept in; empty if there is none. */
  public List<KeyPoint> body18() {
    if (body.size() != BODY_25_POINTS) {
      return body;
    }
    List<KeyPoint> points = new ArrayList<>(body.subList(0, MIDDLE_OF_HIPS));
    points.addAll(body.subList(MIDDLE_OF_HIPS + 1, BODY_POINTS + 1));
    return List.copyOf(points);
  }

  /** All points one after another: body, face, left hand, right hand. */
  public List<KeyPoint> points() {
    return Stream.of(body, face, leftHand, rightHand).flatMap(List::stream).toList();
  }

  /** The same parts with other points, as {@link #points} lists them. */
  PosePerson withPoints(List<KeyPoint> points) {
    int faceStart = body.size();
    int leftStart = faceStart + face.size();
    int rightStart = leftStart + leftHand.size();
    return new PosePerson(
        points.subList(0, faceStart),
        points.subList(faceStart, leftStart),
        points.subList(leftStart, rightStart),
        points.subList(rightStart, points.size()));
  }
}
