package org.diffsynth.onnx.internal.vae;

import java.util.Arrays;

/**
 * How one side of a picture is cut into tiles, and how much each tile counts at each place. Tiles
 * have one length and are spread evenly; the outer quarter of an overlap counts nothing, and over
 * the half between a tile fades in. At each place the weights of all tiles add up to 1.
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
   * Cuts a side.
   *
   * @param overlap at least so much of each tile is in the next, a multiple of 4 and at most half a
   *     tile
   */
  static TileAxis of(int length, int tile, int overlap) {
    if (length <= tile) {
      return new TileAxis(length, length, 0, new int[] {0});
    }
    int fresh = tile - overlap;
    int count = (length - overlap + fresh - 1) / fresh;
    int[] starts = new int[count];
    for (int i = 0; i < count; i++) {
      starts[i] = (int) ((long) i * (length - tile) / (count - 1));
    }
    return new TileAxis(length, tile, overlap, starts);
  }

  int count() {
    return starts.length;
  }

  int tile() {
    return tile;
  }

  int start(int number) {
    return starts[number];
  }

  /**
   * Weights of a tile's samples.
   *
   * @param samples how many samples lie in one unit of length
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

  /** The part of the whole side that a tile stands for. */
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

  /** From 0, a quarter of the overlap from the tile's edge, to 1 three quarters from it. */
  private double ramp(double fromEdge) {
    return Math.max(0, Math.min(1, (fromEdge - overlap / 4.0) / (overlap / 2.0)));
  }

  @Override
  public String toString() {
    return tile + " of " + length + " at " + Arrays.toString(starts);
  }
}
