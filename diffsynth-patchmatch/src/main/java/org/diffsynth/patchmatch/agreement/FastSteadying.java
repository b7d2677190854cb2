package org.diffsynth.patchmatch.agreement;

import java.util.Arrays;
import java.util.List;
import org.diffsynth.patchmatch.engine.Texels;
import org.diffsynth.patchmatch.engine.WorkerPool;

/**
 * Computes {@link Steadying} neighbour by neighbour, with running box sums and rows shared out
 * among threads.
 */
final class FastSteadying implements Steadying {

  private static final int[] BINOMIAL = {1, 4, 6, 4, 1};

  private final int width;
  private final int height;
  private final WorkerPool workers;
  private final BoxSum boxes;
  private final int[] errors;
  private final int[] before;
  private final int[] after;

  FastSteadying(int width, int height, WorkerPool workers, BoxSum boxes) {
    this.width = width;
    this.height = height;
    this.workers = workers;
    this.boxes = boxes;
    errors = new int[width * height];
    before = new int[width * height];
    after = new int[width * height];
  }

  @Override
  public short[] of(
      Texels guide, short[] picture, byte[] boost, List<SteadyingNeighbour> neighbours) {
    short[] mean = average(guide, picture, neighbours);
    measureDetail(picture, before);
    measureDetail(mean, after);
    short[] finished = new short[mean.length];
    workers.runRows(
        height,
        (from, to) -> {
          int[] blur = new int[3];
          for (int y = from; y < to; y++) {
            for (int x = 0; x < width; x++) {
              int i = y * width + x;
              float gain = Steadying.gain(before[i], after[i], boost[i] & 0xFF);
              blur(mean, x, y, blur);
              for (int c = 0; c < 3; c++) {
                int value = mean[3 * i + c] & 0xFFFF;
                float detail = value - blur[c] * (1 / 256f);
                finished[3 * i + c] = Samples.round(value + (gain - 1) * detail);
              }
            }
          }
        });
    return finished;
  }

  private short[] average(Texels guide, short[] picture, List<SteadyingNeighbour> neighbours) {
    float[] sums = new float[picture.length];
    float[] totals = new float[errors.length];
    Arrays.fill(totals, 1f);
    for (SteadyingNeighbour neighbour : neighbours) {
      measureErrors(guide, neighbour);
      workers.runRows(height, (from, to) -> add(picture, neighbour, sums, totals, from, to));
    }
    short[] mean = new short[picture.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = Samples.round((picture[i] & 0xFFFF) + sums[i] / totals[i / 3]);
    }
    return mean;
  }

  private void measureErrors(Texels guide, SteadyingNeighbour neighbour) {
    workers.runRows(
        height,
        (from, to) -> {
          CubicSampler sampler = new CubicSampler(width, height);
          float[] found = new float[3];
          for (int y = from; y < to; y++) {
            for (int x = 0; x < width; x++) {
              int i = y * width + x;
              sampler.moveTo(x, y, neighbour.motion().dx(i), neighbour.motion().dy(i));
              sampler.read(neighbour.guide(), found);
              errors[i] = Steadying.guideError(found, guide.rgb()[i]);
            }
          }
        });
    boxes.apply(errors, ERROR_RADIUS);
  }

  private void add(
      short[] picture,
      SteadyingNeighbour neighbour,
      float[] sums,
      float[] totals,
      int from,
      int to) {
    CubicSampler sampler = new CubicSampler(width, height);
    float[] found = new float[3];
    for (int y = from; y < to; y++) {
      for (int x = 0; x < width; x++) {
        int i = y * width + x;
        sampler.moveTo(x, y, neighbour.motion().dx(i), neighbour.motion().dy(i));
        sampler.read(neighbour.picture(), found);
        float weight = HALF_WEIGHT / (HALF_WEIGHT + errors[i]);
        totals[i] += weight;
        for (int c = 0; c < 3; c++) {
          sums[3 * i + c] += weight * (found[c] - (picture[3 * i + c] & 0xFFFF));
        }
      }
    }
  }

  /** The energy of the finest detail of the three samples' mean, summed over the square. */
  private void measureDetail(short[] picture, int[] energy) {
    workers.runRows(
        height,
        (from, to) -> {
          int[] blur = new int[3];
          for (int y = from; y < to; y++) {
            for (int x = 0; x < width; x++) {
              int i = 3 * (y * width + x);
              blur(picture, x, y, blur);
              int sum =
                  (picture[i] & 0xFFFF) + (picture[i + 1] & 0xFFFF) + (picture[i + 2] & 0xFFFF);
              energy[i / 3] = Steadying.energy(sum, blur[0] + blur[1] + blur[2]);
            }
          }
        });
    boxes.apply(energy, CONTRAST_RADIUS);
  }

  /** 256 times the mean by 1-4-6-4-1 in both directions. */
  private void blur(short[] picture, int x, int y, int[] blur) {
    blur[0] = blur[1] = blur[2] = 0;
    for (int dy = -2; dy <= 2; dy++) {
      int line = Math.min(Math.max(y + dy, 0), height - 1) * width;
      for (int dx = -2; dx <= 2; dx++) {
        int at = 3 * (line + Math.min(Math.max(x + dx, 0), width - 1));
        int weight = BINOMIAL[dy + 2] * BINOMIAL[dx + 2];
        blur[0] += weight * (picture[at] & 0xFFFF);
        blur[1] += weight * (picture[at + 1] & 0xFFFF);
        blur[2] += weight * (picture[at + 2] & 0xFFFF);
      }
    }
  }
}
