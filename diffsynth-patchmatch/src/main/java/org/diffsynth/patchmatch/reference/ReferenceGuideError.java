package org.diffsynth.patchmatch.reference;

import org.diffsynth.patchmatch.engine.Texels;

/** The exact sum of squared differences of the guides' 8-bit samples over a patch. */
public record ReferenceGuideError(Texels source, Texels target, int radius)
    implements ReferencePatchError {

  @Override
  public int of(int x, int y, int sourceX, int sourceY) {
    int sum = 0;
    for (int dy = -radius; dy <= radius; dy++) {
      int targetRow = (y + dy) * target.width() + x;
      int sourceRow = (sourceY + dy) * source.width() + sourceX;
      for (int dx = -radius; dx <= radius; dx++) {
        sum += Texels.squaredDifference(target.rgb()[targetRow + dx], source.rgb()[sourceRow + dx]);
      }
    }
    return sum;
  }
}
