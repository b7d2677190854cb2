package org.diffsynth.patchmatch.reference;

/** How badly the patch around a source pixel fits the patch around a target pixel. */
public interface ReferencePatchError {

  /**
   * The cost of matching target pixel (x, y) to source pixel (sourceX, sourceY), both at least the
   * patch radius away from every edge.
   *
   * @return a key that orders costs: smaller is better, at least 0
   */
  int of(int x, int y, int sourceX, int sourceY);
}
