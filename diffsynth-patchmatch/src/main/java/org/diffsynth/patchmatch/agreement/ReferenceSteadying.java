package org.diffsynth.patchmatch.agreement;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.diffsynth.patchmatch.engine.Texels;
import org.diffsynth.patchmatch.engine.WorkerPool;

/** The definition of {@link Steadying}: one pixel after the other. */
final class ReferenceSteadying implements Steadying {

  private static final int[] BINOMIAL = {1, 4, 6, 4, 1};

  private final int width;
  private final int height;
  private final WorkerPool workers;
  private final BoxSum boxes;

  ReferenceSteadying(int width, int height, WorkerPool workers) {
    this.width = width;
    this.height = height;
    this.workers = workers;
    this.boxes = new ReferenceBoxSum(width, height, workers);
  }

  @Override
  public short[] of(
      Texels guide,
      short[] picture,
      byte[] boost,
      SharedDetail shared,
      List<SteadyingNeighbour> neighbours) {
    List<int[]> errors = new ArrayList<>();
    for (SteadyingNeighbour neighbour : neighbours) {
      errors.add(errors(guide, neighbour));
    }
    short[] mean = new short[picture.length];
    forEachPixel(i -> average(picture, neighbours, errors, i, mean));
    int[] before = energy(picture);
    int[] after = energy(mean);
    float[] most = limits(shared, mean);
    short[] finished = new short[mean.length];
    forEachPixel(
        i -> {
          float gain = Steadying.gain(before[i], after[i], boost[i] & 0xFF);
          gain = Math.min(gain, most[i]);
          for (int c = 0; c < 3; c++) {
            int value = mean[3 * i + c] & 0xFFFF;
            float detail = value - blur256(mean, i, c) * (1 / 256f);
            finished[3 * i + c] = Samples.round(value + (gain - 1) * detail);
          }
        });
    return finished;
  }

  /** The largest gain of each pixel. */
  private float[] limits(SharedDetail shared, short[] mean) {
    float[] cells = shared.mostGains(StyleDetail.finestEnergy(mean, width, height, workers, boxes));
    float[] limits = new float[width * height];
    float[] row = new float[width];
    for (int y = 0; y < height; y++) {
      shared.interpolate(cells, y, row);
      System.arraycopy(row, 0, limits, y * width, width);
    }
    return limits;
  }

  private void forEachPixel(IntConsumer work) {
    workers.runRows(
        height,
        (from, to) -> {
          for (int i = from * width; i < to * width; i++) {
            work.accept(i);
          }
        });
  }

  private int[] errors(Texels guide, SteadyingNeighbour neighbour) {
    int[] errors = new int[width * height];
    forEachPixel(
        i -> {
          float[] found = new float[3];
          moved(neighbour, i).read(neighbour.guide(), found);
          errors[i] = Steadying.guideError(found, guide.rgb()[i]);
        });
    boxes.apply(errors, ERROR_RADIUS);
    return errors;
  }

  private CubicSampler moved(SteadyingNeighbour neighbour, int i) {
    CubicSampler sampler = new CubicSampler(width, height);
    sampler.moveTo(i % width, i / width, neighbour.motion().dx(i), neighbour.motion().dy(i));
    return sampler;
  }

  private void average(
      short[] picture,
      List<SteadyingNeighbour> neighbours,
      List<int[]> errors,
      int i,
      short[] mean) {
    float[] found = new float[3];
    float[] sum = new float[3];
    float total = 1;
    for (int k = 0; k < neighbours.size(); k++) {
      moved(neighbours.get(k), i).read(neighbours.get(k).picture(), found);
      float weight = HALF_WEIGHT / (HALF_WEIGHT + errors.get(k)[i]);
      total += weight;
      for (int c = 0; c < 3; c++) {
        sum[c] += weight * (found[c] - (picture[3 * i + c] & 0xFFFF));
      }
    }
    for (int c = 0; c < 3; c++) {
      mean[3 * i + c] = Samples.round((picture[3 * i + c] & 0xFFFF) + sum[c] / total);
    }
  }

  private int[] energy(short[] picture) {
    int[] energy = new int[width * height];
    forEachPixel(
        i -> {
          int samples = 0;
          int blurs = 0;
          for (int c = 0; c < 3; c++) {
            samples += picture[3 * i + c] & 0xFFFF;
            blurs += blur256(picture, i, c);
          }
          energy[i] = Steadying.energy(samples, blurs);
        });
    boxes.apply(energy, CONTRAST_RADIUS);
    return energy;
  }

  /** 256 times the mean of a channel by 1-4-6-4-1 in both directions. */
  private int blur256(short[] picture, int i, int channel) {
    int sum = 0;
    for (int dy = -2; dy <= 2; dy++) {
      int y = Math.min(Math.max(i / width + dy, 0), height - 1);
      for (int dx = -2; dx <= 2; dx++) {
        int x = Math.min(Math.max(i % width + dx, 0), width - 1);
        int sample = picture[3 * (y * width + x) + channel] & 0xFFFF;
        sum += BINOMIAL[dy + 2] * BINOMIAL[dx + 2] * sample;
      }
    }
    return sum;
  }
}
