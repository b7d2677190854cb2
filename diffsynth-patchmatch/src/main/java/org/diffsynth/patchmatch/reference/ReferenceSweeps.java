package org.diffsynth.patchmatch.reference;

import static org.diffsynth.match.NearestNeighborField.pack;
import static org.diffsynth.match.NearestNeighborField.packedX;
import static org.diffsynth.match.NearestNeighborField.packedY;

import org.diffsynth.patchmatch.engine.CounterRandom;
import org.diffsynth.patchmatch.engine.MatchGrid;

/**
 * The passes of PatchMatch over one level of a pyramid, written to be read: this class defines the
 * result that every other engine gives.
 *
 * <p>PatchMatch rests on two observations. Neighbouring pixels mostly move alike, so a match that
 * fits well is likely to fit, moved by one pixel, for the neighbour too: <em>propagation</em>. And
 * a few random candidates for each of very many pixels find some good match somewhere, which
 * propagation then spreads: <em>random search</em>.
 *
 * <p>Propagation here sweeps: one pass goes from row to row, another from column to column, forward
 * in even iterations and backward in odd ones. Within a pass each line sees what the line before
 * has just found, so a good match crosses the whole picture in one pass, and the lines' pixels do
 * not depend on each other, which suits GPUs.
 *
 * <p>A candidate replaces the present match if it lies in the interior and costs strictly less. So
 * among equal candidates the first stays, and the order of passes decides ties; it is part of the
 * definition.
 *
 * @see <a href="https://doi.org/10.1145/1531326.1531330">Barnes et al. 2009, PatchMatch, section
 *     3.2</a>
 */
public final class ReferenceSweeps {

  private final MatchGrid grid;
  private final ReferencePatchError cost;
  private final int radius;

  public ReferenceSweeps(MatchGrid grid, ReferencePatchError cost, int radius) {
    this.grid = grid;
    this.cost = cost;
    this.radius = radius;
  }

  /** Computes the cost of every present match. */
  public void measure() {
    for (int y = radius; y < grid.height - radius; y++) {
      for (int x = radius; x < grid.width - radius; x++) {
        int i = y * grid.width + x;
        grid.cost[i] = cost.of(x, y, packedX(grid.field[i]), packedY(grid.field[i]));
      }
    }
  }

  /**
   * Sweeps over the rows. Row after row, each pixel tries the match of its neighbour in the row
   * before, moved by one row.
   *
   * @param step 1 for downward, -1 for upward
   */
  public void sweepRows(int step) {
    int first = step > 0 ? radius + 1 : grid.height - 2 - radius;
    for (int y = first; y >= radius && y < grid.height - radius; y += step) {
      for (int x = radius; x < grid.width - radius; x++) {
        int neighbour = grid.field[(y - step) * grid.width + x];
        offer(x, y, packedX(neighbour), packedY(neighbour) + step);
      }
    }
  }

  /**
   * Sweeps over the columns. Column after column, each pixel tries the match of its neighbour in
   * the column before, moved by one column.
   *
   * @param step 1 for rightward, -1 for leftward
   */
  public void sweepColumns(int step) {
    int first = step > 0 ? radius + 1 : grid.width - 2 - radius;
    for (int x = first; x >= radius && x < grid.width - radius; x += step) {
      for (int y = radius; y < grid.height - radius; y++) {
        int neighbour = grid.field[y * grid.width + x - step];
        offer(x, y, packedX(neighbour) + step, packedY(neighbour));
      }
    }
  }

  /**
   * Probes at random: each pixel tries one random source pixel, at most {@code reach} rows and
   * columns from its match.
   */
  public void probe(int key, int reach) {
    for (int y = radius; y < grid.height - radius; y++) {
      for (int x = radius; x < grid.width - radius; x++) {
        int random = CounterRandom.at(key, x, y);
        int match = grid.field[y * grid.width + x];
        offer(
            x,
            y,
            packedX(match) + CounterRandom.offset(random & 0xFFFF, reach),
            packedY(match) + CounterRandom.offset(random >>> 16, reach));
      }
    }
  }

  private void offer(int x, int y, int sourceX, int sourceY) {
    if (sourceX < radius
        || sourceX >= grid.width - radius
        || sourceY < radius
        || sourceY >= grid.height - radius) {
      return;
    }
    int i = y * grid.width + x;
    int candidate = pack(sourceX, sourceY);
    if (candidate == grid.field[i]) {
      return;
    }
    int candidateCost = cost.of(x, y, sourceX, sourceY);
    if (candidateCost < grid.cost[i]) {
      grid.field[i] = candidate;
      grid.cost[i] = candidateCost;
    }
  }
}
