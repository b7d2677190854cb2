package org.diffsynth.patchmatch.fast;

import static org.diffsynth.match.NearestNeighborField.pack;
import static org.diffsynth.match.NearestNeighborField.packedX;
import static org.diffsynth.match.NearestNeighborField.packedY;

import java.util.Arrays;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.patchmatch.engine.CounterRandom;
import org.diffsynth.patchmatch.engine.MatchGrid;
import org.diffsynth.patchmatch.engine.Picture;
import org.diffsynth.patchmatch.engine.Texels;
import org.diffsynth.patchmatch.reference.ReferencePublishedSearch;

/**
 * The search of {@link org.diffsynth.patchmatch.reference.ReferencePublishedSearch} on one level,
 * in less time, with the same result: costs stop at the present one, and votes go by runs.
 */
final class FastPublishedSearch {

  private final PatchMatchOptions options;
  private final Kernels kernels;

  FastPublishedSearch(PatchMatchOptions options, Kernels kernels) {
    this.options = options;
    this.kernels = kernels;
  }

  /** Runs all iterations of the search on one pyramid level. */
  void searchLevel(
      MatchGrid grid,
      Texels source,
      Texels target,
      Picture style,
      int level,
      int sourceFrame,
      int targetFrame) {
    Texels styleTexels = Texels.of(style);
    Picture voted = Picture.blank(style.width(), style.height());
    int[] samples = FastUniformVotes.samples(style);
    int[] sums = FastUniformVotes.sums(style.width(), style.height());
    for (int iteration = 0; iteration < options.patchSizes().size(); iteration++) {
      int radius = options.patchSizes().get(iteration) / 2;
      grid.clampToInterior(radius);
      FastUniformVotes votes = new FastUniformVotes(kernels, radius);
      votes.addUp(samples, grid.field, grid.width, grid.height, sums);
      votes.mean(sums, grid.width, grid.height, voted.samples());
      Texels votedTexels = Texels.of(voted);
      FastPatchError error =
          new FastStyledError(
              kernels.error(source, target, radius),
              kernels.error(styleTexels, votedTexels, radius),
              options.guideWeight());
      new FastSweeps(grid, error, radius).measure();
      int orderKey =
          CounterRandom.key(options.seed(), sourceFrame, targetFrame, level, iteration, 255);
      for (int direction : ReferencePublishedSearch.shuffled(orderKey)) {
        int[] step = ReferencePublishedSearch.NEIGHBOURS[direction];
        tryNeighbour(grid, error, radius, step[0], step[1]);
      }
      int[] keys = new int[options.randomProbes()];
      for (int probe = 0; probe < keys.length; probe++) {
        keys[probe] =
            CounterRandom.key(options.seed(), sourceFrame, targetFrame, level, iteration, probe);
      }
      tryRandom(grid, error, radius, keys);
      grid.extendToBorder(radius);
      kernels.forget(votedTexels);
    }
    kernels.forget(styleTexels);
  }

  private static void tryNeighbour(
      MatchGrid grid, FastPatchError error, int radius, int dx, int dy) {
    int[] before = grid.field.clone();
    for (int y = radius; y < grid.height - radius; y++) {
      for (int x = radius; x < grid.width - radius; x++) {
        int neighbourX = clamp(x + dx, radius, grid.width - 1 - radius);
        int neighbourY = clamp(y + dy, radius, grid.height - 1 - radius);
        int match = before[neighbourY * grid.width + neighbourX];
        offerClamped(grid, error, radius, x, y, packedX(match) - dx, packedY(match) - dy);
      }
    }
  }

  /** Makes all probes of a pixel while its patch is in the cache; no probe reads another pixel. */
  private void tryRandom(MatchGrid grid, FastPatchError error, int radius, int[] keys) {
    int[][] moves = new int[keys.length][grid.width];
    int[] columns = new int[grid.width];
    Arrays.setAll(columns, x -> x);
    for (int y = radius; y < grid.height - radius; y++) {
      for (int probe = 0; probe < keys.length; probe++) {
        FastSweeps.drawRow(moves[probe], columns, keys[probe], y, options.probeRadius());
      }
      for (int x = radius; x < grid.width - radius; x++) {
        for (int[] probe : moves) {
          int match = grid.field[y * grid.width + x];
          int move = probe[x];
          int sourceX = packedX(match) + (short) move;
          int sourceY = packedY(match) + (move >> 16);
          offerClamped(grid, error, radius, x, y, sourceX, sourceY);
        }
      }
    }
  }

  private static void offerClamped(
      MatchGrid grid, FastPatchError error, int radius, int x, int y, int sourceX, int sourceY) {
    int insideX = clamp(sourceX, radius, grid.width - 1 - radius);
    int insideY = clamp(sourceY, radius, grid.height - 1 - radius);
    int i = y * grid.width + x;
    int candidate = pack(insideX, insideY);
    if (candidate == grid.field[i]) {
      return;
    }
    int candidateCost = error.of(x, y, insideX, insideY, grid.cost[i]);
    if (candidateCost < grid.cost[i]) {
      grid.field[i] = candidate;
      grid.cost[i] = candidateCost;
    }
  }

  private static int clamp(int value, int min, int max) {
    return Math.min(Math.max(value, min), max);
  }
}
