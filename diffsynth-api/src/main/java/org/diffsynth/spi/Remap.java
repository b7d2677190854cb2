package org.diffsynth.spi;

/**
 * One unit of blending: match two guides, carry a picture along the field, add it to a sum.
 *
 * @param picture number of the picture that is carried; {@link
 *     org.diffsynth.match.SearchSchedule#PUBLISHED} also compares it in the search
 * @param source frame whose guide the picture lies over
 * @param target frame to which the picture is carried; differs from {@code source}
 * @param start where the search begins
 * @param sum number of the sum to which the carried picture is added; the session creates the sum
 *     if there is none
 * @param weight factor of the picture in the sum, at least 1
 * @param keepField whether the session keeps the field for later searches
 */
public record Remap(
    long picture, int source, int target, Start start, long sum, int weight, boolean keepField) {

  /** Where a search begins. */
  public sealed interface Start {}

  /**
   * The identity at the coarsest level of the guide pyramid; the search goes through all levels.
   */
  public record Fresh() implements Start {}

  /**
   * The kept fields (source, middle) and (middle, target), one after the other; the search works at
   * full size only. {@link org.diffsynth.match.SearchSchedule#PUBLISHED} does not use them and
   * starts fresh.
   *
   * @param middle frame for which both fields are kept
   */
  public record Via(int middle) implements Start {}

  /**
   * The kept field (source, target); the search works at full size only, and compares the carried
   * picture with another picture besides the guides.
   *
   * @param picture number of the picture with which the carried picture is to agree
   */
  public record AlignTo(long picture) implements Start {}

  /** Checks the ranges. */
  public Remap {
    if (source == target) {
      throw new IllegalArgumentException(
          "source and target must differ, but both were frame "
              + source
              + "; add the picture instead");
    }
    if (weight < 1) {
      throw new IllegalArgumentException("weight must be at least 1, but was " + weight);
    }
  }

  /** Returns a remap that starts {@link Fresh} and whose field is not kept. */
  public static Remap fresh(long picture, int source, int target, long sum, int weight) {
    return new Remap(picture, source, target, new Fresh(), sum, weight, false);
  }

  /** Returns a copy of this remap whose field the session keeps. */
  public Remap keepingField() {
    return keepField ? this : new Remap(picture, source, target, start, sum, weight, true);
  }
}
