package org.diffsynth.internal.blend;

import org.diffsynth.match.FieldCache;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.spi.MatchSession;

/** A cache of fields, as one run uses it. */
final class CachedFields {

  private final FieldCache cache;
  private final Object key;

  /** Creates a view of a cache. Apart from the guides, the fields depend on {@code key} only. */
  CachedFields(FieldCache cache, Object key) {
    this.cache = cache;
    this.key = key;
  }

  /**
   * Puts a field into the session if the cache holds it, and returns whether it does.
   *
   * @param frames frames of the session, by which the cache knows them in every run
   */
  boolean restore(int source, int target, MatchSession session, ShotFrames frames) {
    return cache
        .get(key(source, target, frames))
        .map(
            field -> {
              session.putField(source, target, field);
              return true;
            })
        .orElse(false);
  }

  /**
   * Returns whether the cache would store another field for frames of {@code width} by {@code
   * height} pixels.
   */
  boolean hasRoom(int width, int height) {
    return cache.hasRoom(width, height);
  }

  /** Stores a field that the session keeps. */
  void store(int source, int target, MatchSession session, ShotFrames frames) {
    NearestNeighborField field = session.field(source, target);
    cache.put(key(source, target, frames), field);
  }

  private FieldCache.Key key(int source, int target, ShotFrames frames) {
    return new FieldCache.Key(key, frames.inClip(source), frames.inClip(target));
  }
}
