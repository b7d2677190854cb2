package org.diffsynth.onnx.internal.vae;

import java.util.Arrays;

/**
 * The tiles along one side of an image and their blending weights. All tiles have the same length
 * and are spread evenly. Where two tiles overlap, the outer quarter of the overlap has weight 0,
 * because samples near the edge of a tile lack context, and the weight rises linearly over the
 * middle half. At every position the weights of all tiles add up to 1.
 */
final class TileAxis {
  private final int length;
  private final int tile;
  private final int overlap;
  private final int[] starts;

  private TileAxis(int length, int tile, int overlap, int[] starts) {
    this.length = length;
    this.tile = tile;
    this.overlap = overlap;
    this.starts = starts;
  }

  /**
   * Spreads tiles over a side.
   *
   * @param length length of the side; a side of at most one tile gets a single tile of its length
   * @param tile length of a tile
   * @param overlap minimum overlap of neighbouring tiles; a multiple of 4, at most half a tile
   */
  static TileAxis of(int length, int tile, int overlap) {
    if (length <= tile) {
      return new TileAxis(length, length, 0, new int[] {0});
    }
    int stride = tile - overlap;
    int count = (length - overlap + stride - 1) / stride;
    int[] starts = new int[count];
    for (int i = 0; i < count; i++) {
      starts[i] = (int) ((long) i * (length - tile) / (count - 1));
    }
    return new TileAxis(length, tile, overlap, starts);
  }

  /** Returns the length of the whole side. */
  int length() {
    return length;
  }

  /** Returns the number of tiles. */
  int count() {
    return starts.length;
  }

  /** Returns the length of a tile. */
  int tile() {
    return tile;
  }

  /** Returns the position of the first unit of a tile; tiles are counted from 0. */
  int start(int number) {
    return starts[number];
  }

  /**
   * Returns the blending weights of the samples along a tile.
   *
   * @param number the tile, counted from 0
   * @param samples number of samples in one unit of length
   */
  float[] weights(int number, int samples) {
    float[] weights = new float[tile * samples];
    for (int i = 0; i < weights.length; i++) {
      double at = starts[number] + (i + 0.5) / samples;
      double sum = 0;
      for (int other = 0; other < starts.length; other++) {
        sum += raw(other, at);
      }
      weights[i] = (float) (raw(number, at) / sum);
    }
    return weights;
  }

  /** Returns the part of the whole side that a tile stands for. All shares add up to 1. */
  double share(int number) {
    double sum = 0;
    for (float weight : weights(number, 1)) {
      sum += weight;
    }
    return sum / length;
  }

  private double raw(int number, double at) {
    double begin = starts[number];
    double end = begin + tile;
    if (at < begin || at > end) {
      return 0;
    }
    double rise = begin == 0 ? 1 : ramp(at - begin);
    double fall = end == length ? 1 : ramp(end - at);
    return Math.min(rise, fall);
  }

  /** Rises from 0 at a quarter of the overlap to 1 at three quarters. */
  private double ramp(double fromEdge) {
    return Math.max(0, Math.min(1, (fromEdge - overlap / 4.0) / (overlap / 2.0)));
  }

  @Override
  public String toString() {
    return tile + " of " + length + " at " + Arrays.toString(starts);
  }
}
