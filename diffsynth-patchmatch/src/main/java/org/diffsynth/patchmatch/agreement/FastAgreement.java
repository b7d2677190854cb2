package org.diffsynth.patchmatch.agreement;

import static org.diffsynth.match.NearestNeighborField.packedX;
import static org.diffsynth.match.NearestNeighborField.packedY;

import java.util.Arrays;
import java.util.List;
import org.diffsynth.patchmatch.engine.Texels;
import org.diffsynth.patchmatch.engine.WorkerPool;

/**
 * Computes {@link Agreement} row by row: each step runs over a whole row with the sources in the
 * outer loop, so that compilers turn the inner loops into vector instructions, and the 5 by 5 guide
 * errors are sums of sums along rows. The median comes from a sorting network, {@link
 * MedianNetwork}.
 */
final class FastAgreement implements Agreement {

  private final int width;
  private final int height;
  private final WorkerPool workers;
  private MedianNetwork network = new MedianNetwork(1);

  FastAgreement(int width, int height, WorkerPool workers) {
    this.width = width;
    this.height = height;
    this.workers = workers;
  }

  @Override
  public AgreedPicture of(List<AgreementSource> sources, int own) {
    if (network.count() != sources.size()) {
      network = new MedianNetwork(sources.size());
    }
    int size = width * height;
    AgreedPicture result =
        new AgreedPicture(new short[3 * size], new short[3 * size], new byte[size]);
    workers.runRows(height, (from, to) -> new Block(sources, own, from, to).agree(result));
    return result;
  }

  /** Some workers, with everything the sources offer there. */
  private final class Block {

    private final List<AgreementSource> sources;
    private final int own;
    private final int from;
    private final int to;
    private final float[][] weights;
    private final int[][][] offers;
    private final int[][] guides;
    private final int[][] sorted;
    private final int[] median;
    private final float[][] centre = new float[3][width];
    private final float[][] moved = new float[3][width];
    private final float[][] guideMoved = new float[3][width];
    private final float[] total = new float[width];

    Block(List<AgreementSource> sources, int own, int from, int to) {
      this.sources = sources;
      this.own = own;
      this.from = from;
      this.to = to;
      int count = sources.size();
      weights = new float[count][];
      offers = new int[count][3][width];
      guides = new int[count][width];
      sorted = new int[count][width];
      median = new int[width];
    }

    void agree(AgreedPicture result) {
      for (int s = 0; s < sources.size(); s++) {
        weights[s] = s == own ? new float[(to - from) * width] : weigh(sources.get(s));
      }
      weighOwn();
      for (int y = from; y < to; y++) {
        gather(y);
        findMedian();
        int first = (y - from) * width;
        for (int step = 1; step <= SHIFTS; step++) {
          shift(first, step == SHIFTS);
        }
        measureFlicker(first, y, result.flicker());
        write(y, result);
      }
    }

    /** The weights of one source in these rows. */
    private float[] weigh(AgreementSource source) {
      Texels target = sources.get(own).guide();
      int[] lines = new int[(to - from + 2 * ERROR_RADIUS) * width];
      int[] differences = new int[width];
      for (int k = 0; k < to - from + 2 * ERROR_RADIUS; k++) {
        int row = clamp(from + k - ERROR_RADIUS, height) * width;
        for (int x = 0; x < width; x++) {
          int match = source.field()[row + x];
          int found = source.guide().rgb()[packedY(match) * width + packedX(match)];
          differences[x] = Texels.squaredDifference(found, target.rgb()[row + x]);
        }
        for (int x = 0; x < width; x++) {
          int sum = 0;
          for (int dx = -ERROR_RADIUS; dx <= ERROR_RADIUS; dx++) {
            sum += differences[clamp(x + dx, width)];
          }
          lines[k * width + x] = sum;
        }
      }
      float[] result = new float[(to - from) * width];
      for (int i = 0; i < result.length; i++) {
        int error = 0;
        for (int k = 0; k <= 2 * ERROR_RADIUS; k++) {
          error += lines[i + k * width];
        }
        result[i] = HALF_WEIGHT / (HALF_WEIGHT + error);
      }
      return result;
    }

    private void weighOwn() {
      float[] result = weights[own];
      for (int i = 0; i < result.length; i++) {
        float best = LEAST_OWN_WEIGHT;
        for (int s = 0; s < weights.length; s++) {
          if (s != own) {
            best = Math.max(best, weights[s][i]);
          }
        }
        result[i] = best;
      }
    }

    private void gather(int y) {
      AgreementSource target = sources.get(own);
      for (int s = 0; s < sources.size(); s++) {
        AgreementSource source = sources.get(s);
        float[] weight = weights[s];
        int[][] offer = offers[s];
        for (int x = 0; x < width; x++) {
          int here = y * width + x;
          boolean lost = s == own || weight[(y - from) * width + x] < LOST;
          AgreementSource giver = lost ? target : source;
          int match = lost ? here : unpack(source.field()[here]);
          guides[s][x] = giver.guide().rgb()[match];
          offer[0][x] = giver.style()[3 * match] & 0xFFFF;
          offer[1][x] = giver.style()[3 * match + 1] & 0xFFFF;
          offer[2][x] = giver.style()[3 * match + 2] & 0xFFFF;
        }
      }
    }

    private int unpack(int match) {
      return packedY(match) * width + packedX(match);
    }

    private void findMedian() {
      for (int c = 0; c < 3; c++) {
        for (int s = 0; s < sorted.length; s++) {
          System.arraycopy(offers[s][c], 0, sorted[s], 0, width);
        }
        network.median(sorted, width, median);
        for (int x = 0; x < width; x++) {
          centre[c][x] = median[x];
        }
      }
    }

    /** One step of mean shift; the last one takes the guide along. */
    private void shift(int first, boolean last) {
      clear();
      for (int s = 0; s < offers.length; s++) {
        add(offers[s], weights[s], first);
        if (last) {
          addGuide(guides[s], offers[s], weights[s], first);
        }
      }
      for (int c = 0; c < 3; c++) {
        for (int x = 0; x < width; x++) {
          guideMoved[c][x] = guideMoved[c][x] / total[x];
          centre[c][x] = centre[c][x] + moved[c][x] / total[x];
        }
      }
    }

    private void clear() {
      for (int c = 0; c < 3; c++) {
        Arrays.fill(moved[c], 0f);
        Arrays.fill(guideMoved[c], 0f);
      }
      Arrays.fill(total, 0f);
    }

    private void add(int[][] offer, float[] weight, int first) {
      float[] red = centre[0];
      float[] green = centre[1];
      float[] blue = centre[2];
      for (int x = 0; x < width; x++) {
        float dr = offer[0][x] - red[x];
        float dg = offer[1][x] - green[x];
        float db = offer[2][x] - blue[x];
        float near = KERNEL / (KERNEL + (dr * dr + dg * dg + db * db));
        float vote = near * near * weight[first + x];
        total[x] += vote;
        moved[0][x] += vote * dr;
        moved[1][x] += vote * dg;
        moved[2][x] += vote * db;
      }
    }

    /** As {@link #add}, from the centre before the step, for the guide's 8-bit samples. */
    private void addGuide(int[] guide, int[][] offer, float[] weight, int first) {
      for (int x = 0; x < width; x++) {
        float dr = offer[0][x] - centre[0][x];
        float dg = offer[1][x] - centre[1][x];
        float db = offer[2][x] - centre[2][x];
        float near = KERNEL / (KERNEL + (dr * dr + dg * dg + db * db));
        float vote = near * near * weight[first + x];
        guideMoved[0][x] += vote * Texels.red(guide[x]);
        guideMoved[1][x] += vote * Texels.green(guide[x]);
        guideMoved[2][x] += vote * Texels.blue(guide[x]);
      }
    }

    private void measureFlicker(int first, int y, byte[] flicker) {
      float[] distance = moved[0];
      Arrays.fill(distance, 0f);
      Arrays.fill(total, 0f);
      for (int s = 0; s < offers.length; s++) {
        int[][] offer = offers[s];
        float[] weight = weights[s];
        for (int x = 0; x < width; x++) {
          float dr = offer[0][x] - centre[0][x];
          float dg = offer[1][x] - centre[1][x];
          float db = offer[2][x] - centre[2][x];
          distance[x] += weight[first + x] * (dr * dr + dg * dg + db * db);
          total[x] += weight[first + x];
        }
      }
      for (int x = 0; x < width; x++) {
        float mean = distance[x] / total[x];
        flicker[y * width + x] = (byte) (int) (FLICKER_ONE * (mean / (mean + HALF_FLICKER)) + 0.5f);
      }
    }

    private void write(int y, AgreedPicture result) {
      for (int x = 0, i = 3 * y * width; x < width; x++) {
        for (int c = 0; c < 3; c++, i++) {
          result.picture()[i] = (short) (int) (centre[c][x] + 0.5f);
          result.guide()[i] = (short) (int) (guideMoved[c][x] * 257f + 0.5f);
        }
      }
    }
  }

  private static int clamp(int value, int size) {
    return Math.min(Math.max(value, 0), size - 1);
  }
}
