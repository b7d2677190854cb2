package org.diffsynth.pose;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The people of a clip, each followed from frame to frame. Immutable.
 *
 * <p>Detectors look at each frame by itself: points tremble, vanish for a frame or two, and people
 * change places in the list. The way to steady control pictures is
 *
 * <pre>{@code
 * PoseTrack track = PoseTrack.of(PoseJson.readFolder(folder))
 *     .filled(5)
 *     .smoothed(SavitzkyGolay.DEFAULT);
 * Frame control = PoseDrawing.DEFAULT.draw(track.pose(frame), width, height);
 * }</pre>
 *
 * <p>Persons are numbered from 0 in the order in which they appear. A frame stays at its index in
 * all of this, and points that were not found take no part in any sum.
 */
public final class PoseTrack {

  private final int frames;
  private final List<PosePerson[]> persons;

  private PoseTrack(int frames, List<PosePerson[]> persons) {
    this.frames = frames;
    this.persons = persons;
  }

  /**
   * Follows the people through a clip.
   *
   * <p>A person is moved on with his speed over the last five frames, and the people found are
   * given to these predictions at the smallest total distance, so that people who cross keep their
   * numbers. Someone not seen for more than twelve frames, or found further away than half his size
   * from where he was expected, counts as another person.
   *
   * @param poses the people of each frame, in order; they need not be in any order within one
   * @throws IllegalArgumentException if a part has another number of points in some frames, as when
   *     bodies of 18 and 25 points are mixed
   */
  public static PoseTrack of(List<Pose> poses) {
    List<Pose> alike = PoseLayout.unified(poses);
    return new PoseTrack(alike.size(), PoseTracker.track(alike));
  }

  /** Number of frames, with and without people. */
  public int frames() {
    return frames;
  }

  /** Number of people in the whole clip. */
  public int persons() {
    return persons.size();
  }

  /** Key points of one person in one frame; empty where he is not seen. */
  public Optional<PosePerson> person(int person, int frame) {
    Objects.checkIndex(frame, frames);
    return Optional.ofNullable(persons.get(person)[frame]);
  }

  /** The people in one frame, in the order of their numbers. */
  public Pose pose(int frame) {
    Objects.checkIndex(frame, frames);
    return new Pose(
        persons.stream().map(person -> person[frame]).filter(Objects::nonNull).toList());
  }

  /** The people of all frames. */
  public List<Pose> poses() {
    List<Pose> poses = new ArrayList<>();
    for (int frame = 0; frame < frames; frame++) {
      poses.add(pose(frame));
    }
    return List.copyOf(poses);
  }

  /**
   * The same with short gaps filled: a point missing for at most {@code maxGap} frames between two
   * frames with it lies on the straight line between the two, in equal steps, with the smaller of
   * both confidences. Before its first and after its last frame a point stays missing.
   *
   * @param maxGap longest gap that is filled, in frames; 0 fills none
   */
  public PoseTrack filled(int maxGap) {
    if (maxGap < 0) {
      throw new IllegalArgumentException("maxGap must be at least 0, was " + maxGap);
    }
    return changed(points -> fill(points, maxGap));
  }

  /**
   * The same with the path of each point, x and y, smoothed over time; the body, the hands and the
   * face alike. Only found points take part, each unbroken run by itself, so that fill short gaps
   * first. Confidences stay.
   */
  public PoseTrack smoothed(SavitzkyGolay filter) {
    return changed(points -> smooth(points, filter));
  }

  /**
   * The same in pictures of another size: columns times {@code x}, rows times {@code y}, both
   * finite and above 0.
   */
  public PoseTrack scaled(double x, double y) {
    if (!(x > 0 && y > 0 && x < Double.POSITIVE_INFINITY && y < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "x and y must be finite and above 0, were %s and %s".formatted(x, y));
    }
    return changed(
        path -> {
          for (int i = 0; i < path.length; i++) {
            if (path[i] != null) {
              path[i] = new KeyPoint(path[i].x() * x, path[i].y() * y, path[i].confidence());
            }
          }
        });
  }

  private interface Change {
    /** Changes the path of one point; null where it is missing. */
    void apply(KeyPoint[] path);
  }

  private PoseTrack changed(Change change) {
    return new PoseTrack(frames, persons.stream().map(person -> changed(person, change)).toList());
  }

  private static PosePerson[] changed(PosePerson[] person, Change change) {
    PosePerson layout = Arrays.stream(person).filter(Objects::nonNull).findFirst().orElseThrow();
    int points = layout.points().size();
    KeyPoint[][] frames = new KeyPoint[person.length][];
    for (int frame = 0; frame < person.length; frame++) {
      frames[frame] =
          person[frame] == null
              ? new KeyPoint[points]
              : person[frame].points().toArray(KeyPoint[]::new);
    }
    KeyPoint[] path = new KeyPoint[person.length];
    for (int point = 0; point < points; point++) {
      for (int frame = 0; frame < path.length; frame++) {
        KeyPoint found = frames[frame][point];
        path[frame] = found != null && found.isPresent() ? found : null;
      }
      change.apply(path);
      for (int frame = 0; frame < path.length; frame++) {
        frames[frame][point] = path[frame];
      }
    }
    PosePerson[] result = new PosePerson[person.length];
    for (int frame = 0; frame < result.length; frame++) {
      KeyPoint[] found = frames[frame];
      if (Arrays.stream(found).anyMatch(Objects::nonNull)) {
        result[frame] =
            layout.withPoints(
                Arrays.stream(found).map(p -> p == null ? KeyPoint.MISSING : p).toList());
      }
    }
    return result;
  }

  private static void fill(KeyPoint[] path, int maxGap) {
    int before = -1;
    for (int frame = 0; frame < path.length; frame++) {
      if (path[frame] == null) {
        continue;
      }
      if (before >= 0 && frame - before - 1 <= maxGap) {
        KeyPoint from = path[before];
        KeyPoint to = path[frame];
        for (int i = before + 1; i < frame; i++) {
          double share = (double) (i - before) / (frame - before);
          path[i] =
              new KeyPoint(
                  from.x() + share * (to.x() - from.x()),
                  from.y() + share * (to.y() - from.y()),
                  Math.min(from.confidence(), to.confidence()));
        }
      }
      before = frame;
    }
  }

  private static void smooth(KeyPoint[] path, SavitzkyGolay filter) {
    double[] x = new double[path.length];
    double[] y = new double[path.length];
    for (int i = 0; i < path.length; i++) {
      x[i] = path[i] == null ? Double.NaN : path[i].x();
      y[i] = path[i] == null ? Double.NaN : path[i].y();
    }
    double[] smoothX = filter.smooth(x);
    double[] smoothY = filter.smooth(y);
    for (int i = 0; i < path.length; i++) {
      if (path[i] != null) {
        path[i] = new KeyPoint(smoothX[i], smoothY[i], path[i].confidence());
      }
    }
  }
}
