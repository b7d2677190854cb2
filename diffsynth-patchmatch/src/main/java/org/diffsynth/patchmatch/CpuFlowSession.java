package org.diffsynth.patchmatch;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.text.Text;
import org.diffsynth.patchmatch.engine.Picture;
import org.diffsynth.patchmatch.engine.Texels;
import org.diffsynth.patchmatch.engine.WorkerPool;
import org.diffsynth.patchmatch.flow.BrightnessImage;
import org.diffsynth.patchmatch.flow.DenseInverseSearch;
import org.diffsynth.patchmatch.flow.Flow;
import org.diffsynth.patchmatch.flow.FlowCarrier;
import org.diffsynth.patchmatch.flow.FlowOptions;
import org.diffsynth.spi.FlowSession;

/** Averages along optical flow on the CPU; both CPU engines use it. */
final class CpuFlowSession implements FlowSession {

  private final int width;
  private final int height;
  private final WorkerPool workers;
  private final DenseInverseSearch search;
  private final Map<Integer, List<BrightnessImage>> guides = new HashMap<>();
  private final Map<Integer, Mean> means = new HashMap<>();

  /**
   * The picture of a frame, and its mean so far.
   *
   * @param samples the picture, three samples a pixel
   * @param sums sum of the pictures that were carried to it, three samples a pixel
   * @param counts number of pictures in the sum of each pixel
   */
  private record Mean(short[] samples, int[] sums, int[] counts) {}

  CpuFlowSession(int width, int height, int threads) {
    this.width = width;
    this.height = height;
    this.workers = new WorkerPool(threads);
    this.search = DenseInverseSearch.on(workers, FlowOptions.STEADYING);
  }

  @Override
  public void putGuide(int frame, Frame guide) {
    checkSize("guide", frame, guide);
    Texels texels = Texels.of(Picture.of(guide));
    guides.put(frame, search.pyramid(BrightnessImage.of(texels)));
  }

  @Override
  public void putStyle(int frame, Frame style) {
    checkSize("style", frame, style);
    short[] samples = Picture.of(style).samples();
    means.put(frame, new Mean(samples, new int[samples.length], new int[width * height]));
  }

  private void checkSize(String what, int number, Frame frame) {
    if (frame.width() != width || frame.height() != height) {
      throw new IllegalArgumentException(
          Text.format(
              "%s %d must be %dx%d, but was %dx%d",
              what, number, width, height, frame.width(), frame.height()));
    }
  }

  @Override
  public void exchange(int first, int second) {
    Mean firstMean = held("style", first, means);
    Mean secondMean = held("style", second, means);
    List<BrightnessImage> firstGuide = held("guide", first, guides);
    List<BrightnessImage> secondGuide = held("guide", second, guides);
    Flow forward = search.between(firstGuide, secondGuide);
    Flow backward = search.between(secondGuide, firstGuide);
    carry(secondMean, firstMean, new FlowCarrier(forward, backward));
    carry(firstMean, secondMean, new FlowCarrier(backward, forward));
  }

  private void carry(Mean source, Mean target, FlowCarrier carrier) {
    workers.runRows(
        height, (from, to) -> carrier.add(source.samples, target.sums, target.counts, from, to));
  }

  private static <T> T held(String what, int frame, Map<Integer, T> all) {
    T value = all.get(frame);
    if (value == null) {
      throw new IllegalStateException(Text.format("%s %d is missing", what, frame));
    }
    return value;
  }

  @Override
  public Frame mean(int frame) {
    Mean mean = held("style", frame, means);
    short[] rounded = new short[mean.samples.length];
    for (int i = 0; i < rounded.length; i++) {
      int count = mean.counts[i / 3] + 1;
      rounded[i] = (short) ((mean.sums[i] + (mean.samples[i] & 0xFFFF) + count / 2) / count);
    }
    return Frame.ofRgb16(width, height, rounded);
  }

  @Override
  public void dropFrame(int frame) {
    guides.remove(frame);
    means.remove(frame);
  }

  @Override
  public void close() {
    guides.clear();
    means.clear();
    workers.close();
  }
}
