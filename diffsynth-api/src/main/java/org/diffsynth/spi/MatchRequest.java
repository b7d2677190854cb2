package org.diffsynth.spi;

/**
 * One field that a {@link MatchSession} is asked to find and keep: where each patch of the target
 * guide lies in the source guide.
 *
 * @param source frame whose guide is searched
 * @param target frame whose pixels the field describes; differs from {@code source}
 * @param start where the search begins: {@link Remap.Fresh} or {@link Remap.Via}
 */
public record MatchRequest(int source, int target, Remap.Start start) {

  /** Checks the components. */
  public MatchRequest {
    if (source == target) {
      throw new IllegalArgumentException(
          "source and target must differ, but both were frame " + source);
    }
    if (start instanceof Remap.AlignTo) {
      throw new IllegalArgumentException(
          "start must be Fresh or Via, but was AlignTo: only a Remap aligns to a picture");
    }
  }

  /** Returns a request for a search through all levels of the guide pyramid. */
  public static MatchRequest fresh(int source, int target) {
    return new MatchRequest(source, target, new Remap.Fresh());
  }

  /**
   * Returns a request for a search that starts from two kept fields in a row and works at full size
   * only.
   *
   * @param middle frame for which the fields (source, middle) and (middle, target) are kept
   */
  public static MatchRequest via(int source, int middle, int target) {
    return new MatchRequest(source, target, new Remap.Via(middle));
  }
}
