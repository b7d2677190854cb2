package org.diffsynth.patchmatch;

import java.util.List;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.SearchSchedule;

/** The engine that gives what {@link ReferenceEngine} gives, in less time. */
final class FastEngine implements CpuEngine {

  private final PatchMatchOptions options;
  private final Kernels kernels;

  FastEngine(PatchMatchOptions options, Kernels kernels) {
    this.options = options;
    this.kernels = kernels;
  }

  @Override
  public int[] fresh(
      Pyramid source, Pyramid target, Picture style, int sourceFrame, int targetFrame) {
    MatchGrid grid = null;
    boolean published = options.schedule() == SearchSchedule.PUBLISHED;
    List<Picture> styles = published ? style.halves(source.levels().size()) : List.of();
    for (int level = source.levels().size() - 1; level >= 0; level--) {
      Texels sourceLevel = source.levels().get(level);
      Texels targetLevel = target.levels().get(level);
      MatchGrid finer = new MatchGrid(sourceLevel.width(), sourceLevel.height());
      if (grid == null) {
        finer.setIdentity();
      } else {
        finer.setFromCoarser(grid);
      }
      grid = finer;
      if (published) {
        new FastPublished(options, kernels)
            .searchLevel(
                grid, sourceLevel, targetLevel, styles.get(level), level, sourceFrame, targetFrame);
      } else {
        sweep(
            grid,
            radius -> kernels.error(sourceLevel, targetLevel, radius),
            level,
            sourceFrame,
            targetFrame);
      }
    }
    return grid.field;
  }

  @Override
  public int[] refine(
      int[] start,
      Pyramid source,
      Pyramid target,
      StylePair style,
      int sourceFrame,
      int targetFrame) {
    MatchGrid grid = new MatchGrid(source.finest().width(), source.finest().height());
    grid.setField(start);
    if (style == null) {
      sweep(
          grid,
          radius -> kernels.error(source.finest(), target.finest(), radius),
          0,
          sourceFrame,
          targetFrame);
    } else {
      Texels carried = Texels.of(style.source());
      Texels agreed = Texels.of(style.target());
      sweep(
          grid,
          radius ->
              new StyledError(
                  kernels.error(source.finest(), target.finest(), radius),
                  kernels.error(carried, agreed, radius),
                  options.guideWeight()),
          0,
          sourceFrame,
          targetFrame);
    }
    return grid.field;
  }

  private interface ErrorOfRadius {
    PatchError error(int radius);
  }

  /** The iterations of {@link FieldSearch#refine}; costs are kept while the radius stays. */
  private void sweep(
      MatchGrid grid, ErrorOfRadius errors, int level, int sourceFrame, int targetFrame) {
    FastSweeps sweeps = null;
    int lastRadius = -1;
    for (int iteration = 0; iteration < options.patchSizes().size(); iteration++) {
      int radius = options.patchSizes().get(iteration) / 2;
      if (radius != lastRadius) {
        grid.clampToInterior(radius);
        sweeps = new FastSweeps(grid, errors.error(radius), radius);
        sweeps.measure();
        lastRadius = radius;
      }
      int[] keys = new int[options.randomProbes()];
      for (int probe = 0; probe < keys.length; probe++) {
        keys[probe] =
            CounterRandom.key(options.seed(), sourceFrame, targetFrame, level, iteration, probe);
      }
      sweeps.probe(keys, options.probeRadius());
      int step = iteration % 2 == 0 ? 1 : -1;
      sweeps.sweepRows(step);
      sweeps.sweepColumns(step);
      grid.extendToBorder(radius);
    }
  }

  @Override
  public void carry(Picture picture, int[] field, Picture out) {
    if (options.schedule() == SearchSchedule.SWEEP) {
      FastVotes.apply(picture, field, out, new long[field.length]);
    } else {
      RunVotes votes = new RunVotes(kernels, options.smallestPatch() / 2);
      int[] sums = RunVotes.sums(picture.width(), picture.height());
      votes.addUp(RunVotes.samples(picture), field, picture.width(), picture.height(), sums);
      votes.mean(sums, picture.width(), picture.height(), out.samples());
    }
  }
}
