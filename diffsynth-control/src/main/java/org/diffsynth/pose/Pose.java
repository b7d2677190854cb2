package org.diffsynth.pose;

import java.util.List;

/**
 * The people in one frame. Immutable.
 *
 * @param people people in any order; empty if the frame shows nobody
 */
public record Pose(List<PosePerson> people) {

  /** A frame without people. */
  public static final Pose EMPTY = new Pose(List.of());

  /** Creates a {@code Pose} with immutable copies of the given collections. */
  public Pose {
    people = List.copyOf(people);
  }
}
