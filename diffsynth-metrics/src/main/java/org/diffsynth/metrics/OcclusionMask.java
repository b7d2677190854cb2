package org.diffsynth.metrics;

/**
 * Which pixels of a frame can also be seen in the next: those that stay inside, are not covered,
 * and do not lie on a motion boundary.
 *
 * <p>A pixel counts as covered where forward and backward flow disagree, |f + b|² &gt; 0.01 (|f|² +
 * |b|²) + 0.5, and as a boundary where the flow bends, |∇u|² + |∇v|² &gt; 0.01 |f|² + 0.002, with b
 * the backward flow at the place f points to.
 *
 * @see <a href="https://arxiv.org/abs/1808.00449">Lai et al. 2018, Learning Blind Video Temporal
 *     Consistency</a>
 */
final class OcclusionMask {

  private OcclusionMask() {}

  /** For each pixel of the first frame, whether the second shows it. */
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
        boolean boundary = bend(forward, x, y) > 0.01f * forwardSquare + 0.002f;
        visible[i] = !covered && !boundary;
      }
    }
    return visible;
  }

  /** Forward differences, zero in the last row and column. */
  private static float bend(FlowField flow, int x, int y) {
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
