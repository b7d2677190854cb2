package org.diffsynth.patchmatch.agreement;

import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.diffsynth.patchmatch.agreement.MovedRows.PackedPicture;
import org.diffsynth.patchmatch.agreement.MovedRows.Sums;
import org.diffsynth.patchmatch.engine.Texels;
import org.diffsynth.patchmatch.engine.WorkerPool;

/**
 * Computes {@link Steadying} neighbour by neighbour, with running box sums, blurs in one direction
 * after the other, and rows shared out among threads. Planes are kept from frame to frame.
 */
final class FastSteadying implements Steadying {

  /** Rows of a band. More waste less on the rows around a band; fewer share out better. */
  private static final int BAND = 24;

  private final int width;
  private final int height;
  private final WorkerPool workers;
  private final BoxSum boxes;
  private final Supplier<MovedRows> makeRows;
  private final Queue<MovedRows> spareRows = new ConcurrentLinkedQueue<>();
  private final int[] errors;
  private final int[] before;
  private final int[] after;
  private final short[] mean;
  private final Sums sums;
  private final PackedPicture own;
  private final PackedPicture moved;

  FastSteadying(
      int width, int height, WorkerPool workers, BoxSum boxes, Supplier<MovedRows> makeRows) {
    this.width = width;
    this.height = height;
    this.workers = workers;
    this.boxes = boxes;
    this.makeRows = makeRows;
    int size = width * height;
    own = new PackedPicture(new int[size], new int[size]);
    moved = new PackedPicture(new int[size], new int[size]);
    errors = new int[size];
    before = new int[size];
    after = new int[size];
    mean = new short[3 * size];
    sums = new Sums(new float[size], new float[size], new float[size], new float[size]);
  }

  @Override
  public short[] of(
      Texels guide,
      short[] picture,
      byte[] boost,
      SharedDetail shared,
      List<SteadyingNeighbour> neighbours) {
    average(guide, picture, neighbours);
    measureDetail(picture, before);
    measureDetail(mean, after);
    float[] most = shared.mostGains(StyleDetail.finestEnergy(mean, width, height, workers, boxes));
    short[] finished = new short[mean.length];
    workers.run(
        (height + BAND - 1) / BAND,
        band ->
            new BinomialBlur(width, height, 3)
                .apply(
                    band * BAND,
                    Math.min((band + 1) * BAND, height),
                    (y, row, first) -> readSamples(mean, y, row, first),
                    (y, blur) -> finish(y, blur, boost, shared, most, finished)));
    return finished;
  }

  private void average(Texels guide, short[] picture, List<SteadyingNeighbour> neighbours) {
    pack(picture, own);
    workers.runRows(height, this::clear);
    for (SteadyingNeighbour neighbour : neighbours) {
      pack(neighbour.picture(), moved);
      forRows((rows, y) -> rows.errors(guide.rgb(), neighbour, y, errors));
      boxes.apply(errors, ERROR_RADIUS);
      forRows((rows, y) -> rows.add(own, moved, neighbour.motion(), y, errors, sums));
    }
    workers.runRows(height, this::writeMean);
  }

  /** Packs a picture. Packing each neighbour again costs less than keeping all of them packed. */
  private void pack(short[] samples, PackedPicture result) {
    workers.runRows(
        height,
        (from, to) -> {
          for (int i = from * width; i < to * width; i++) {
            result.redGreen()[i] = samples[3 * i] & 0xFFFF | samples[3 * i + 1] << 16;
            result.blue()[i] = samples[3 * i + 2] & 0xFFFF;
          }
        });
  }

  private interface RowTask {
    void run(MovedRows rows, int y);
  }

  private void forRows(RowTask task) {
    workers.runRows(
        height,
        (from, to) -> {
          MovedRows spare = spareRows.poll();
          MovedRows rows = spare != null ? spare : makeRows.get();
          for (int y = from; y < to; y++) {
            task.run(rows, y);
          }
          spareRows.add(rows);
        });
  }

  private void clear(int from, int to) {
    Arrays.fill(sums.total(), from * width, to * width, 1f);
    Arrays.fill(sums.red(), from * width, to * width, 0f);
    Arrays.fill(sums.green(), from * width, to * width, 0f);
    Arrays.fill(sums.blue(), from * width, to * width, 0f);
  }

  private void writeMean(int from, int to) {
    for (int i = from * width; i < to * width; i++) {
      float total = sums.total()[i];
      mean[3 * i] = Samples.round(own.red(i) + sums.red()[i] / total);
      mean[3 * i + 1] = Samples.round(own.green(i) + sums.green()[i] / total);
      mean[3 * i + 2] = Samples.round(own.blue(i) + sums.blue()[i] / total);
    }
  }

  /** The energy of the finest detail of the three samples' mean, summed over the square. */
  private void measureDetail(short[] picture, int[] energy) {
    workers.run(
        (height + BAND - 1) / BAND,
        band ->
            new BinomialBlur(width, height, 1)
                .apply(
                    band * BAND,
                    Math.min((band + 1) * BAND, height),
                    (y, row, first) -> readBrightness(picture, y, row, first),
                    (y, blur) -> measure(picture, y, blur, energy)));
    boxes.apply(energy, CONTRAST_RADIUS);
  }

  private void readBrightness(short[] picture, int y, int[] row, int first) {
    for (int x = 0, i = 3 * y * width; x < width; x++, i += 3) {
      row[first + x] = brightness(picture, i);
    }
  }

  private static int brightness(short[] picture, int i) {
    return (picture[i] & 0xFFFF) + (picture[i + 1] & 0xFFFF) + (picture[i + 2] & 0xFFFF);
  }

  private void measure(short[] picture, int y, int[] blur, int[] energy) {
    for (int x = 0, i = y * width; x < width; x++, i++) {
      energy[i] = Steadying.energy(brightness(picture, 3 * i), blur[x]);
    }
  }

  private void readSamples(short[] picture, int y, int[] row, int first) {
    int start = 3 * y * width;
    for (int k = 0; k < 3 * width; k++) {
      row[first + k] = picture[start + k] & 0xFFFF;
    }
  }

  private void finish(
      int y, int[] blur, byte[] boost, SharedDetail shared, float[] most, short[] finished) {
    float[] limit = new float[width];
    shared.interpolate(most, y, limit);
    for (int x = 0, i = y * width; x < width; x++, i++) {
      float gain = Steadying.gain(before[i], after[i], boost[i] & 0xFF);
      gain = Math.min(gain, limit[x]);
      for (int c = 0; c < 3; c++) {
        int value = mean[3 * i + c] & 0xFFFF;
        float detail = value - blur[3 * x + c] * (1 / 256f);
        finished[3 * i + c] = Samples.round(value + (gain - 1) * detail);
      }
    }
  }
}
