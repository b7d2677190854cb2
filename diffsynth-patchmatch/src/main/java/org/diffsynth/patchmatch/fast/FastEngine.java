package org.diffsynth.patchmatch.fast;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.PatchMatchOptions.SearchSchedule;
import org.diffsynth.match.QuantizedLatents;
import org.diffsynth.patchmatch.engine.CounterRandom;
import org.diffsynth.patchmatch.engine.CpuEngine;
import org.diffsynth.patchmatch.engine.MatchGrid;
import org.diffsynth.patchmatch.engine.Picture;
import org.diffsynth.patchmatch.engine.Pyramid;
import org.diffsynth.patchmatch.engine.Texels;

/**
 * The engine that gives the results of {@link org.diffsynth.patchmatch.reference.ReferenceEngine}
 * in less time.
 */
public final class FastEngine implements CpuEngine {

  /**
   * The passes of one iteration, behind one call with three targets, so that C2 compiles each pass
   * by itself. If they were called by name, C2 would sooner or later inline all of them into one
   * method and exceed its node limit; the vectors beyond the limit would live on the heap, and a
   * search would take twice the time from then on.
   */
  private static final List<Pass> PASSES =
      List.of(
          (sweeps, keys, reach, step) -> {
            if (keys.length > 0) {
              sweeps.probe(keys, reach);
            }
          },
          (sweeps, keys, reach, step) -> sweeps.sweepRows(step),
          (sweeps, keys, reach, step) -> sweeps.sweepColumns(step));

  private interface Pass {
    void over(FastSweeps sweeps, int[] probeKeys, int probeRadius, int step);
  }

  private final PatchMatchOptions options;
  private final Kernels kernels;
  private final Queue<Scratch> spare = new ConcurrentLinkedQueue<>();

  public FastEngine(PatchMatchOptions options, Kernels kernels) {
    this.options = options;
    this.kernels = kernels;
  }

  @Override
  public void fresh(
      Pyramid source,
      Pyramid target,
      Picture style,
      int sourceFrame,
      int targetFrame,
      int[] field) {
    Scratch scratch = borrow();
    List<Texels> sourceLevels = source.levels();
    List<Texels> targetLevels = target.levels();
    MatchGrid coarser = null;
    boolean published = options.schedule() == SearchSchedule.PUBLISHED;
    List<Picture> styles = published ? style.halves(sourceLevels.size()) : List.of();
    for (int level = sourceLevels.size() - 1; level >= 0; level--) {
      Texels sourceLevel = sourceLevels.get(level);
      Texels targetLevel = targetLevels.get(level);
      int width = sourceLevel.width();
      int height = sourceLevel.height();
      MatchGrid grid =
          level == 0 ? scratch.gridOver(field, width, height) : scratch.grid(level, width, height);
      if (coarser == null) {
        grid.setIdentity();
      } else {
        grid.setFromCoarser(coarser);
      }
      coarser = grid;
      if (published) {
        new FastPublishedSearch(options, kernels)
            .searchLevel(
                grid, sourceLevel, targetLevel, styles.get(level), level, sourceFrame, targetFrame);
      } else {
        sweep(
            grid,
            radius -> kernels.error(sourceLevel, targetLevel, radius),
            level,
            sourceFrame,
            targetFrame,
            Integer.MAX_VALUE,
            options.randomProbes());
      }
    }
    forgetMade(sourceLevels, source);
    forgetMade(targetLevels, target);
    spare.add(scratch);
  }

  /** Frees the data kept for levels that the pyramid made for one search. */
  private void forgetMade(List<Texels> levels, Pyramid guide) {
    List<Texels> kept = guide.keptLevels();
    levels.stream().filter(level -> !kept.contains(level)).forEach(kernels::forget);
  }

  private Scratch borrow() {
    Scratch scratch = spare.poll();
    return scratch != null ? scratch : new Scratch();
  }

  @Override
  public void refine(
      int[] field,
      Pyramid source,
      Pyramid target,
      StylePair style,
      int sourceFrame,
      int targetFrame,
      int iterations,
      boolean probing) {
    if (iterations == 0) {
      return;
    }
    int probes = probing ? options.randomProbes() : 0;
    Scratch scratch = borrow();
    Texels sourceTexels = source.finest();
    Texels targetTexels = target.finest();
    MatchGrid grid = scratch.gridOver(field, sourceTexels.width(), sourceTexels.height());
    if (style == null) {
      sweep(
          grid,
          radius -> kernels.error(sourceTexels, targetTexels, radius),
          0,
          sourceFrame,
          targetFrame,
          iterations,
          probes);
    } else {
      Texels carried = Texels.of(style.source());
      Texels agreed = Texels.of(style.target());
      sweep(
          grid,
          radius ->
              new FastStyledError(
                  kernels.error(sourceTexels, targetTexels, radius),
                  kernels.error(carried, agreed, radius),
                  options.guideWeight()),
          0,
          sourceFrame,
          targetFrame,
          iterations,
          probes);
      kernels.forget(carried);
      kernels.forget(agreed);
    }
    spare.add(scratch);
  }

  @Override
  public void forget(Pyramid guide) {
    guide.keptLevels().forEach(kernels::forget);
  }

  private interface ErrorOfRadius {
    FastPatchError error(int radius);
  }

  /**
   * The iterations of {@code ReferenceFieldSearch.refine}. Costs are kept while the patch size
   * stays the same, because measuring them again would change nothing.
   */
  private void sweep(
      MatchGrid grid,
      ErrorOfRadius errors,
      int level,
      int sourceFrame,
      int targetFrame,
      int most,
      int probes) {
    FastSweeps sweeps = null;
    int lastRadius = -1;
    int iterations = options.patchSizes().size();
    for (int iteration = Math.max(0, iterations - most); iteration < iterations; iteration++) {
      int radius = options.patchSizes().get(iteration) / 2;
      if (radius != lastRadius) {
        grid.clampToInterior(radius);
        sweeps = new FastSweeps(grid, errors.error(radius), radius);
        sweeps.measure();
        lastRadius = radius;
      }
      int[] keys = new int[probes];
      for (int probe = 0; probe < keys.length; probe++) {
        keys[probe] =
            CounterRandom.key(options.seed(), sourceFrame, targetFrame, level, iteration, probe);
      }
      for (Pass pass : PASSES) {
        pass.over(sweeps, keys, options.probeRadius(), iteration % 2 == 0 ? 1 : -1);
      }
      grid.extendToBorder(radius);
    }
  }

  @Override
  public void carry(Picture picture, int[] field, Picture out) {
    if (options.schedule() == SearchSchedule.SWEEP) {
      Scratch scratch = borrow();
      FastVotes.apply(picture, field, out, scratch.pixels(field.length));
      spare.add(scratch);
    } else {
      FastUniformVotes votes = new FastUniformVotes(kernels, options.smallestPatch() / 2);
      int[] sums = FastUniformVotes.sums(picture.width(), picture.height());
      votes.addUp(
          FastUniformVotes.samples(picture), field, picture.width(), picture.height(), sums);
      votes.mean(sums, picture.width(), picture.height(), out.samples());
    }
  }

  @Override
  public void matchLatents(
      QuantizedLatents source, QuantizedLatents target, int top, int bottom, int[] field) {
    new FastLatentSearch(source, target, top, bottom).search(field);
  }
}
