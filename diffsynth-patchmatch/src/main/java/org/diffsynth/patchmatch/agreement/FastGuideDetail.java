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
  private final DetailKernels kernels;
  private final DetailKernels.Sums sums;
  private final int[] explained;

  FastGuideDetail(int width, int height, WorkerPool workers, BoxSum boxes, DetailKernels kernels) {
    this.width = width;
    this.height = height;
    this.workers = workers;
    this.boxes = boxes;
    this.softening = new GuideSoftening(width, height, workers, boxes);
    this.kernels = kernels;
    sums = new DetailKernels.Sums(width * height);
    explained = new int[width * height];
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
            sums.x()[i] = x;
            sums.g()[i] = g;
            sums.xg()[i] = x * g;
            sums.gg()[i] = g * g;
            sums.xx()[i] = x * x;
          }
        });
    boxes.apply(sums.x(), radius);
    boxes.apply(sums.g(), radius);
    boxes.apply(sums.xg(), radius);
    boxes.apply(sums.gg(), radius);
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
          float[] slopes = new float[width];
          for (int y = from; y < to; y++) {
            kernels.slopes(sums, n, y * width, (y + 1) * width, slopes);
            for (int x = 0, i = 3 * y * width + channel; x < width; x++, i += 3) {
              int lost = (sharp[i] & 0xFFFF) - (blended[i] & 0xFFFF);
              picture[i] = Samples.round((picture[i] & 0xFFFF) + slopes[x] * lost);
            }
          }
        });
  }

  /** Writes the model's picture and adds up the explained share. */
  private void fitModel(short[] picture, short[] model, short[] sharp, int channel) {
    sums(picture, i -> GuideDetail.to10((sharp[3 * i + channel] & 0xFFFF)), channel, MODEL_RADIUS);
    boxes.apply(sums.xx(), MODEL_RADIUS);
    int n = (2 * MODEL_RADIUS + 1) * (2 * MODEL_RADIUS + 1);
    workers.runRows(
        height, (from, to) -> kernels.fit(sums, n, from * width, to * width, explained));
    boxes.apply(sums.xg(), MODEL_RADIUS);
    boxes.apply(sums.gg(), MODEL_RADIUS);
    workers.runRows(
        height,
        (from, to) -> {
          for (int i = from * width; i < to * width; i++) {
            model[3 * i + channel] =
                GuideDetail.model(n, sums.xg()[i], sums.gg()[i], sharp[3 * i + channel] & 0xFFFF);
          }
        });
  }
}
