package org.diffsynth.patchmatch.agreement;

import java.util.Arrays;
import org.diffsynth.patchmatch.engine.Texels;
import org.diffsynth.patchmatch.engine.WorkerPool;

/**
 * Gives an agreed picture the detail that the guide knows of.
 *
 * <p>First, what blending has cost: matches are whole pixels and some are wrong, so the guide,
 * blended by the weights of the picture, is not quite the guide. What it lacks the picture lacks
 * too, as many times as the picture's contrast is the guide's around that place (a control variate:
 * the slope of a regression over 9 by 9 pixels).
 *
 * <p>Second, where the guide explains the picture nearly fully, what it does not explain is more
 * likely flicker than style. There the picture moves towards its local linear model a·guide + b
 * over 17 by 17 pixels (a guided filter), by the fourth power of the explained share of variance,
 * and only as far as the sources disagreed.
 *
 * <ol>
 *   <li>Lavenberg and Welch 1981, control variates.
 *   <li>He, Sun and Tang 2010, Guided Image Filtering, equations 5 to 8.
 * </ol>
 */
final class FastGuideDetail implements GuideDetail {

  private static final int LOSS_RADIUS = 4;
  private static final int MODEL_RADIUS = 8;

  /** Samples in sums have 10 bits, so that sums of products over 289 pixels fit an int. */
  private static final int SHIFT = 6;

  /** Variance, in 10-bit units, that stands for noise in a regression: 20 in 8-bit units. */
  private static final float NOISE = 20f * 16f;

  private static final float MOST_SLOPE = 2f;

  /** How much contrast is added to the finest detail where there was nothing but flicker... */
  private static final float EXTRA_GAIN = 0.03f;

  /** ...and how much more where the guide explains nothing, so matches fit the detail less. */
  private static final float UNEXPLAINED_GAIN = 0.14f;

  private static final float SLOPE_ONE = 4096f;
  private static final float OFFSET_ONE = 16f;

  private final int width;
  private final int height;
  private final WorkerPool workers;
  private final BoxSum boxes;
  private final int[] sumX;
  private final int[] sumG;
  private final int[] sumXg;
  private final int[] sumGg;
  private final int[] sumXx;
  private final int[] explained;

  FastGuideDetail(int width, int height, WorkerPool workers, BoxSum boxes) {
    this.width = width;
    this.height = height;
    this.workers = workers;
    this.boxes = boxes;
    int size = width * height;
    sumX = new int[size];
    sumG = new int[size];
    sumXg = new int[size];
    sumGg = new int[size];
    sumXx = new int[size];
    explained = new int[size];
  }

  @Override
  public byte[] apply(AgreedPicture agreed, Texels guide) {
    byte[] boost = new byte[width * height];
    for (int channel = 0; channel < 3; channel++) {
      restoreLoss(agreed, guide, channel);
    }
    short[] picture = agreed.picture();
    short[] model = agreed.guide(); // no longer needed
    Arrays.fill(explained, 0);
    for (int channel = 0; channel < 3; channel++) {
      fitModel(picture, model, guide, channel);
    }
    boxes.apply(explained, MODEL_RADIUS);
    workers.runRows(
        height,
        (from, to) -> {
          for (int i = from * width; i < to * width; i++) {
            shrink(picture, model, boost, i, agreed.flicker()[i] & 0xFF);
          }
        });
    return boost;
  }

  private void sums(short[] picture, IntAt guide10, int channel, int radius) {
    workers.runRows(
        height,
        (from, to) -> {
          for (int i = from * width; i < to * width; i++) {
            int x = to10(picture[3 * i + channel] & 0xFFFF);
            int g = guide10.at(i);
            sumX[i] = x;
            sumG[i] = g;
            sumXg[i] = x * g;
            sumGg[i] = g * g;
            sumXx[i] = x * x;
          }
        });
    boxes.apply(sumX, radius);
    boxes.apply(sumG, radius);
    boxes.apply(sumXg, radius);
    boxes.apply(sumGg, radius);
  }

  private interface IntAt {
    int at(int i);
  }

  private static int to10(int sample16) {
    return sample16 + (1 << SHIFT - 1) >> SHIFT;
  }

  private static int guide16(Texels guide, int i, int channel) {
    return Texels.channel(guide.rgb()[i], channel) * 257;
  }

  private void restoreLoss(AgreedPicture agreed, Texels guide, int channel) {
    short[] picture = agreed.picture();
    short[] blended = agreed.guide();
    sums(picture, i -> to10(blended[3 * i + channel] & 0xFFFF), channel, LOSS_RADIUS);
    int n = (2 * LOSS_RADIUS + 1) * (2 * LOSS_RADIUS + 1);
    workers.runRows(
        height,
        (from, to) -> {
          for (int i = from * width; i < to * width; i++) {
            float slope = slope(i, n);
            int lost = guide16(guide, i, channel) - (blended[3 * i + channel] & 0xFFFF);
            float restored = (picture[3 * i + channel] & 0xFFFF) + slope * lost;
            picture[3 * i + channel] = Samples.round(restored);
          }
        });
  }

  /** Covariance over variance of the guide, both n² times. */
  private float slope(int i, int n) {
    float covariance = (float) ((long) n * sumXg[i] - (long) sumX[i] * sumG[i]);
    float variance = (float) ((long) n * sumGg[i] - (long) sumG[i] * sumG[i]);
    float slope = covariance / (variance + NOISE * (n * n));
    return Math.min(Math.max(slope, 0f), MOST_SLOPE);
  }

  /** Writes the model's picture and adds up the explained share. */
  private void fitModel(short[] picture, short[] model, Texels guide, int channel) {
    sums(picture, i -> to10(guide16(guide, i, channel)), channel, MODEL_RADIUS);
    boxes.apply(sumXx, MODEL_RADIUS);
    int n = (2 * MODEL_RADIUS + 1) * (2 * MODEL_RADIUS + 1);
    workers.runRows(
        height,
        (from, to) -> {
          for (int i = from * width; i < to * width; i++) {
            float slope = slope(i, n);
            float offset = (sumX[i] - slope * sumG[i]) / n;
            explained[i] += explainedShare(i, n);
            sumXg[i] = (int) (slope * SLOPE_ONE + 0.5f);
            sumGg[i] = (int) Math.floor(offset * OFFSET_ONE + 0.5f);
          }
        });
    boxes.apply(sumXg, MODEL_RADIUS);
    boxes.apply(sumGg, MODEL_RADIUS);
    workers.runRows(
        height,
        (from, to) -> {
          for (int i = from * width; i < to * width; i++) {
            float slope = sumXg[i] / (SLOPE_ONE * n);
            float offset = sumGg[i] * ((1 << SHIFT) / OFFSET_ONE) / n;
            model[3 * i + channel] = Samples.round(slope * guide16(guide, i, channel) + offset);
          }
        });
  }

  /** The squared correlation, 0 to 4096; none where it is negative. */
  private int explainedShare(int i, int n) {
    float covariance = (float) ((long) n * sumXg[i] - (long) sumX[i] * sumG[i]);
    if (covariance <= 0f) {
      return 0;
    }
    float noise = NOISE * (n * n);
    float guideVariance = (float) ((long) n * sumGg[i] - (long) sumG[i] * sumG[i]);
    float variance = (float) ((long) n * sumXx[i] - (long) sumX[i] * sumX[i]);
    float share = covariance / (guideVariance + noise) * (covariance / (variance + noise));
    return (int) (share * 4096f + 0.5f);
  }

  private void shrink(short[] picture, short[] model, byte[] boost, int i, int flicker) {
    int n = (2 * MODEL_RADIUS + 1) * (2 * MODEL_RADIUS + 1);
    float share = Math.min(1f, explained[i] / (3f * 4096f * n));
    float explainedWell = share * share * (share * share);
    float flickering = flicker / (float) Agreement.FLICKER_ONE;
    float amount = explainedWell * flickering;
    float gain = flickering * (EXTRA_GAIN + UNEXPLAINED_GAIN * (1 - explainedWell));
    boost[i] = (byte) (int) (gain * BOOST_ONE + 0.5f);
    for (int k = 3 * i; k < 3 * i + 3; k++) {
      int value = picture[k] & 0xFFFF;
      picture[k] = Samples.round(value + amount * ((model[k] & 0xFFFF) - value));
    }
  }
}
