package org.diffsynth.patchmatch.agreement;

import java.util.Arrays;
import org.diffsynth.patchmatch.engine.Texels;
import org.diffsynth.patchmatch.engine.WorkerPool;

/**
 * Computes {@link GuideDetail} with planes of sums that are kept from frame to frame, running box
 * sums, and rows shared out among threads.
 */
final class FastGuideDetail implements GuideDetail {

  private final int width;
  private final int height;
  private final WorkerPool workers;
  private final BoxSum boxes;
  private final GuideSoftening softening;
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
    this.softening = new GuideSoftening(width, height, workers, boxes);
    int size = width * height;
    sumX = new int[size];
    sumG = new int[size];
    sumXg = new int[size];
    sumGg = new int[size];
    sumXx = new int[size];
    explained = new int[size];
  }

  @Override
  public byte[] apply(AgreedPicture agreed, Texels guide, SharedDetail shared) {
    short[] sharp = softening.apply(agreed, guide, shared);
    byte[] boost = new byte[width * height];
    for (int channel = 0; channel < 3; channel++) {
      restoreLoss(agreed, sharp, channel);
    }
    short[] picture = agreed.picture();
    short[] model = agreed.guide(); // no longer needed
    Arrays.fill(explained, 0);
    for (int channel = 0; channel < 3; channel++) {
      fitModel(picture, model, sharp, channel);
    }
    boxes.apply(explained, MODEL_RADIUS);
    int n = (2 * MODEL_RADIUS + 1) * (2 * MODEL_RADIUS + 1);
    workers.runRows(
        height,
        (from, to) -> {
          for (int i = from * width; i < to * width; i++) {
            GuideDetail.shrink(
                picture, model, boost, i, n, explained[i], agreed.flicker()[i] & 0xFF);
          }
        });
    return boost;
  }

  private void sums(short[] picture, IntAt guide10, int channel, int radius) {
    workers.runRows(
        height,
        (from, to) -> {
          for (int i = from * width; i < to * width; i++) {
            int x = GuideDetail.to10(picture[3 * i + channel] & 0xFFFF);
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

  private void restoreLoss(AgreedPicture agreed, short[] sharp, int channel) {
    short[] picture = agreed.picture();
    short[] blended = agreed.guide();
    sums(picture, i -> GuideDetail.to10(blended[3 * i + channel] & 0xFFFF), channel, LOSS_RADIUS);
    int n = (2 * LOSS_RADIUS + 1) * (2 * LOSS_RADIUS + 1);
    workers.runRows(
        height,
        (from, to) -> {
          for (int i = from * width; i < to * width; i++) {
            float slope = slope(i, n);
            int lost = (sharp[3 * i + channel] & 0xFFFF) - (blended[3 * i + channel] & 0xFFFF);
            float restored = (picture[3 * i + channel] & 0xFFFF) + slope * lost;
            picture[3 * i + channel] = Samples.round(restored);
          }
        });
  }

  private float slope(int i, int n) {
    return GuideDetail.slope(n, sumX[i], sumG[i], sumXg[i], sumGg[i]);
  }

  /** Writes the model's picture and adds up the explained share. */
  private void fitModel(short[] picture, short[] model, short[] sharp, int channel) {
    sums(picture, i -> GuideDetail.to10((sharp[3 * i + channel] & 0xFFFF)), channel, MODEL_RADIUS);
    boxes.apply(sumXx, MODEL_RADIUS);
    int n = (2 * MODEL_RADIUS + 1) * (2 * MODEL_RADIUS + 1);
    workers.runRows(
        height,
        (from, to) -> {
          for (int i = from * width; i < to * width; i++) {
            float slope = slope(i, n);
            float offset = (sumX[i] - slope * sumG[i]) / n;
            explained[i] +=
                GuideDetail.explainedShare(n, sumX[i], sumG[i], sumXg[i], sumGg[i], sumXx[i]);
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
            model[3 * i + channel] =
                GuideDetail.model(n, sumXg[i], sumGg[i], (sharp[3 * i + channel] & 0xFFFF));
          }
        });
  }
}
