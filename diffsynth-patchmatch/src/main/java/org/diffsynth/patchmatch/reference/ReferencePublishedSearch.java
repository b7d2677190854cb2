package org.diffsynth.patchmatch.reference;

import static org.diffsynth.match.NearestNeighborField.pack;
import static org.diffsynth.match.NearestNeighborField.packedX;
import static org.diffsynth.match.NearestNeighborField.packedY;

import java.util.List;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.patchmatch.engine.CounterRandom;
import org.diffsynth.patchmatch.engine.MatchGrid;
import org.diffsynth.patchmatch.engine.Picture;
import org.diffsynth.patchmatch.engine.Pyramid;
import org.diffsynth.patchmatch.engine.Texels;

/**
 * The schedule published with FastBlend, for comparison: on every level and for every patch size,
 * the style is voted, then all pixels at once try their four neighbours' matches in random order
 * and a few random ones.
 *
 * <p>Defects of the published code that change results are not copied: levels start from the
 * doubled coarser field (docs/published-defects.md, D4 to D7), and patches stay inside the picture
 * (D9).
 */
public final class ReferencePublishedSearch {

  public static final int[][] NEIGHBOURS = {{-1, 0}, {1, 0}, {0, -1}, {0, 1}};

  private final PatchMatchOptions options;

  public ReferencePublishedSearch(PatchMatchOptions options) {
    this.options = options;
  }

  /**
   * Finds a field through all levels.
   *
   * @param style pyramid of the picture over the source, finest first
   */
  public MatchGrid search(
      Pyramid source, Pyramid target, List<Picture> style, int sourceFrame, int targetFrame) {
    List<Texels> sourceLevels = source.levels();
    List<Texels> targetLevels = target.levels();
    MatchGrid grid = null;
    for (int level = sourceLevels.size() - 1; level >= 0; level--) {
      Texels sourceLevel = sourceLevels.get(level);
      Texels targetLevel = targetLevels.get(level);
      MatchGrid finer = new MatchGrid(sourceLevel.width(), sourceLevel.height());
      if (grid == null) {
        finer.setIdentity();
      } else {
        finer.setFromCoarser(grid);
      }
      grid = finer;
      searchLevel(
          grid, sourceLevel, targetLevel, style.get(level), level, sourceFrame, targetFrame);
    }
    return grid;
  }

  private void searchLevel(
      MatchGrid grid,
      Texels source,
      Texels target,
      Picture style,
      int level,
      int sourceFrame,
      int targetFrame) {
    Texels styleTexels = Texels.of(style);
    Picture voted = Picture.blank(style.width(), style.height());
    for (int iteration = 0; iteration < options.patchSizes().size(); iteration++) {
      int radius = options.patchSizes().get(iteration) / 2;
      grid.clampToInterior(radius);
      ReferenceVotes.applyUniform(style, grid.field, radius, voted);
      ReferencePatchError cost =
          new ReferenceStyledError(
              new ReferenceGuideError(source, target, radius),
              new ReferenceGuideError(styleTexels, Texels.of(voted), radius),
              options.guideWeight());
      new ReferenceSweeps(grid, cost, radius).measure();
      int orderKey =
          CounterRandom.key(options.seed(), sourceFrame, targetFrame, level, iteration, 255);
      for (int direction : shuffled(orderKey)) {
        tryNeighbour(grid, cost, radius, NEIGHBOURS[direction][0], NEIGHBOURS[direction][1]);
      }
      for (int probe = 0; probe < options.randomProbes(); probe++) {
        int key =
            CounterRandom.key(options.seed(), sourceFrame, targetFrame, level, iteration, probe);
        tryRandom(grid, cost, radius, key);
      }
      grid.extendToBorder(radius);
    }
  }

  /** Returns the numbers 0 to 3 in an order drawn from {@code key} (Fisher and Yates). */
  public static int[] shuffled(int key) {
    int[] order = {0, 1, 2, 3};
    for (int i = 3; i > 0; i--) {
      int j = (int) ((CounterRandom.at(key, i, 0) & 0xFFFFL) * (i + 1) >>> 16);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return order;
  }

  private static void tryNeighbour(
      MatchGrid grid, ReferencePatchError cost, int radius, int dx, int dy) {
    int[] before = grid.field.clone();
    for (int y = radius; y < grid.height - radius; y++) {
      for (int x = radius; x < grid.width - radius; x++) {
        int neighbourX = clamp(x + dx, radius, grid.width - 1 - radius);
        int neighbourY = clamp(y + dy, radius, grid.height - 1 - radius);
        int match = before[neighbourY * grid.width + neighbourX];
        offerClamped(grid, cost, radius, x, y, packedX(match) - dx, packedY(match) - dy);
      }
    }
  }

  private void tryRandom(MatchGrid grid, ReferencePatchError cost, int radius, int key) {
    for (int y = radius; y < grid.height - radius; y++) {
      for (int x = radius; x < grid.width - radius; x++) {
        int random = CounterRandom.at(key, x, y);
        int match = grid.field[y * grid.width + x];
        offerClamped(
            grid,
            cost,
            radius,
            x,
            y,
            packedX(match) + CounterRandom.offset(random & 0xFFFF, options.probeRadius()),
            packedY(match) + CounterRandom.offset(random >>> 16, options.probeRadius()));
      }
    }
  }

  private static void offerClamped(
      MatchGrid grid,
      ReferencePatchError cost,
      int radius,
      int x,
      int y,
      int sourceX,
      int sourceY) {
    int insideX = clamp(sourceX, radius, grid.width - 1 - radius);
    int insideY = clamp(sourceY, radius, grid.height - 1 - radius);
    int i = y * grid.width + x;
    int candidate = pack(insideX, insideY);
    if (candidate == grid.field[i]) {
      return;
    }
    int candidateCost = cost.of(x, y, insideX, insideY);
    if (candidateCost < grid.cost[i]) {
      grid.field[i] = candidate;
      grid.cost[i] = candidateCost;
    }
  }

  private static int clamp(int value, int min, int max) {
    return Math.min(Math.max(value, min), max);
  }
}
