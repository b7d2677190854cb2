package org.diffsynth.cuda;

import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.SearchSchedule;

/**
 * Queues the passes of a search for a batch of pairs: the same passes in the same order as
 * org.diffsynth.patchmatch.FieldSearch and ReferencePublishedSearch, which define the result.
 *
 * <p>A pair has two work fields; {@link #current} says in which of them the present field is. Where
 * two iterations in a row have one patch size, the field between them is neither extended to the
 * border nor clamped and measured again: all three would change nothing.
 */
final class FieldSearch {

  private static final int SWEEP_THREADS = 64;

  private final GpuDevice device;
  private final PatchMatchOptions options;
  private final PyramidLayout levels;
  private final long pairs;
  private final int batch;
  private int current;

  /** For the first {@code batch} pairs of the table at {@code pairs}. */
  FieldSearch(
      GpuDevice device, PatchMatchOptions options, PyramidLayout levels, long pairs, int batch) {
    this.device = device;
    this.options = options;
    this.levels = levels;
    this.pairs = pairs;
    this.batch = batch;
  }

  /** Which of the work fields holds the result. */
  int current() {
    return current;
  }

  /** From the identity on the coarsest level through all levels. */
  void fresh() {
    for (int level = levels.count() - 1; level >= 0; level--) {
      if (level == levels.count() - 1) {
        onPixels(Kernel.IDENTITY_FIELD, level);
      } else {
        onPixels(Kernel.UPSCALE_FIELD, level);
        current = 1 - current;
      }
      if (options.schedule() == SearchSchedule.PUBLISHED) {
        searchAsPublished(level);
      } else {
        refine(level);
      }
    }
  }

  /** From the pairs' start fields, on the finest level only. */
  void fromStart() {
    onPixels(Kernel.START_FIELD, 0);
    refine(0);
  }

  private void refine(int level) {
    int iterations = options.patchSizes().size();
    for (int iteration = 0; iteration < iterations; iteration++) {
      int radius = radius(iteration);
      boolean measured = iteration > 0 && radius(iteration - 1) == radius;
      if (!measured) {
        onPixels(Kernel.CLAMP_TO_INTERIOR, level, radius);
      }
      measureAndProbe(level, iteration, !measured, options.randomProbes(), false);
      int step = iteration % 2 == 0 ? 1 : -1;
      sweep(level, radius, step, false);
      transpose(levels.width(level), levels.height(level));
      sweep(level, radius, step, true);
      transpose(levels.height(level), levels.width(level));
      if (iteration == iterations - 1 || radius(iteration + 1) != radius) {
        onPixels(Kernel.EXTEND_TO_BORDER, level, radius);
      }
    }
  }

  private void searchAsPublished(int level) {
    for (int iteration = 0; iteration < options.patchSizes().size(); iteration++) {
      int radius = radius(iteration);
      onPixels(Kernel.CLAMP_TO_INTERIOR, level, radius);
      onPixels(Kernel.VOTE_TEXELS, level, levels.pictureOffset(level), radius);
      measureAndProbe(level, iteration, true, 0, true);
      for (int turn = 0; turn < 4; turn++) {
        onPixels(
            Kernel.TRY_NEIGHBOUR,
            level,
            levels.texelOffset(level),
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
        levels.texelOffset(level),
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
    int width = levels.width(level);
    int height = levels.height(level);
    int lanes = transposed ? height : width;
    device.launch(
        Kernel.SWEEP,
        Grid.lanes(lanes, batch, SWEEP_THREADS),
        pairs,
        current,
        lanes,
        transposed ? width : height,
        levels.texelOffset(level),
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

  /** A kernel over all pixels of a level; the arguments come after table, field and size. */
  private void onPixels(Kernel kernel, int level, long... more) {
    long[] arguments = new long[4 + more.length];
    arguments[0] = pairs;
    arguments[1] = current;
    arguments[2] = levels.width(level);
    arguments[3] = levels.height(level);
    System.arraycopy(more, 0, arguments, 4, more.length);
    device.launch(kernel, Grid.pixels(levels.width(level), levels.height(level), batch), arguments);
  }

  private static long bits(float value) {
    return Float.floatToRawIntBits(value);
  }
}
