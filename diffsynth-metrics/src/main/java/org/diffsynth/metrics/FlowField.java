package org.diffsynth.metrics;

/**
 * Dense optical flow: the displacement of each pixel from one frame to another frame. Immutable;
 * threads may share it.
 *
 * <p>The pixel ({@code x}, {@code y}) of the first frame is found at ({@code x + dx}, {@code y +
 * dy}) in the second frame. Displacements are in pixels and may be fractional; the target position
 * may lie outside the frame.
 */
public final class FlowField {

  private final int width;
  private final int height;
  private final float[] dx;
  private final float[] dy;

  FlowField(int width, int height, float[] dx, float[] dy) {
    this.width = width;
    this.height = height;
    this.dx = dx;
    this.dy = dy;
  }

  /** Returns the number of columns of the frames. */
  public int width() {
    return width;
  }

  /** Returns the number of rows of the frames. */
  public int height() {
    return height;
  }

  /**
   * Returns the displacement of a pixel to the right, in pixels; negative values point to the left.
   */
  public float dx(int x, int y) {
    return dx[y * width + x];
  }

  /** Returns the displacement of a pixel downwards, in pixels; negative values point upwards. */
  public float dy(int x, int y) {
    return dy[y * width + x];
  }

  /**
   * Interpolates the flow bilinearly at a fractional position. Outside the frame, the flow of the
   * nearest pixel is returned.
   *
   * @param result receives the displacements {@code {dx, dy}}
   */
  void sample(float x, float y, float[] result) {
    float insideX = Math.min(Math.max(x, 0), width - 1);
    float insideY = Math.min(Math.max(y, 0), height - 1);
    int left = Math.min((int) insideX, Math.max(0, width - 2));
    int top = Math.min((int) insideY, Math.max(0, height - 2));
    int right = Math.min(left + 1, width - 1);
    int bottom = Math.min(top + 1, height - 1);
    float fx = insideX - left;
    float fy = insideY - top;
    float upperLeft = (1 - fx) * (1 - fy);
    float upperRight = fx * (1 - fy);
    float lowerLeft = (1 - fx) * fy;
    float lowerRight = fx * fy;
    int a = top * width + left;
    int b = top * width + right;
    int c = bottom * width + left;
    int d = bottom * width + right;
    result[0] = dx[a] * upperLeft + dx[b] * upperRight + dx[c] * lowerLeft + dx[d] * lowerRight;
    result[1] = dy[a] * upperLeft + dy[b] * upperRight + dy[c] * lowerLeft + dy[d] * lowerRight;
  }
}
