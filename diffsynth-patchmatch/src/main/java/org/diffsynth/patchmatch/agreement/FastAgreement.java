package org.diffsynth.patchmatch.agreement;

import static org.diffsynth.match.NearestNeighborField.packedX;
import static org.diffsynth.match.NearestNeighborField.packedY;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.diffsynth.patchmatch.engine.WorkerPool;

/**
 * Computes {@link Agreement} row by row: it collects what all sources offer for one row, and leaves
 * the arithmetic over the row to {@link AgreementKernels}. The median comes from exchanges in a
 * fixed order, {@link MedianNetwork}.
 *
 * <p>The guide error of a row needs the rows around it. Each thread therefore works down a band of
 * rows and keeps the line sums of the last five in a ring.
 */
final class FastAgreement implements Agreement {

  /** Rows of a band. More waste less on the rows around a band; fewer share out better. */
  private static final int BAND = 24;

  private static final int RING = 2 * ERROR_RADIUS + 1;

  private final int width;
  private final int height;
  private final WorkerPool workers;
  private final AgreementKernels kernels;
  private final Queue<Band> spare = new ConcurrentLinkedQueue<>();
  private MedianNetwork network = new MedianNetwork(1);

  FastAgreement(int width, int height, WorkerPool workers, AgreementKernels kernels) {
    this.width = width;
    this.height = height;
    this.workers = workers;
    this.kernels = kernels;
  }

  @Override
  public AgreedPicture of(List<AgreementSource> sources, int own) {
    if (network.count() != sources.size()) {
      network = new MedianNetwork(sources.size());
      spare.clear();
    }
    int size = width * height;
    AgreedPicture result =
        new AgreedPicture(new short[3 * size], new short[3 * size], new byte[size]);
    workers.run(
        (height + BAND - 1) / BAND,
        band -> {
          Band borrowed = spare.poll();
          Band rows = borrowed != null ? borrowed : new Band(sources.size());
          rows.agree(sources, own, band * BAND, Math.min((band + 1) * BAND, height), result);
          spare.add(rows);
        });
    return result;
  }

  /** Buffers for the rows of a band; used for one band after the other. */
  private final class Band {

    private final int[][][] pixels;
    private final int[][][] found;
    private final int[][][] errors;
    private final float[][] weights;
    private final short[][][] offers;
    private final int[][] guides;
    private final short[][] sorted;
    private final int[] scratch = new int[width + AgreementKernels.PADDING + 2 * ERROR_RADIUS];
    private final int[][] around = new int[RING][];
    private final float[][] centre = new float[3][width + AgreementKernels.PADDING];
    private final float[][] guide = new float[3][width + AgreementKernels.PADDING];
    private final float[] distance = new float[width + AgreementKernels.PADDING];
    private List<AgreementSource> sources;
    private int own;

    Band(int count) {
      int row = width + AgreementKernels.PADDING;
      pixels = new int[count][RING][width];
      found = new int[count][RING][row];
      errors = new int[count][RING][row];
      weights = new float[count][row];
      offers = new short[count][3][row];
      guides = new int[count][row];
      sorted = new short[count][row];
    }

    void agree(
        List<AgreementSource> newSources, int newOwn, int from, int to, AgreedPicture result) {
      sources = newSources;
      own = newOwn;
      int measured = Math.max(0, from - ERROR_RADIUS);
      for (int y = from; y < to; y++) {
        for (; measured <= Math.min(y + ERROR_RADIUS, height - 1); measured++) {
          measure(measured);
        }
        weigh(y);
        gather(y);
        for (int c = 0; c < 3; c++) {
          findMedian(c);
        }
        for (int step = 1; step <= SHIFTS; step++) {
          kernels.shift(offers, weights, step == SHIFTS ? guides : null, width, centre, guide);
        }
        kernels.distances(offers, weights, width, centre, distance);
        write(y, result);
      }
      sources = null;
    }

    /** Reads the guides of all sources for one row of the target, and sums their errors. */
    private void measure(int y) {
      int[] target = sources.get(own).guide().rgb();
      for (int s = 0; s < sources.size(); s++) {
        if (s != own) {
          int[] row = found[s][y % RING];
          int[] pixelRow = pixels[s][y % RING];
          sources.get(s).field().readRow(y, pixelRow, 0);
          readGuide(sources.get(s).guide().rgb(), pixelRow, row);
          kernels.lineErrors(row, target, y * width, width, scratch, errors[s][y % RING]);
        }
      }
    }

    /** Reads the guide at a row of matches, which become indices of pixels. */
    private void readGuide(int[] rgb, int[] matchRow, int[] row) {
      for (int x = 0; x < width; x++) {
        int pixel = packedY(matchRow[x]) * width + packedX(matchRow[x]);
        matchRow[x] = pixel;
        row[x] = rgb[pixel];
      }
    }

    private void weigh(int y) {
      for (int s = 0; s < sources.size(); s++) {
        if (s != own) {
          for (int k = 0; k < RING; k++) {
            int row = Math.min(Math.max(y + k - ERROR_RADIUS, 0), height - 1);
            around[k] = errors[s][row % RING];
          }
          kernels.weights(around, width, weights[s]);
        }
      }
      kernels.ownWeights(weights, own, width, weights[own]);
    }

    private void gather(int y) {
      AgreementSource target = sources.get(own);
      int start = y * width;
      for (int s = 0; s < sources.size(); s++) {
        if (s == own) {
          for (int x = 0; x < width; x++) {
            offer(s, x, target.style(), start + x);
          }
          System.arraycopy(target.guide().rgb(), start, guides[s], 0, width);
        } else {
          gather(s, start, target, found[s][y % RING], pixels[s][y % RING]);
        }
      }
    }

    private void gather(int s, int start, AgreementSource target, int[] foundRow, int[] pixelRow) {
      sources.get(s).style().read(pixelRow, width, offers[s]);
      float[] weight = weights[s];
      int[] guideRow = guides[s];
      System.arraycopy(foundRow, 0, guideRow, 0, width);
      for (int x = 0; x < width; x++) {
        if (weight[x] < LOST) {
          guideRow[x] = target.guide().rgb()[start + x];
          offer(s, x, target.style(), start + x);
        }
      }
    }

    private void offer(int s, int x, StyleSamples style, int pixel) {
      short[][] offer = offers[s];
      offer[0][x] = (short) (style.at(3 * pixel) ^ 0x8000);
      offer[1][x] = (short) (style.at(3 * pixel + 1) ^ 0x8000);
      offer[2][x] = (short) (style.at(3 * pixel + 2) ^ 0x8000);
    }

    private void findMedian(int channel) {
      kernels.median(network, offers, channel, width, sorted, centre[channel]);
    }

    private void write(int y, AgreedPicture result) {
      for (int x = 0, i = 3 * y * width; x < width; x++) {
        for (int c = 0; c < 3; c++, i++) {
          result.picture()[i] = (short) (int) (centre[c][x] + 0.5f);
          result.guide()[i] = (short) (int) (guide[c][x] * 257f + 0.5f);
        }
        float mean = distance[x];
        result.flicker()[y * width + x] =
            (byte) (int) (FLICKER_ONE * (mean / (mean + HALF_FLICKER)) + 0.5f);
      }
    }
  }
}
