package org.diffsynth.patchmatch.guide;

/**
 * The factor by which the samples of a frame must be multiplied to give them the tones of its
 * neighbours, place by place. It is smooth, so that detail stays.
 *
 * <pre>
 *   gain(x) = (S(Σ w·other) + S(w·own)·G/8 + F·G) / (S(w·own)·9/8 + F)     F = S(own)/50
 * </pre>
 *
 * <p>w is the weight of the other frames at a pixel, and S a sum over squares of {@value #CELL}
 * pixels and a Gaussian blur over the squares. G is the gain of the whole frame (see {@link
 * WholeTones}); it decides where no other frame has any weight. The second addend counts the frame
 * itself as one of nine: without it, the goal would swing against the flicker. The gains of the
 * channels stay within a factor {@value #MOST_COLOUR} of the gain of their sum: where another
 * object is nearby in the other frames, its colour must not be taken for a change of tone.
 */
final class ToneGain {

  /** Side of a square in pixels. */
  private static final int CELL = 8;

  private static final SmallBlur BLUR = new SmallBlur(2);
  private static final float OWN_SHARE = 0.125f;
  private static final float WHOLE_SHARE = 0.02f;
  private static final float MOST_COLOUR = 1.2f;

  private final int width;
  private final int columns;
  private final int rows;
  private final float[][] gains = new float[3][];
  private final int[] left;
  private final float[] right;

  private ToneGain(int width, int height) {
    this.width = width;
    columns = (width + CELL - 1) / CELL;
    rows = (height + CELL - 1) / CELL;
    left = new int[width];
    right = new float[width];
    for (int x = 0; x < width; x++) {
      float place = square(x, columns);
      left[x] = (int) place;
      right[x] = place - left[x];
    }
  }

  /** The place of a pixel between the middles of the squares. */
  private static float square(int pixel, int count) {
    return Math.min(Math.max((pixel + 0.5f) / CELL - 0.5f, 0f), count - 1);
  }

  /**
   * Computes the gain of a frame.
   *
   * @param own 16-bit samples, three a pixel
   * @param sum sum of the weighted samples of other frames, three a pixel
   * @param total sum of the weights
   * @param whole gain of the whole frame, one a channel
   */
  static ToneGain of(
      short[] own, float[] sum, float[] total, float[] whole, int width, int height) {
    ToneGain gain = new ToneGain(width, height);
    float[][] others = new float[3][];
    float[][] goals = new float[3][];
    for (int c = 0; c < 3; c++) {
      others[c] = new float[gain.columns * gain.rows];
      goals[c] = new float[gain.columns * gain.rows];
      gain.add(c, own, sum, total, whole[c], goals[c], others[c]);
    }
    gain.divide(goals, others);
    return gain;
  }

  /** Computes numerator and denominator of the gain of a channel in each square. */
  private void add(
      int c, short[] own, float[] sum, float[] total, float whole, float[] goal, float[] actual) {
    float[] others = new float[columns * rows];
    float[] weighted = new float[columns * rows];
    float[] plain = new float[columns * rows];
    for (int i = 0; i < total.length; i++) {
      int cell = i / width / CELL * columns + i % width / CELL;
      float sample = own[3 * i + c] & 0xFFFF;
      others[cell] += sum[3 * i + c];
      weighted[cell] += total[i] * sample;
      plain[cell] += sample;
    }
    others = BLUR.of(others, columns, rows);
    weighted = BLUR.of(weighted, columns, rows);
    plain = BLUR.of(plain, columns, rows);
    for (int i = 0; i < goal.length; i++) {
      float few = WHOLE_SHARE * plain[i] + 1f;
      goal[i] = others[i] + whole * (OWN_SHARE * weighted[i] + few);
      actual[i] = (1f + OWN_SHARE) * weighted[i] + few;
    }
  }

  private void divide(float[][] goals, float[][] actuals) {
    for (int c = 0; c < 3; c++) {
      gains[c] = new float[columns * rows];
    }
    for (int i = 0; i < columns * rows; i++) {
      float all =
          (goals[0][i] + goals[1][i] + goals[2][i])
              / (actuals[0][i] + actuals[1][i] + actuals[2][i]);
      for (int c = 0; c < 3; c++) {
        float gain = goals[c][i] / actuals[c][i];
        gain = Math.min(Math.max(gain, all / MOST_COLOUR), all * MOST_COLOUR);
        gains[c][i] = WholeTones.limited(gain);
      }
    }
  }

  /** Writes the gains of a row of pixels, three a pixel. */
  void row(int y, float[] to) {
    float place = square(y, rows);
    int top = (int) place;
    float down = place - top;
    int upper = top * columns;
    int lower = Math.min(top + 1, rows - 1) * columns;
    for (int x = 0; x < width; x++) {
      int a = left[x];
      int b = Math.min(a + 1, columns - 1);
      for (int c = 0; c < 3; c++) {
        float[] gain = gains[c];
        float above = gain[upper + a] + right[x] * (gain[upper + b] - gain[upper + a]);
        float below = gain[lower + a] + right[x] * (gain[lower + b] - gain[lower + a]);
        to[3 * x + c] = above + down * (below - above);
      }
    }
  }
}
