package org.diffsynth.pose;

import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.diffsynth.internal.text.Text;

/**
 * Gives every person of a clip the same set of parts. A part that a person lacks in a frame, but
 * that someone has in another frame, becomes a part whose points are all missing.
 */
final class PoseLayout {

  private PoseLayout() {}

  /**
   * Returns the poses with the same parts for every person.
   *
   * @throws IllegalArgumentException if a part has different numbers of points, such as bodies of
   *     18 and of 25 points
   */
  static List<Pose> unified(List<Pose> poses) {
    int body = size(poses, "body", PosePerson::body);
    int face = size(poses, "face", PosePerson::face);
    int left = size(poses, "leftHand", PosePerson::leftHand);
    int right = size(poses, "rightHand", PosePerson::rightHand);
    return poses.stream()
        .map(
            pose ->
                new Pose(
                    pose.people().stream()
                        .map(
                            person ->
                                new PosePerson(
                                    padded(person.body(), body),
                                    padded(person.face(), face),
                                    padded(person.leftHand(), left),
                                    padded(person.rightHand(), right)))
                        .toList()))
        .toList();
  }

  private static List<KeyPoint> padded(List<KeyPoint> points, int size) {
    return points.isEmpty() ? Collections.nCopies(size, KeyPoint.MISSING) : points;
  }

  private static int size(
      List<Pose> poses, String name, Function<PosePerson, List<KeyPoint>> part) {
    int size = 0;
    for (int frame = 0; frame < poses.size(); frame++) {
      for (PosePerson person : poses.get(frame).people()) {
        int found = part.apply(person).size();
        if (found > 0 && size > 0 && found != size) {
          throw new IllegalArgumentException(
              Text.format(
                  "%s must have the same number of points in all frames, but has %d in frame %d and %d before",
                  name, found, frame, size));
        }
        size = Math.max(size, found);
      }
    }
    return size;
  }
}
