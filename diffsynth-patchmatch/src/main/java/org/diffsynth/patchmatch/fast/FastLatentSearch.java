package org.diffsynth.patchmatch.fast;

import static org.diffsynth.match.NearestNeighborField.pack;
import static org.diffsynth.spi.PatchMatcher.LATENT_PATCH;

import java.util.Arrays;
import org.diffsynth.match.QuantizedLatents;

/**
 * The search of {@link org.diffsynth.patchmatch.reference.ReferenceLatentSearch} for a band of
 * target rows, in less time, with the same result. It goes offset by offset: the errors of the
 * columns of a patch are carried from row to row, and the errors of patches from column to column.
 * All errors are integers and exact.
 */
final class FastLatentSearch {

  private static final int RADIUS = LATENT_PATCH / 2;
  private static final int CHANNELS = QuantizedLatents.CHANNELS;

  private final int width;
  private final int height;
  private final int top;
  private final int bottom;
  private final int[] source;
  private final int[] target;
  private final int[] columns;
  private final int[] least;

  /**
   * Creates a search for the target rows from {@code top} to {@code bottom} − 1. All rows must be
   * at least the patch radius away from the edges.
   */
  FastLatentSearch(QuantizedLatents source, QuantizedLatents target, int top, int bottom) {
    this.width = source.width();
    this.height = source.height();
    this.top = top;
    this.bottom = bottom;
    this.source = ints(source);
    this.target = ints(target);
    this.columns = new int[width];
    this.least = new int[width * (bottom - top)];
  }

  private static int[] ints(QuantizedLatents latents) {
    byte[] bytes = latents.toBytes();
    int[] ints = new int[bytes.length];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = bytes[i];
    }
    return ints;
  }

  /**
   * Writes the matches of the band's interior pixels. Offsets are tried in the reading order of
   * where they lead, so the first of equals stays.
   */
  void search(int[] field) {
    Arrays.fill(least, Integer.MAX_VALUE);
    for (int dy = RADIUS - (bottom - 1); dy < height - RADIUS - top; dy++) {
      int first = Math.max(top, RADIUS - dy);
      int end = Math.min(bottom, height - RADIUS - dy);
      for (int dx = 2 * RADIUS + 1 - width; dx < width - 2 * RADIUS; dx++) {
        alongOffset(dx, dy, first, end, field);
      }
    }
  }

  private void alongOffset(int dx, int dy, int first, int end, int[] field) {
    int left = Math.max(0, -dx);
    int right = Math.min(width, width - dx);
    Arrays.fill(columns, left, right, 0);
    for (int y = first - RADIUS; y < first + RADIUS; y++) {
      addRow(y, dx, dy, left, right);
    }
    for (int y = first; y < end; y++) {
      addRow(y + RADIUS, dx, dy, left, right);
      tryRow(y, dx, dy, left, right, field);
      subtractRow(y - RADIUS, dx, dy, left, right);
    }
  }

  private void addRow(int y, int dx, int dy, int left, int right) {
    int t = CHANNELS * (y * width + left);
    int s = CHANNELS * ((y + dy) * width + left + dx);
    for (int x = left; x < right; x++, t += CHANNELS, s += CHANNELS) {
      columns[x] += difference(t, s);
    }
  }

  private void subtractRow(int y, int dx, int dy, int left, int right) {
    int t = CHANNELS * (y * width + left);
    int s = CHANNELS * ((y + dy) * width + left + dx);
    for (int x = left; x < right; x++, t += CHANNELS, s += CHANNELS) {
      columns[x] -= difference(t, s);
    }
  }

  private int difference(int t, int s) {
    int a = target[t] - source[s];
    int b = target[t + 1] - source[s + 1];
    int c = target[t + 2] - source[s + 2];
    int d = target[t + 3] - source[s + 3];
    return a * a + b * b + c * c + d * d;
  }

  private void tryRow(int y, int dx, int dy, int left, int right, int[] field) {
    int band = (y - top) * width;
    int error = 0;
    for (int x = left; x < left + 2 * RADIUS; x++) {
      error += columns[x];
    }
    for (int x = left + RADIUS; x < right - RADIUS; x++) {
      error += columns[x + RADIUS];
      if (error < least[band + x]) {
        least[band + x] = error;
        field[y * width + x] = pack(x + dx, y + dy);
      }
      error -= columns[x - RADIUS];
    }
  }
}
