package org.diffsynth.pose;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.diffsynth.internal.text.Text;

/**
 * The key points of one person in one frame, in the order of OpenPose. Immutable.
 *
 * <table>
 *   <caption>Order of the key points</caption>
 *   <tr><th>part<th>points<th>order
 *   <tr><td>body, COCO<td>18<td>nose; neck; right shoulder, elbow, wrist; left shoulder, elbow, wrist;
 *       right hip, knee, ankle; left hip, knee, ankle; right eye; left eye; right ear; left ear
 *   <tr><td>body, BODY_25<td>25<td>as COCO, with the middle of the hips inserted at index 8 and six
 *       points of the feet at the end
 *   <tr><td>hand<td>21<td>wrist; then four points from root to tip of each finger, thumb first
 *   <tr><td>face<td>68 or 70<td>the 68 points of iBUG; with 70, the pupils are at the end
 * </table>
 *
 * <p>An empty list means that the detector did not look for this part.
 *
 * @param body 18 or 25 points, or an empty list
 * @param face 68 or 70 points, or an empty list
 * @param leftHand 21 points, or an empty list
 * @param rightHand 21 points, or an empty list
 * @see <a href="https://github.com/CMU-Perceptual-Computing-Lab/openpose">OpenPose, output
 *     format</a>
 */
public record PosePerson(
    List<KeyPoint> body, List<KeyPoint> face, List<KeyPoint> leftHand, List<KeyPoint> rightHand) {

  /** Number of points of a body in the COCO order, 18. */
  public static final int BODY_POINTS = 18;

  /** Number of points of a body in the BODY_25 order, 25. */
  public static final int BODY_25_POINTS = 25;

  /** Number of points of a hand, 21. */
  public static final int HAND_POINTS = 21;

  private static final int MIDDLE_OF_HIPS = 8;

  /**
   * Copies the lists and checks their lengths.
   *
   * @throws IllegalArgumentException if a part has a number of points that OpenPose does not have
   */
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
          Text.format(
              "%s must have %s or %d points, but had %d",
              name, list, allowed[allowed.length - 1], size));
    }
  }

  /**
   * Creates a person with a body and without face and hands.
   *
   * @param body 18 or 25 points
   */
  public static PosePerson ofBody(List<KeyPoint> body) {
    return new PosePerson(body, List.of(), List.of(), List.of());
  }

  /**
   * Returns the body in the COCO order of 18 points; a BODY_25 body is converted. Returns an empty
   * list if this person has no body.
   */
  public List<KeyPoint> body18() {
    if (body.size() != BODY_25_POINTS) {
      return body;
    }
    List<KeyPoint> points = new ArrayList<>(body.subList(0, MIDDLE_OF_HIPS));
    points.addAll(body.subList(MIDDLE_OF_HIPS + 1, BODY_POINTS + 1));
    return List.copyOf(points);
  }

  /** Returns the points of all parts in one list: body, face, left hand, right hand. */
  public List<KeyPoint> points() {
    return Stream.of(body, face, leftHand, rightHand).flatMap(List::stream).toList();
  }

  /** Returns a copy of this person with other points, in the order of {@link #points}. */
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
