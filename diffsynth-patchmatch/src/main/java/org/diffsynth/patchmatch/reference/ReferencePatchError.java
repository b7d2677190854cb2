package org.diffsynth.patchmatch.reference;

/**
 * The cost of a match: how badly the patch around a source pixel fits that around a target pixel.
 */
public interface ReferencePatchError {

  /**
   * Returns the cost of matching target pixel (x, y) to source pixel (sourceX, sourceY), both at
   * least the patch radius away from every edge.
   *
   * @return the cost, at least 0, or the bits of a float cost, which order like the cost
   */
  int of(int x, int y, int sourceX, int sourceY);
}
