package org.diffsynth.patchmatch.fast;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.diffsynth.patchmatch.engine.Texels;

/**
 * Keeps the vector layout of the pictures used last, up to a number of bytes: it is four times as
 * large as the picture, but made in a twentieth of the time of one search, so it is kept for few
 * and made again for others. Threads may share it.
 */
final class StripCache {

  private final long budget;
  private final int least;
  private final Map<Texels, PatchStrips> kept = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  /**
   * @param budget bytes to keep
   * @param least so many pictures are kept whatever their size
   */
  StripCache(long budget, int least) {
    this.budget = budget;
    this.least = least;
  }

  /** The layout of {@code texels}, made unless it is kept. */
  PatchStrips get(Texels texels) {
    PatchStrips strips = find(texels);
    if (strips != null) {
      return strips;
    }
    synchronized (texels) { // others wait for this picture only
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

  /** Drops the layout of a picture that will not be used again. */
  synchronized void forget(Texels texels) {
    PatchStrips strips = kept.remove(texels);
    if (strips != null) {
      bytes -= strips.bytes();
    }
  }

  /** Bytes kept now. */
  synchronized long bytes() {
    return bytes;
  }
}
