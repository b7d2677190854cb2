package org.diffsynth.metrics;

/**
 * Finds the pixels of a frame that are also visible in the next frame. A pixel is excluded if it
 * leaves the frame, if it is occluded, or if it lies on a motion boundary.
 *
 * <p>A pixel is occluded where forward and backward flow disagree: |f + b|² &gt; 0.01 (|f|² + |b|²)
 * + 0.5. A pixel lies on a motion boundary where the flow changes quickly: |∇u|² + |∇v|² &gt; 0.01
 * |f|² + 0.002.
 *
 * <table>
 *   <caption>Notation of Lai et al. 2018, section 4.2, after Ruder et al. 2016</caption>
 *   <tr><th>formula<th>code
 *   <tr><td>f = (u, v), forward flow<td>{@code forward}: {@code dx}, {@code dy}
 *   <tr><td>b, backward flow at the position to which f points<td>{@code back}
 *   <tr><td>|f + b|²<td>{@code gap}
 *   <tr><td>|∇u|² + |∇v|²<td>{@code gradientSquare}
 * </table>
 *
 * @see <a href="https://arxiv.org/abs/1808.00449">Lai et al. 2018, Learning blind video temporal
 *     consistency</a>
 * @see <a href="https://arxiv.org/abs/1604.08610">Ruder et al. 2016, Artistic style transfer for
 *     videos, section 4</a>
 */
final class OcclusionMask {

  private OcclusionMask() {}

  /**
   * Computes the visibility of each pixel from the flow in both directions.
   *
   * @param forward flow from the first frame to the second
   * @param backward flow from the second frame to the first
   * @return for each pixel of the first frame, row by row, whether it is visible in the second
   *     frame
   */
  static boolean[] of(FlowField forward, FlowField backward) {
    int width = forward.width();
    int height = forward.height();
    boolean[] visible = new boolean[width * height];
    float[] back = new float[2];
    for (int y = 0, i = 0; y < height; y++) {
      for (int x = 0; x < width; x++, i++) {
        float dx = forward.dx(x, y);
        float dy = forward.dy(x, y);
        float toX = x + dx;
        float toY = y + dy;
        if (toX < 0 || toX > width - 1 || toY < 0 || toY > height - 1) {
          continue;
        }
        backward.sample(toX, toY, back);
        float forwardSquare = dx * dx + dy * dy;
        float backSquare = back[0] * back[0] + back[1] * back[1];
        float gap = (dx + back[0]) * (dx + back[0]) + (dy + back[1]) * (dy + back[1]);
        boolean covered = gap > 0.01f * (forwardSquare + backSquare) + 0.5f;
        boolean boundary = gradientSquare(forward, x, y) > 0.01f * forwardSquare + 0.002f;
        visible[i] = !covered && !boundary;
      }
    }
    return visible;
  }

  /** |∇u|² + |∇v|² by forward differences, which are 0 in the last row and the last column. */
  private static float gradientSquare(FlowField flow, int x, int y) {
    float sum = 0;
    if (x + 1 < flow.width()) {
      float u = flow.dx(x + 1, y) - flow.dx(x, y);
      float v = flow.dy(x + 1, y) - flow.dy(x, y);
      sum += u * u + v * v;
    }
    if (y + 1 < flow.height()) {
      float u = flow.dx(x, y + 1) - flow.dx(x, y);
      float v = flow.dy(x, y + 1) - flow.dy(x, y);
      sum += u * u + v * v;
    }
    return sum;
  }
}
