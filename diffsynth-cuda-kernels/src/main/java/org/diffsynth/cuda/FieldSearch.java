package org.diffsynth.cuda;

import org.diffsynth.cuda.PairBatchRunner.Length;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.PatchMatchOptions.SearchSchedule;

/**
 * Queues the kernels of a PatchMatch search for a batch of pairs. The passes and their order are
 * those of ReferenceFieldSearch and ReferencePublishedSearch in diffsynth-patchmatch, which define
 * the result.
 *
 * <p>The search goes from the coarsest level of the pyramid to the finest. On each level, an
 * iteration measures the costs of the present matches, tries random candidates (probes), and
 * propagates matches from pixel to pixel (sweeps). Sweeps over columns work on a transposed copy of
 * the field, so that neighbouring threads read neighbouring addresses.
 *
 * <p>Every pair has two work fields; {@link #current} tells which of them is valid. Between two
 * iterations of equal patch size, the field is not extended to the border, clamped and measured
 * again, because these passes would not change it.
 *
 * @see <a href="https://doi.org/10.1145/1531326.1531330">Barnes et al. 2009, PatchMatch, section
 *     3</a>
 */
final class FieldSearch {

  private static final int SWEEP_THREADS = 64;

  private final GpuDevice device;
  private final PatchMatchOptions options;
  private final PyramidLayout layout;
  private final long pairs;
  private final int batch;
  private int current;

  /**
   * Creates the search of one batch.
   *
   * @param pairs device address of the table of pairs
   * @param batch number of pairs in the table
   */
  FieldSearch(
      GpuDevice device, PatchMatchOptions options, PyramidLayout layout, long pairs, int batch) {
    this.device = device;
    this.options = options;
    this.layout = layout;
    this.pairs = pairs;
    this.batch = batch;
  }

  /** Returns the number, 0 or 1, of the work field that holds the result. */
  int current() {
    return current;
  }

  /** Queues a search that starts with the identity on the coarsest level. */
  void fresh() {
    for (int level = layout.levels() - 1; level >= 0; level--) {
      if (level == layout.levels() - 1) {
        onPixels(Kernel.IDENTITY_FIELD, level);
      } else {
        onPixels(Kernel.UPSCALE_FIELD, level);
        current = 1 - current;
      }
      if (options.schedule() == SearchSchedule.PUBLISHED) {
        searchAsPublished(level);
      } else {
        refine(level, new Length(Integer.MAX_VALUE, true));
      }
    }
  }

  /**
   * Queues a search that starts with the start fields of the pairs, on the finest level only.
   *
   * @param length number of iterations, the last ones of the schedule, and whether they probe
   */
  void fromStart(Length length) {
    onPixels(Kernel.START_FIELD, 0);
    refine(0, length);
  }

  private void refine(int level, Length length) {
    int iterations = options.patchSizes().size();
    int probes = length.probing() ? options.randomProbes() : 0;
    int first = Math.max(0, iterations - length.iterations());
    for (int iteration = first; iteration < iterations; iteration++) {
      int radius = radius(iteration);
      boolean measured = iteration > first && radius(iteration - 1) == radius;
      if (!measured) {
        onPixels(Kernel.CLAMP_TO_INTERIOR, level, radius);
      }
      measureAndProbe(level, iteration, !measured, probes, false);
      int step = iteration % 2 == 0 ? 1 : -1;
      sweep(level, radius, step, false);
      transpose(layout.width(level), layout.height(level));
      sweep(level, radius, step, true);
      transpose(layout.height(level), layout.width(level));
      if (iteration == iterations - 1 || radius(iteration + 1) != radius) {
        onPixels(Kernel.EXTEND_TO_BORDER, level, radius);
      }
    }
  }

  private void searchAsPublished(int level) {
    for (int iteration = 0; iteration < options.patchSizes().size(); iteration++) {
      int radius = radius(iteration);
      onPixels(Kernel.CLAMP_TO_INTERIOR, level, radius);
      onPixels(Kernel.VOTE_TEXELS, level, layout.pictureOffset(level), radius);
      measureAndProbe(level, iteration, true, 0, true);
      for (int turn = 0; turn < 4; turn++) {
        onPixels(
            Kernel.TRY_NEIGHBOUR,
            level,
            layout.texelOffset(level),
            radius,
            bits(options.guideWeight()),
            turn,
            level,
            iteration,
            options.seed());
        current = 1 - current;
      }
      measureAndProbe(level, iteration, false, options.randomProbes(), true);
      onPixels(Kernel.EXTEND_TO_BORDER, level, radius);
    }
  }

  private int radius(int iteration) {
    return options.patchSizes().get(iteration) / 2;
  }

  private void measureAndProbe(
      int level, int iteration, boolean measure, int probes, boolean published) {
    onPixels(
        Kernel.MEASURE_AND_PROBE,
        level,
        layout.texelOffset(level),
        radius(iteration),
        bits(options.guideWeight()),
        measure ? 1 : 0,
        probes,
        options.probeRadius(),
        published ? 1 : 0,
        level,
        iteration,
        options.seed());
  }

  private void sweep(int level, int radius, int step, boolean transposed) {
    int width = layout.width(level);
    int height = layout.height(level);
    int lanes = transposed ? height : width;
    device.launch(
        Kernel.SWEEP,
        Grid.lanes(lanes, batch, SWEEP_THREADS),
        pairs,
        current,
        lanes,
        transposed ? width : height,
        layout.texelOffset(level),
        radius,
        bits(options.guideWeight()),
        step,
        transposed ? 1 : 0);
  }

  private void transpose(int width, int height) {
    device.launch(
        Kernel.TRANSPOSE_FIELD, Grid.tiles(width, height, batch), pairs, current, width, height);
    current = 1 - current;
  }

  /**
   * Queues a kernel over all pixels of a level.
   *
   * @param more arguments that follow the table, the number of the work field and the size
   */
  private void onPixels(Kernel kernel, int level, long... more) {
    long[] arguments = new long[4 + more.length];
    arguments[0] = pairs;
    arguments[1] = current;
    arguments[2] = layout.width(level);
    arguments[3] = layout.height(level);
    System.arraycopy(more, 0, arguments, 4, more.length);
    device.launch(kernel, Grid.pixels(layout.width(level), layout.height(level), batch), arguments);
  }

  private static long bits(float value) {
    return Float.floatToRawIntBits(value);
  }
}
