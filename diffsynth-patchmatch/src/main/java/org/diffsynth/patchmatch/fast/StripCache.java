package org.diffsynth.patchmatch.fast;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.diffsynth.patchmatch.engine.Texels;

/**
 * Keeps the {@link PatchStrips} of the pictures used last, up to a number of bytes. Strips take
 * four times the memory of the picture, but making them takes a twentieth of the time of one
 * search, so few are kept and others are made again. Threads may share a cache.
 */
final class StripCache {

  private final long budget;
  private final int least;
  private final Map<Texels, PatchStrips> kept = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  /**
   * Creates an empty cache.
   *
   * @param budget bytes to keep
   * @param least number of pictures that are kept whatever their size
   */
  StripCache(long budget, int least) {
    this.budget = budget;
    this.least = least;
  }

  /** Returns the strips of a picture, and makes them if they are not kept. */
  PatchStrips get(Texels texels) {
    PatchStrips strips = find(texels);
    if (strips != null) {
      return strips;
    }
    synchronized (texels) { // threads that need another picture do not wait
      strips = find(texels);
      if (strips == null) {
        strips = PatchStrips.of(texels);
        keep(texels, strips);
      }
      return strips;
    }
  }

  private synchronized PatchStrips find(Texels texels) {
    return kept.get(texels);
  }

  private synchronized void keep(Texels texels, PatchStrips strips) {
    kept.put(texels, strips);
    bytes += strips.bytes();
    Iterator<PatchStrips> oldest = kept.values().iterator();
    while (bytes > budget && kept.size() > least) {
      bytes -= oldest.next().bytes();
      oldest.remove();
    }
  }

  /** Drops the strips of a picture that will not be used again. */
  synchronized void forget(Texels texels) {
    PatchStrips strips = kept.remove(texels);
    if (strips != null) {
      bytes -= strips.bytes();
    }
  }

  /** Returns the number of bytes kept now. */
  synchronized long bytes() {
    return bytes;
  }
}
