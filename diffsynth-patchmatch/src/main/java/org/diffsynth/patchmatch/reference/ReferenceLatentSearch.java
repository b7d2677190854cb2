package org.diffsynth.patchmatch.reference;

import static org.diffsynth.match.NearestNeighborField.pack;
import static org.diffsynth.spi.PatchMatcher.LATENT_PATCH;

import org.diffsynth.match.QuantizedLatents;

/**
 * The definition of {@link org.diffsynth.spi.PatchMatcher#matchLatents}: compares one pair of
 * patches after the other.
 */
public final class ReferenceLatentSearch {

  private static final int RADIUS = LATENT_PATCH / 2;
  private static final int CHANNELS = QuantizedLatents.CHANNELS;

  private final int width;
  private final int height;
  private final byte[] source;
  private final byte[] target;

  /** Creates a search between latents of one size. */
  public ReferenceLatentSearch(QuantizedLatents source, QuantizedLatents target) {
    this.width = source.width();
    this.height = source.height();
    this.source = source.toBytes();
    this.target = target.toBytes();
  }

  /** Matches of the interior pixels of target rows {@code top} to {@code bottom} − 1. */
  public void rows(int top, int bottom, int[] field) {
    for (int y = top; y < bottom; y++) {
      for (int x = RADIUS; x < width - RADIUS; x++) {
        field[y * width + x] = nearest(x, y);
      }
    }
  }

  private int nearest(int x, int y) {
    int best = 0;
    int least = Integer.MAX_VALUE;
    for (int sourceY = RADIUS; sourceY < height - RADIUS; sourceY++) {
      for (int sourceX = RADIUS; sourceX < width - RADIUS; sourceX++) {
        int error = error(x, y, sourceX, sourceY);
        if (error < least) {
          least = error;
          best = pack(sourceX, sourceY);
        }
      }
    }
    return best;
  }

  /**
   * Returns the sum of squared differences of two patches; at most 100 · 255², which an int holds.
   */
  public int error(int x, int y, int sourceX, int sourceY) {
    int sum = 0;
    for (int dy = -RADIUS; dy <= RADIUS; dy++) {
      for (int dx = -RADIUS; dx <= RADIUS; dx++) {
        int t = CHANNELS * ((y + dy) * width + x + dx);
        int s = CHANNELS * ((sourceY + dy) * width + sourceX + dx);
        for (int channel = 0; channel < CHANNELS; channel++) {
          int difference = target[t + channel] - source[s + channel];
          sum += difference * difference;
        }
      }
    }
    return sum;
  }
}
