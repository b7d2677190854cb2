package org.diffsynth.pose;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.pose.internal.Assignment;

/**
 * Recognises the same person in consecutive frames.
 *
 * <p>The position of each known person is extrapolated with the velocity over the last frames. The
 * detected people are assigned to these predictions by a minimum-cost assignment; the cost of a
 * pair is the mean distance between the points that both have, divided by the size of the person.
 * The velocity separates people who cross: at the crossing, the nearest person is not always the
 * right one. A pair with a cost above half a person's size is forbidden.
 */
final class PoseTracker {

  /** A person who was not seen for more than this number of frames is forgotten. */
  private static final int FORGET_AFTER = 12;

  /** Number of frames over which the velocity of a person is measured. */
  private static final int MEMORY = 5;

  /** Largest cost of a permitted pair, in sizes of the person. */
  private static final double GATE = 0.5;

  /** Lower limit for the size of a person in pixels, so that a single point has a size. */
  private static final double SMALLEST_PERSON = 16;

  private final List<Person> persons = new ArrayList<>();
  private final int frames;

  private PoseTracker(int frames) {
    this.frames = frames;
  }

  /**
   * Tracks the people of a clip.
   *
   * @param poses the people of each frame; all persons have the same parts
   * @return for each person, the key points in each frame, or null where the person was not seen
   */
  static List<PosePerson[]> track(List<Pose> poses) {
    PoseTracker tracker = new PoseTracker(poses.size());
    for (int frame = 0; frame < poses.size(); frame++) {
      tracker.add(frame, poses.get(frame).people());
    }
    return tracker.persons.stream().map(person -> person.seen).toList();
  }

  private void add(int frame, List<PosePerson> people) {
    List<PosePerson> visible =
        people.stream().filter(p -> p.points().stream().anyMatch(KeyPoint::isPresent)).toList();
    List<Person> known =
        persons.stream().filter(person -> frame - person.last <= FORGET_AFTER).toList();
    double[][] cost = new double[known.size()][visible.size()];
    for (int i = 0; i < cost.length; i++) {
      for (int j = 0; j < visible.size(); j++) {
        cost[i][j] = known.get(i).cost(frame, visible.get(j));
      }
    }
    int[] found = Assignment.minimal(cost);
    boolean[] assigned = new boolean[visible.size()];
    for (int i = 0; i < found.length; i++) {
      if (found[i] >= 0) {
        known.get(i).see(frame, visible.get(found[i]));
        assigned[found[i]] = true;
      }
    }
    for (int j = 0; j < assigned.length; j++) {
      if (!assigned[j]) {
        Person person = new Person(frames);
        person.see(frame, visible.get(j));
        persons.add(person);
      }
    }
  }

  private static final class Person {

    final PosePerson[] seen;
    int last;

    Person(int frames) {
      seen = new PosePerson[frames];
    }

    void see(int frame, PosePerson person) {
      seen[frame] = person;
      last = frame;
    }

    /**
     * Returns the mean distance between the predicted and the detected points, divided by the size
     * of the person, or {@link Assignment#FORBIDDEN} above the limit.
     */
    double cost(int frame, PosePerson found) {
      double[] velocity = velocity();
      int ahead = frame - last;
      Shift shift = Shift.between(seen[last], found, ahead * velocity[0], ahead * velocity[1]);
      double size = Math.max(SMALLEST_PERSON, Math.max(size(seen[last]), size(found)));
      double cost = shift.distance / size;
      return shift.points == 0 || cost > GATE ? Assignment.FORBIDDEN : cost;
    }

    /** Velocity in pixels per frame; zero for a person who was seen only once. */
    private double[] velocity() {
      for (int back = Math.max(0, last - MEMORY); back < last; back++) {
        if (seen[back] != null) {
          Shift shift = Shift.between(seen[back], seen[last], 0, 0);
          if (shift.points > 0) {
            return new double[] {shift.x / (last - back), shift.y / (last - back)};
          }
        }
      }
      return new double[2];
    }
  }

  /** Longer side of the bounding box of the points that were found, in pixels. */
  private static double size(PosePerson person) {
    double left = Double.POSITIVE_INFINITY;
    double top = Double.POSITIVE_INFINITY;
    double right = Double.NEGATIVE_INFINITY;
    double bottom = Double.NEGATIVE_INFINITY;
    for (KeyPoint point : person.points()) {
      if (point.isPresent()) {
        left = Math.min(left, point.x());
        right = Math.max(right, point.x());
        top = Math.min(top, point.y());
        bottom = Math.max(bottom, point.y());
      }
    }
    return Math.max(0, Math.max(right - left, bottom - top));
  }

  /**
   * Displacement between two sets of points of one person.
   *
   * @param points number of points that both sets have
   * @param x mean displacement to the right, in pixels
   * @param y mean displacement down, in pixels
   * @param distance mean distance after the first set has been moved by the predicted displacement
   */
  private record Shift(int points, double x, double y, double distance) {

    static Shift between(PosePerson from, PosePerson to, double moveX, double moveY) {
      List<KeyPoint> before = from.points();
      List<KeyPoint> after = to.points();
      int points = 0;
      double x = 0;
      double y = 0;
      double distance = 0;
      for (int i = 0; i < before.size(); i++) {
        if (i == from.body().size() && points > 0) {
          // The points of the body are enough: 70 points of a face would outweigh them.
          break;
        }
        KeyPoint a = before.get(i);
        KeyPoint b = after.get(i);
        if (a.isPresent() && b.isPresent()) {
          points++;
          x += b.x() - a.x();
          y += b.y() - a.y();
          distance += new KeyPoint(a.x() + moveX, a.y() + moveY, 1).distance(b);
        }
      }
      int n = Math.max(points, 1);
      return new Shift(points, x / n, y / n, distance / n);
    }
  }
}
