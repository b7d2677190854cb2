package org.diffsynth.internal.shots;

/**
 * How well one thumbnail explains another after motion and a change of brightness.
 *
 * <p>The blocks of the frame with more texture are looked for in the other frame by normalised
 * cross-correlation ρ, which no gain or offset of a block changes: neither a fade, nor a flash, nor
 * a smooth blotch of flicker. A block weighs v / (v + {@value #NOISE}), where v is the variance of
 * its luma, so plain blocks hardly count and strong edges do not count more than other texture.
 *
 * @param unexplained weighted mean of 1 − ρ² over the blocks, 0 to 1: the share of texture that the
 *     other frame does not explain
 * @param texture mean weight of the blocks of the frame with more texture, 0 to 1
 * @param otherTexture mean weight of the blocks of the other frame
 * @param distance difference of the mean colours, in levels of 8 bits, largest channel
 * @param gain ratio of the contrast of the second frame to that of the first, by channel
 * @param firstMean mean of the first frame, by channel, in levels of 8 bits
 * @param secondMean mean of the second frame, by channel
 * @param matched share of the blocks' weight that match well, 0 to 1; gain and means are theirs
 */
record Likeness(
    float unexplained,
    float texture,
    float otherTexture,
    float distance,
    float[] gain,
    float[] firstMean,
    float[] secondMean,
    float matched) {

  private static final int BLOCK = 12;
  private static final int STEP = 8;
  private static final int REACH = 8;
  private static final float NOISE = 4f;
  private static final float PLAIN = 1f;
  private static final float BAR = 24f;
  private static final float GOOD = 0.8f;

  /** Compares two thumbnails of one size, the earlier frame first. */
  static Likeness of(Thumbnail first, Thumbnail second) {
    Area area = Area.common(first, second);
    float a = texture(first, area);
    float b = texture(second, area);
    return b >= a
        ? new Search(second, first, area, false).likeness(b, a)
        : new Search(first, second, area, true).likeness(a, b);
  }

  /** The part of the frames inside black bars that both share. */
  private record Area(int left, int top, int right, int bottom) {

    static Area common(Thumbnail a, Thumbnail b) {
      int top = 0;
      int bottom = a.height();
      int left = 0;
      int right = a.width();
      while (top < bottom && barRow(a, top) && barRow(b, top)) {
        top++;
      }
      while (bottom > top && barRow(a, bottom - 1) && barRow(b, bottom - 1)) {
        bottom--;
      }
      while (left < right && barColumn(a, left) && barColumn(b, left)) {
        left++;
      }
      while (right > left && barColumn(a, right - 1) && barColumn(b, right - 1)) {
        right--;
      }
      if (top > 0) {
        top++; // the tile that the edge of a bar cuts
      }
      if (bottom < a.height()) {
        bottom--;
      }
      if (left > 0) {
        left++;
      }
      if (right < a.width()) {
        right--;
      }
      boolean small = bottom - top < a.height() / 3 || right - left < a.width() / 3;
      return small ? new Area(0, 0, a.width(), a.height()) : new Area(left, top, right, bottom);
    }

    private static boolean barRow(Thumbnail frame, int y) {
      return isBar(frame, y * frame.width(), 1, frame.width());
    }

    private static boolean barColumn(Thumbnail frame, int x) {
      return isBar(frame, x, frame.width(), frame.height());
    }

    private static boolean isBar(Thumbnail frame, int start, int step, int count) {
      float least = Float.MAX_VALUE;
      float most = 0;
      for (int k = 0, i = start; k < count; k++, i += step) {
        least = Math.min(least, frame.luma()[i]);
        most = Math.max(most, frame.luma()[i]);
      }
      return most < BAR && most - least < 2;
    }
  }

  private static float texture(Thumbnail frame, Area area) {
    int size = Math.min(BLOCK, Math.min(area.right - area.left, area.bottom - area.top));
    float sum = 0;
    int blocks = 0;
    for (int y = area.top; y + size <= area.bottom; y += STEP) {
      for (int x = area.left; x + size <= area.right; x += STEP) {
        float s = 0;
        float ss = 0;
        for (int dy = 0; dy < size; dy++) {
          for (int dx = 0; dx < size; dx++) {
            float v = frame.luma()[(y + dy) * frame.width() + x + dx];
            s += v;
            ss += v * v;
          }
        }
        float n = size * size;
        float variance = Math.max(0, ss / n - s / n * (s / n));
        sum += variance / (variance + NOISE);
        blocks++;
      }
    }
    return sum / blocks;
  }

  /** A search for the blocks of one frame in another. */
  private static final class Search {

    private final Thumbnail frame;
    private final Thumbnail other;
    private final Area area;
    private final boolean frameIsFirst;
    private final int size;

    Search(Thumbnail frame, Thumbnail other, Area area, boolean frameIsFirst) {
      this.frame = frame;
      this.other = other;
      this.area = area;
      this.frameIsFirst = frameIsFirst;
      this.size = Math.min(BLOCK, Math.min(area.right - area.left, area.bottom - area.top));
    }

    Likeness likeness(float texture, float otherTexture) {
      int width = frame.width();
      double[] sa = prefix(other.luma(), other.luma(), false);
      double[] saa = prefix(other.luma(), other.luma(), true);
      float weights = 0;
      float lost = 0;
      float good = 0;
      double[] sums = new double[16];
      float n = size * size;
      float[] block = new float[size * size];
      float[] crosses = new float[2 * REACH + 1];
      for (int y = area.top; y + size <= area.bottom; y += STEP) {
        for (int x = area.left; x + size <= area.right; x += STEP) {
          float mean = 0;
          for (int dy = 0, k = 0; dy < size; dy++) {
            for (int dx = 0; dx < size; dx++, k++) {
              block[k] = frame.luma()[(y + dy) * width + x + dx];
              mean += block[k];
            }
          }
          mean /= n;
          float variance = 0;
          for (int k = 0; k < block.length; k++) {
            block[k] -= mean;
            variance += block[k] * block[k];
          }
          float weight = variance / (variance + NOISE * n);
          weights += weight;
          float best = 0;
          int bestAt = -1;
          int fromY = Math.max(area.top, y - REACH);
          int toY = Math.min(area.bottom - size, y + REACH);
          int fromX = Math.max(area.left, x - REACH);
          int toX = Math.min(area.right - size, x + REACH);
          for (int oy = fromY; oy <= toY; oy++) {
            correlate(block, oy * width + fromX, toX - fromX + 1, crosses);
            for (int ox = fromX; ox <= toX; ox++) {
              float cross = crosses[ox - fromX];
              if (cross <= 0) {
                continue;
              }
              double s = box(sa, ox, oy);
              float v = (float) (box(saa, ox, oy) - s * s / n);
              float rho2 = cross * cross / (variance * v + PLAIN * n * n * 0.01f + 1e-6f);
              if (rho2 > best) {
                best = rho2;
                bestAt = oy * width + ox;
              }
            }
          }
          best = Math.min(best, 1);
          lost += weight * (1 - best);
          if (best >= GOOD && weight > 0.3f) {
            good += weight;
            add(sums, y * width + x, bestAt);
          }
        }
      }
      float unexplained = weights > 0 ? lost / weights : 0;
      float[] gain = {1, 1, 1};
      float[] firstMean = new float[3];
      float[] secondMean = new float[3];
      for (int c = 0; c < 3 && sums[15] > 0; c++) {
        double f = sums[5 * c] / sums[15];
        double o = sums[5 * c + 1] / sums[15];
        double ff = Math.max(1e-9, sums[5 * c + 2] / sums[15] - f * f);
        double oo = Math.max(1e-9, sums[5 * c + 3] / sums[15] - o * o);
        double g = Math.sqrt(frameIsFirst ? oo / ff : ff / oo);
        gain[c] = (float) g;
        firstMean[c] = (float) (frameIsFirst ? f : o);
        secondMean[c] = (float) (frameIsFirst ? o : f);
      }
      return new Likeness(
          unexplained,
          texture,
          otherTexture,
          distance(frame, other),
          gain,
          firstMean,
          secondMean,
          weights > 0 ? good / weights : 0);
    }

    /**
     * Computes the sums of products of a block with blocks of the other frame that lie beside each
     * other. Four sums at a time do not wait for each other, which takes a third of the time.
     *
     * @param from index of the first of these blocks' first pixel
     */
    private void correlate(float[] block, int from, int count, float[] crosses) {
      float[] luma = other.luma();
      int width = frame.width();
      int first = 0;
      for (; first + 4 <= count; first += 4) {
        float cross0 = 0;
        float cross1 = 0;
        float cross2 = 0;
        float cross3 = 0;
        for (int dy = 0, k = 0; dy < size; dy++) {
          int at = from + first + dy * width;
          for (int end = at + size; at < end; at++, k++) {
            float sample = block[k];
            cross0 += sample * luma[at];
            cross1 += sample * luma[at + 1];
            cross2 += sample * luma[at + 2];
            cross3 += sample * luma[at + 3];
          }
        }
        crosses[first] = cross0;
        crosses[first + 1] = cross1;
        crosses[first + 2] = cross2;
        crosses[first + 3] = cross3;
      }
      for (; first < count; first++) {
        float cross = 0;
        for (int dy = 0, k = 0; dy < size; dy++) {
          int at = from + first + dy * width;
          for (int end = at + size; at < end; at++, k++) {
            cross += block[k] * luma[at];
          }
        }
        crosses[first] = cross;
      }
    }

    private void add(double[] sums, int at, int otherAt) {
      for (int c = 0; c < 3; c++) {
        for (int dy = 0; dy < size; dy++) {
          for (int dx = 0; dx < size; dx++) {
            float f = frame.rgb()[c][at + dy * frame.width() + dx];
            float o = other.rgb()[c][otherAt + dy * frame.width() + dx];
            sums[5 * c] += f;
            sums[5 * c + 1] += o;
            sums[5 * c + 2] += f * f;
            sums[5 * c + 3] += o * o;
          }
        }
      }
      sums[15] += size * size;
    }

    private double[] prefix(float[] a, float[] b, boolean squared) {
      int w = frame.width();
      int h = frame.height();
      double[] sum = new double[(w + 1) * (h + 1)];
      for (int y = 0; y < h; y++) {
        double row = 0;
        for (int x = 0; x < w; x++) {
          float v = a[y * w + x];
          row += squared ? (double) v * b[y * w + x] : v;
          sum[(y + 1) * (w + 1) + x + 1] = sum[y * (w + 1) + x + 1] + row;
        }
      }
      return sum;
    }

    private double box(double[] sum, int x, int y) {
      int w = frame.width() + 1;
      return sum[(y + size) * w + x + size]
          - sum[y * w + x + size]
          - sum[(y + size) * w + x]
          + sum[y * w + x];
    }

    private static float distance(Thumbnail a, Thumbnail b) {
      float most = 0;
      for (int c = 0; c < 3; c++) {
        float difference = 0;
        for (int i = 0; i < a.luma().length; i++) {
          difference += a.rgb()[c][i] - b.rgb()[c][i];
        }
        most = Math.max(most, Math.abs(difference / a.luma().length));
      }
      return most;
    }
  }
}
