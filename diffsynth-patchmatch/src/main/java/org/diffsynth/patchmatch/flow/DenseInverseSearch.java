package org.diffsynth.patchmatch.flow;

import java.util.List;
import org.diffsynth.patchmatch.engine.WorkerPool;

/**
 * Finds the optical flow between two pictures by dense inverse search.
 *
 * <p>The search goes through the levels of two pyramids, the coarsest first. On each level the
 * first picture is covered with overlapping patches of 8 by 8 pixels. A patch starts where the
 * coarser level saw its centre go, and moves over the second picture until it fits best (see {@link
 * PatchDescent}). The flow of a pixel is then the mean of the patches over it, where a patch that
 * explains the pixel badly counts little.
 *
 * <p>The search is called inverse because a step asks how the template, not the second picture,
 * would have to move: the gradients and the matrix of the least-squares problem belong to the
 * template and are computed once for all steps.
 *
 * <p>All arithmetic is in single floats, one rounding an operation, in the order written: results
 * are the same bytes on every machine, for any number of threads.
 *
 * <table>
 * <caption>Notation of the paper</caption>
 * <tr><th>paper</th><th>code</th></tr>
 * <tr><td>T, template patch of I_t</td><td>{@code PatchDescent.template}</td></tr>
 * <tr><td>I_{t+1}</td><td>{@code to}</td></tr>
 * <tr><td>u = (u, v)</td><td>{@code x}, {@code y}; {@code patchDx}, {@code patchDy}</td></tr>
 * <tr><td>S', gradient of T</td><td>{@code gradientX}, {@code gradientY}</td></tr>
 * <tr><td>H = Σ S'ᵀ S'</td><td>{@code xx}, {@code xy}, {@code yy}</td></tr>
 * <tr><td>Δu</td><td>{@code stepX}, {@code stepY}</td></tr>
 * <tr><td>d_i(x), intensity difference</td><td>{@code difference} in {@code FlowLevel.spread}</td></tr>
 * <tr><td>λ_i / max(1, ‖d_i‖)</td><td>{@code weight} there</td></tr>
 * </table>
 *
 * @see <a href="https://arxiv.org/abs/1603.03590">Kroeger et al. 2016, Fast Optical Flow using
 *     Dense Inverse Search, sections 2.1 to 2.3</a>
 */
public final class DenseInverseSearch {

  private final FlowOptions options;
  private final Rows rows;

  /** Runs work on rows, perhaps on several threads. */
  interface Rows {
    void run(int count, WorkerPool.RowsTask task);
  }

  private DenseInverseSearch(FlowOptions options, Rows rows) {
    this.options = options;
    this.rows = rows;
  }

  /** Creates a search on the threads of a pool. */
  public static DenseInverseSearch on(WorkerPool workers, FlowOptions options) {
    return new DenseInverseSearch(options, workers::runRows);
  }

  /** Creates a search on the calling thread. */
  public static DenseInverseSearch sequential(FlowOptions options) {
    return new DenseInverseSearch(options, (count, task) -> task.run(0, count));
  }

  /** Finds the flow from one picture to another of the same size. */
  public Flow between(BrightnessImage from, BrightnessImage to) {
    return between(pyramid(from), pyramid(to));
  }

  /** Returns the pyramid levels of a picture that this search works on. */
  public List<BrightnessImage> pyramid(BrightnessImage picture) {
    return picture.pyramid(options.coarsestSide());
  }

  /** Finds the flow between two pictures, both given as {@link #pyramid}. */
  public Flow between(List<BrightnessImage> from, List<BrightnessImage> to) {
    Flow flow = null;
    for (int i = from.size() - 1; i >= 0; i--) {
      flow = new FlowLevel(options, from.get(i), to.get(i), flow).search(rows);
    }
    return flow;
  }
}
