package org.diffsynth.onnx.internal.unet;

import ai.onnxruntime.OrtException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.diffsynth.compute.Closer;
import org.diffsynth.diffusion.Latents;

/** What a network carries from call to call, for each kind of conditioning. */
final class AttentionCache implements AutoCloseable {
  private final Map<Boolean, CachedKeyValues> rows = new HashMap<>();

  /**
   * What was kept for all these kinds, in one piece.
   *
   * @param label whom errors name
   * @throws IllegalStateException if for one of them nothing of this shape was kept
   */
  CachedKeyValues get(List<Boolean> kinds, Latents latents, String label) throws OrtException {
    for (boolean kind : kinds) {
      CachedKeyValues kept = rows.get(kind);
      if (kept == null || !kept.fits(latents)) {
        throw new IllegalStateException(
            label
                + (kept == null ? " has kept nothing" : " has kept rows of another size")
                + " but is asked to carry keys and values on, for latents "
                + latents.shape());
      }
    }
    CachedKeyValues first = rows.get(kinds.get(0));
    for (boolean kind : kinds) {
      if (!first.has(kind)) {
        put(CachedKeyValues.join(first, rows.get(kind)));
        return rows.get(kind);
      }
    }
    return first;
  }

  /** Replaces what was kept for the kinds that these rows have. */
  void put(CachedKeyValues newer) {
    for (boolean kind : new boolean[] {false, true}) {
      if (newer.has(kind)) {
        CachedKeyValues old = rows.put(kind, newer);
        if (old != null && old != newer && rows.get(!kind) != old) {
          old.close();
        }
      }
    }
  }

  @Override
  public void close() {
    CachedKeyValues one = rows.remove(true);
    CachedKeyValues other = rows.remove(false);
    try (Closer closer = new Closer()) {
      if (one != null) {
        closer.add(one);
      }
      if (other != null && other != one) {
        closer.add(other);
      }
    }
  }
}
