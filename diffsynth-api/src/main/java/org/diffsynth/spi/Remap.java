package org.diffsynth.spi;

import org.diffsynth.match.SearchSchedule;

/**
 * One unit of blending: match two guides, carry a picture along the field, add it to a sum.
 *
 * @param picture number of the picture that is carried
 * @param source frame whose guide the picture lies over
 * @param target frame it is carried to
 * @param start where the search begins
 * @param sum number of the sum it is added to, created when new; or {@link #NO_SUM}
 * @param weight how often it is added, at least 1
 * @param keepField whether the session keeps the field for later remaps
 */
public record Remap(
    long picture, int source, int target, Start start, long sum, int weight, boolean keepField) {

  /** Stands for no sum: the field is found and kept, and nothing is carried. */
  public static final long NO_SUM = -1;

  /** Where a search begins. */
  public sealed interface Start {}

  /** From nothing: the identity at the coarsest level of the pyramid, then every level. */
  public record Fresh() implements Start {}

  /**
   * From the kept fields (source, middle) and (middle, target), composed and refined at the finest
   * level only.
   *
   * @param middle a frame for which both fields are kept
   */
  public record Via(int middle) implements Start {}

  /**
   * From the kept field (source, target), refined at the finest level with a style error against
   * {@code picture} besides the weighted guide error.
   *
   * @param picture number of the picture the carried picture is to agree with
   */
  public record AlignTo(long picture) implements Start {}

  /** Checks the ranges. */
  public Remap {
    if (source == target) {
      throw new IllegalArgumentException(
          "source and target must differ, both were " + source + "; add the picture instead");
    }
    if (weight < 1) {
      throw new IllegalArgumentException("weight must be at least 1, was " + weight);
    }
  }

  /**
   * Finds and keeps a field, and carries nothing. The session need not hold the picture, unless its
   * schedule is {@link SearchSchedule#PUBLISHED}, which looks at it.
   */
  public static Remap match(long picture, int source, int target, Start start) {
    return new Remap(picture, source, target, start, NO_SUM, 1, true);
  }

  /** A remap that starts from nothing and whose field is not kept. */
  public static Remap fresh(long picture, int source, int target, long sum, int weight) {
    return new Remap(picture, source, target, new Fresh(), sum, weight, false);
  }

  /** The same, and the session keeps the field. */
  public Remap keepingField() {
    return keepField ? this : new Remap(picture, source, target, start, sum, weight, true);
  }

  /** Whether the session must hold {@link #picture()}: the remap carries it or matches by it. */
  public boolean readsPicture(SearchSchedule schedule) {
    return sum != NO_SUM || start instanceof AlignTo || schedule == SearchSchedule.PUBLISHED;
  }
}
