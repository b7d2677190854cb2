package org.diffsynth.patchmatch.agreement;

import org.diffsynth.patchmatch.engine.Texels;
import org.diffsynth.patchmatch.engine.WorkerPool;

/** The definition of {@link GuideDetail}: one plane of sums after the other. */
final class ReferenceGuideDetail implements GuideDetail {

  private final int size;
  private final BoxSum boxes;
  private final GuideSoftening softening;

  ReferenceGuideDetail(int width, int height, WorkerPool workers) {
    this.size = width * height;
    this.boxes = new ReferenceBoxSum(width, height, workers);
    this.softening = new GuideSoftening(width, height, workers, boxes);
  }

  /** The sums of a regression of x on g, around each pixel. */
  private record Sums(int n, int[] x, int[] g, int[] xg, int[] gg, int[] xx) {

    float slope(int i) {
      return GuideDetail.slope(n, x[i], g[i], xg[i], gg[i]);
    }

    int explainedShare(int i) {
      return GuideDetail.explainedShare(n, x[i], g[i], xg[i], gg[i], xx[i]);
    }
  }

  /** Sums over squares, of 16-bit samples x and g. */
  private Sums sums(int[] x16, int[] g16, int radius) {
    int[] x = new int[size];
    int[] g = new int[size];
    int[] xg = new int[size];
    int[] gg = new int[size];
    int[] xx = new int[size];
    for (int i = 0; i < size; i++) {
      x[i] = GuideDetail.to10(x16[i]);
      g[i] = GuideDetail.to10(g16[i]);
      xg[i] = x[i] * g[i];
      gg[i] = g[i] * g[i];
      xx[i] = x[i] * x[i];
    }
    for (int[] plane : new int[][] {x, g, xg, gg, xx}) {
      boxes.apply(plane, radius);
    }
    return new Sums((2 * radius + 1) * (2 * radius + 1), x, g, xg, gg, xx);
  }

  @Override
  public byte[] apply(AgreedPicture agreed, Texels guide, SharedDetail shared) {
    short[] softened = softening.apply(agreed, guide, shared);
    int[] explained = new int[size];
    for (int channel = 0; channel < 3; channel++) {
      int[] sharp = plane(softened, channel);
      restoreLoss(agreed, sharp, channel);
      fitModel(agreed, sharp, channel, explained);
    }
    boxes.apply(explained, MODEL_RADIUS);
    int n = (2 * MODEL_RADIUS + 1) * (2 * MODEL_RADIUS + 1);
    byte[] boost = new byte[size];
    for (int i = 0; i < size; i++) {
      int flicker = agreed.flicker()[i] & 0xFF;
      GuideDetail.shrink(agreed.picture(), agreed.guide(), boost, i, n, explained[i], flicker);
    }
    return boost;
  }

  private int[] plane(short[] samples, int channel) {
    int[] plane = new int[size];
    for (int i = 0; i < size; i++) {
      plane[i] = samples[3 * i + channel] & 0xFFFF;
    }
    return plane;
  }

  private void restoreLoss(AgreedPicture agreed, int[] sharp, int channel) {
    int[] picture = plane(agreed.picture(), channel);
    int[] blended = plane(agreed.guide(), channel);
    Sums sums = sums(picture, blended, LOSS_RADIUS);
    for (int i = 0; i < size; i++) {
      int lost = sharp[i] - blended[i];
      agreed.picture()[3 * i + channel] = Samples.round(picture[i] + sums.slope(i) * lost);
    }
  }

  /** Writes the model over the blended guide, which nobody reads again. */
  private void fitModel(AgreedPicture agreed, int[] sharp, int channel, int[] explained) {
    Sums sums = sums(plane(agreed.picture(), channel), sharp, MODEL_RADIUS);
    int[] slopes = new int[size];
    int[] offsets = new int[size];
    for (int i = 0; i < size; i++) {
      float slope = sums.slope(i);
      float offset = (sums.x[i] - slope * sums.g[i]) / sums.n;
      explained[i] += sums.explainedShare(i);
      slopes[i] = (int) (slope * SLOPE_ONE + 0.5f);
      offsets[i] = (int) Math.floor(offset * OFFSET_ONE + 0.5f);
    }
    boxes.apply(slopes, MODEL_RADIUS);
    boxes.apply(offsets, MODEL_RADIUS);
    for (int i = 0; i < size; i++) {
      agreed.guide()[3 * i + channel] = GuideDetail.model(sums.n, slopes[i], offsets[i], sharp[i]);
    }
  }
}
