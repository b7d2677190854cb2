package org.diffsynth.pose;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.pose.internal.Assignment;

/**
 * Finds the same person again in the next frame.
 *
 * <p>Each person known so far is moved on with the speed of his last frames; the people found are
 * given to the predictions so that the sum of the mean distances of the points both have is
 * smallest. The speed is what tells people apart who cross: where they meet, the nearest is not the
 * one. A pair further apart than half a person's size is none.
 */
final class PoseTracker {

  /** Frames after which a person who was not seen is given up, and one who comes is new. */
  private static final int FORGET_AFTER = 12;

  /** Frames over which the speed is measured. */
  private static final int MEMORY = 5;

  private static final double GATE = 0.5;
  private static final double SMALLEST_PERSON = 16;

  private final List<Person> persons = new ArrayList<>();
  private final int frames;

  private PoseTracker(int frames) {
    this.frames = frames;
  }

  /** A person's key points by frame; null where he was not seen. */
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
    boolean[] taken = new boolean[visible.size()];
    for (int i = 0; i < found.length; i++) {
      if (found[i] >= 0) {
        known.get(i).see(frame, visible.get(found[i]));
        taken[found[i]] = true;
      }
    }
    for (int j = 0; j < taken.length; j++) {
      if (!taken[j]) {
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

    /** Mean distance between the prediction and a person found, in shares of the person's size. */
    double cost(int frame, PosePerson found) {
      double[] speed = speed();
      int ahead = frame - last;
      Shift shift = Shift.between(seen[last], found, ahead * speed[0], ahead * speed[1]);
      double size = Math.max(SMALLEST_PERSON, Math.max(size(seen[last]), size(found)));
      double cost = shift.distance / size;
      return shift.points == 0 || cost > GATE ? Assignment.FORBIDDEN : cost;
    }

    /** Pixels per frame over the frames remembered; nothing for one seen only once. */
    private double[] speed() {
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

  /** Larger side of the box around the points found. */
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

  /** How the points that both have moved: how many they are, by how much, and how unlike. */
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
          // The body says enough: seventy points of a face would drown it.
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
