package org.diffsynth.patchmatch.engine;

import java.util.List;
import java.util.stream.Stream;

/**
 * A guide at full size and at halves of it.
 *
 * <p>Only fresh searches read the halves, which take a third of the memory of the guide. {@link
 * #trim} frees them until a search reads them again. Threads may share a pyramid.
 */
public final class Pyramid {

  private final Texels finest;
  private final int levelCount;
  private final boolean isExact;
  private volatile List<Texels> kept;

  private Pyramid(Picture guide, int levelCount) {
    this.levelCount = levelCount;
    this.kept = halves(guide);
    this.finest = kept.get(0);
    this.isExact = guide.hasEightBits();
  }

  public static Pyramid of(Picture guide, int levelCount) {
    return new Pyramid(guide, levelCount);
  }

  private List<Texels> halves(Picture guide) {
    return guide.halves(levelCount).stream().map(Texels::of).toList();
  }

  /** Returns the number of levels, at least 1, so that the coarsest holds the largest patch. */
  public static int levelCount(int width, int height, int largestPatch) {
    int ratio = Math.min(width, height) / largestPatch;
    return Math.max(1, 31 - Integer.numberOfLeadingZeros(Math.max(1, ratio)));
  }

  /** Returns the texels of all levels, the finest first. After {@link #trim} this takes time. */
  public List<Texels> levels() {
    List<Texels> levels = kept;
    if (levels.size() == levelCount) {
      return levels;
    }
    List<Texels> made = halves(finest.toPicture());
    return Stream.concat(Stream.of(finest), made.stream().skip(1)).toList();
  }

  /** Frees the halves if they can be made again, which takes a guide of 8 bits a sample. */
  public void trim() {
    if (isExact) {
      kept = List.of(finest);
    }
  }

  /** Returns the levels that are in memory, the finest first. */
  public List<Texels> keptLevels() {
    return kept;
  }

  public Texels finest() {
    return finest;
  }
}
