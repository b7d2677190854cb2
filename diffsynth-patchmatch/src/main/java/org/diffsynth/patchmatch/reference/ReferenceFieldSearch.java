package org.diffsynth.patchmatch.reference;

import java.util.List;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.patchmatch.engine.CounterRandom;
import org.diffsynth.patchmatch.engine.MatchGrid;
import org.diffsynth.patchmatch.engine.Pyramid;
import org.diffsynth.patchmatch.engine.Texels;

/**
 * A whole search from its start to the finished field: which passes run on which level, and in
 * which order.
 *
 * <p>An iteration first probes at random, each probe half as far as the one before, and then sweeps
 * rows and columns, forward in even iterations and backward in odd ones, so that the finds of the
 * probes are spread before the iteration ends.
 *
 * <ol>
 *   <li>Barnes et al. 2009, PatchMatch: propagation and random search.
 *   <li>docs/published-defects.md, D8: why the published schedule cannot repair coarse mistakes.
 * </ol>
 */
final class ReferenceFieldSearch {

  private final PatchMatchOptions options;

  ReferenceFieldSearch(PatchMatchOptions options) {
    this.options = options;
  }

  /** Searches from the identity on the coarsest level through all levels. */
  MatchGrid fresh(Pyramid source, Pyramid target, int sourceFrame, int targetFrame) {
    List<Texels> sourceLevels = source.levels();
    List<Texels> targetLevels = target.levels();
    MatchGrid grid = null;
    for (int level = sourceLevels.size() - 1; level >= 0; level--) {
      Texels sourceTexels = sourceLevels.get(level);
      MatchGrid finer = new MatchGrid(sourceTexels.width(), sourceTexels.height());
      if (grid == null) {
        finer.setIdentity();
      } else {
        finer.setFromCoarser(grid);
      }
      grid = finer;
      Texels targetTexels = targetLevels.get(level);
      refine(
          grid,
          radius -> new ReferenceGuideError(sourceTexels, targetTexels, radius),
          level,
          sourceFrame,
          targetFrame,
          Integer.MAX_VALUE,
          true);
    }
    return grid;
  }

  /**
   * Searches from the present field of a grid, on the level of the grid.
   *
   * @param most largest number of iterations: the last ones of the schedule
   * @param probing whether iterations try random candidates
   */
  void refine(
      MatchGrid grid,
      CostOfRadius costs,
      int level,
      int sourceFrame,
      int targetFrame,
      int most,
      boolean probing) {
    int iterations = options.patchSizes().size();
    for (int iteration = Math.max(0, iterations - most); iteration < iterations; iteration++) {
      int radius = options.patchSizes().get(iteration) / 2;
      grid.clampToInterior(radius);
      ReferenceSweeps search = new ReferenceSweeps(grid, costs.cost(radius), radius);
      search.measure();
      for (int probe = 0; probing && probe < options.randomProbes(); probe++) {
        int key =
            CounterRandom.key(options.seed(), sourceFrame, targetFrame, level, iteration, probe);
        search.probe(key, Math.max(1, options.probeRadius() >> probe));
      }
      int step = iteration % 2 == 0 ? 1 : -1;
      search.sweepRows(step);
      search.sweepColumns(step);
      grid.extendToBorder(radius);
    }
  }

  /** Creates the cost of an iteration from its patch radius. */
  interface CostOfRadius {
    ReferencePatchError cost(int radius);
  }
}
