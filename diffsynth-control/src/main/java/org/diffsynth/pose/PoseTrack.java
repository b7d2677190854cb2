package org.diffsynth.pose;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.diffsynth.internal.text.Text;

/**
 * The people of a clip, each tracked from frame to frame. Immutable; threads may share it.
 *
 * <p>Pose detectors look at each frame separately: key points tremble, points disappear for a frame
 * or two, and people change places in the list. Steady control pictures are made like this:
 *
 * <pre>{@code
 * PoseTrack track = PoseTrack.of(PoseJson.readFolder(folder))
 *     .filled(5)
 *     .smoothed(SavitzkyGolay.DEFAULT);
 * Frame control = PoseDrawing.DEFAULT.draw(track.pose(frame), width, height);
 * }</pre>
 *
 * <p>Persons are numbered from 0 in the order in which they appear. The number of frames never
 * changes. Points that were not found do not influence other points.
 */
public final class PoseTrack {

  private final int frames;
  private final List<PosePerson[]> persons;

  private PoseTrack(int frames, List<PosePerson[]> persons) {
    this.frames = frames;
    this.persons = persons;
  }

  /**
   * Tracks the people through a clip.
   *
   * <p>The position of each known person is extrapolated with the velocity over the last five
   * frames. The detected people are then assigned to the known persons so that the total distance
   * between points and predictions is smallest; people whose paths cross keep their numbers. A
   * detected person counts as a new person if the matching person was not seen for more than twelve
   * frames, or if the distance to the prediction is more than half the size of the person.
   *
   * @param poses the people of each frame, in the order of the frames; the order of people within a
   *     frame is irrelevant
   * @throws IllegalArgumentException if a part has different numbers of points in different frames,
   *     for example if bodies of 18 and of 25 points are mixed
   */
  public static PoseTrack of(List<Pose> poses) {
    List<Pose> alike = PoseLayout.unified(poses);
    return new PoseTrack(alike.size(), PoseTracker.track(alike));
  }

  /** Returns the number of frames, including frames without people. */
  public int frames() {
    return frames;
  }

  /** Returns the number of different people in the whole clip. */
  public int persons() {
    return persons.size();
  }

  /**
   * Returns the key points of one person in one frame, or an empty result if the person was not
   * found in this frame.
   *
   * @param person number of the person, from 0 to {@code persons() - 1}
   * @param frame index of the frame, from 0 to {@code frames() - 1}
   */
  public Optional<PosePerson> person(int person, int frame) {
    Objects.checkIndex(frame, frames);
    return Optional.ofNullable(persons.get(person)[frame]);
  }

  /** Returns the people in one frame, in the order of their numbers. */
  public Pose pose(int frame) {
    Objects.checkIndex(frame, frames);
    return new Pose(
        persons.stream().map(person -> person[frame]).filter(Objects::nonNull).toList());
  }

  /** Returns the people of all frames, in the order of the frames. */
  public List<Pose> poses() {
    List<Pose> poses = new ArrayList<>();
    for (int frame = 0; frame < frames; frame++) {
      poses.add(pose(frame));
    }
    return List.copyOf(poses);
  }

  /**
   * Returns a copy of this track in which short gaps are filled by linear interpolation over time.
   * A point that is missing for at most {@code maxGap} consecutive frames gets positions on the
   * straight line between its positions before and after the gap, and the smaller of both
   * confidences. A point stays missing before its first and after its last frame.
   *
   * @param maxGap length of the longest gap that is filled, in frames; at least 0. 5 is recommended
   *     for 24 to 30 frames per second
   */
  public PoseTrack filled(int maxGap) {
    if (maxGap < 0) {
      throw new IllegalArgumentException("maxGap must be at least 0, but was " + maxGap);
    }
    return changed(points -> fill(points, maxGap));
  }

  /**
   * Returns a copy of this track in which the path of each point, x and y, is smoothed over time.
   * Each uninterrupted run of frames with the point is smoothed separately, so call {@link #filled}
   * first. Confidences do not change.
   *
   * @param filter smoothing filter; {@link SavitzkyGolay#DEFAULT} is recommended
   */
  public PoseTrack smoothed(SavitzkyGolay filter) {
    return changed(points -> smooth(points, filter));
  }

  /**
   * Returns a copy of this track for pictures of another size.
   *
   * @param x factor on all columns, finite and above 0
   * @param y factor on all rows, finite and above 0
   */
  public PoseTrack scaled(double x, double y) {
    if (!(x > 0 && y > 0 && x < Double.POSITIVE_INFINITY && y < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          Text.format("x and y must be finite and above 0, but were %s and %s", x, y));
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
    /** Changes the path of one point in place; an element is null where the point is missing. */
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
