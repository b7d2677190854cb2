package org.diffsynth.pose;

import java.util.List;

/**
 * The people in one frame.
 *
 * @param people in any order; empty if there are none
 */
public record Pose(List<PosePerson> people) {

  /** Nobody. */
  public static final Pose EMPTY = new Pose(List.of());

  /** Copies the list. */
  public Pose {
    people = List.copyOf(people);
  }
}
