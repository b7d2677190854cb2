package org.diffsynth.patchmatch.fast;

import static org.diffsynth.match.NearestNeighborField.pack;

import java.util.Arrays;
import org.diffsynth.frame.Frame;
import org.diffsynth.patchmatch.engine.MatchGrid;
import org.diffsynth.patchmatch.engine.Picture;
import org.diffsynth.patchmatch.engine.Texels;
import org.diffsynth.patchmatch.reference.ReferenceGuideError;
import org.diffsynth.patchmatch.reference.ReferencePatchError;
import org.diffsynth.patchmatch.reference.ReferenceSweeps;

/**
 * Single steps of a search over one pair of guides, so that benchmarks can time them. Public for
 * that alone: the package is not exported.
 */
public final class SearchSteps {

  private static final int RADIUS = 2;

  private final int width;
  private final ReferencePatchError reference;
  private final FastPatchError error;
  private final MatchGrid start;
  private final MatchGrid grid;

  /**
   * Creates a search with 5 by 5 patches that starts from an offset of (3, 1) in every second block
   * of 16 columns.
   *
   * @param provider {@code "cpu"} or {@code "cpu-scalar"}
   */
  public SearchSteps(String provider, Frame source, Frame target) {
    width = source.width();
    Texels sourceTexels = Texels.of(Picture.of(source));
    Texels targetTexels = Texels.of(Picture.of(target));
    reference = new ReferenceGuideError(sourceTexels, targetTexels, RADIUS);
    error =
        provider.equals("cpu")
            ? KernelChoice.get().kernels().error(sourceTexels, targetTexels, RADIUS)
            : null;
    start = new MatchGrid(width, source.height());
    grid = new MatchGrid(width, source.height());
    for (int i = 0; i < start.field.length; i++) {
      int shift = i % width / 16 % 2;
      int x = Math.min(i % width + 3 * shift, width - 1);
      int y = Math.min(i / width + shift, source.height() - 1);
      start.field[i] = pack(x, y);
    }
    start.clampToInterior(RADIUS);
    start.extendToBorder(RADIUS);
    new ReferenceSweeps(start, reference, RADIUS).measure();
  }

  /**
   * Computes the error of the first match of every interior pixel, and returns the sum of these
   * errors.
   */
  public long patchErrors() {
    reset();
    if (error == null) {
      new ReferenceSweeps(grid, reference, RADIUS).measure();
    } else {
      new FastSweeps(grid, error, RADIUS).measure();
    }
    return Arrays.stream(grid.cost).asLongStream().sum();
  }

  /**
   * Runs one sweep over the rows and one over the columns from the start, and returns a hash of the
   * field.
   */
  public int sweep() {
    reset();
    if (error == null) {
      ReferenceSweeps search = new ReferenceSweeps(grid, reference, RADIUS);
      search.sweepRows(1);
      search.sweepColumns(1);
    } else {
      FastSweeps search = new FastSweeps(grid, error, RADIUS);
      search.sweepRows(1);
      search.sweepColumns(1);
    }
    return Arrays.hashCode(grid.field);
  }

  private void reset() {
    System.arraycopy(start.field, 0, grid.field, 0, grid.field.length);
    System.arraycopy(start.cost, 0, grid.cost, 0, grid.cost.length);
  }
}
