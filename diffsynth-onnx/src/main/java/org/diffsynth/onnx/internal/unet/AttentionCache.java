package org.diffsynth.onnx.internal.unet;

import ai.onnxruntime.OrtException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.diffsynth.compute.Closer;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.internal.text.Text;

/**
 * The keys and values that a model carries from one call to the next, for each guidance branch.
 * Owns its tensors and closes those it replaces.
 */
final class AttentionCache implements AutoCloseable {
  /** Cached tensors by branch: true is the negative branch. One entry may serve both branches. */
  private final Map<Boolean, CachedKeyValues> byBranch = new HashMap<>();

  /**
   * Returns the cached keys and values of several branches, joined into one set of tensors.
   *
   * @param branches the branches of the call; true is the negative branch
   * @param latents latents of the call, whose size must be the cached one
   * @param label name of the model, for the error
   * @return tensors that stay owned by this cache
   * @throws IllegalStateException if nothing of this size is cached for one of the branches
   */
  CachedKeyValues get(List<Boolean> branches, Latents latents, String label) throws OrtException {
    for (boolean branch : branches) {
      CachedKeyValues cached = byBranch.get(branch);
      if (cached == null || !cached.fits(latents)) {
        throw new IllegalStateException(
            Text.format(
                "%s must use carried keys and values for latents %s, but has kept %s",
                label, latents.shape(), cached == null ? "nothing" : "those of another size"));
      }
    }
    CachedKeyValues first = byBranch.get(branches.get(0));
    for (boolean branch : branches) {
      if (!first.has(branch)) {
        put(CachedKeyValues.join(first, byBranch.get(branch)));
        return byBranch.get(branch);
      }
    }
    return first;
  }

  /** Takes ownership of new keys and values, and closes those that they replace. */
  void put(CachedKeyValues newer) {
    for (boolean branch : new boolean[] {false, true}) {
      if (newer.has(branch)) {
        CachedKeyValues old = byBranch.put(branch, newer);
        if (old != null && old != newer && byBranch.get(!branch) != old) {
          old.close();
        }
      }
    }
  }

  /** Frees all cached tensors. */
  @Override
  public void close() {
    CachedKeyValues one = byBranch.remove(true);
    CachedKeyValues other = byBranch.remove(false);
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
