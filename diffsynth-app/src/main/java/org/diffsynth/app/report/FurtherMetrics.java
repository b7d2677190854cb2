package org.diffsynth.app.report;

import java.util.List;
import java.util.Map;
import org.diffsynth.frame.Frame;

/** Measures in addition to those of {@link org.diffsynth.metrics.QualityMeter}. */
public interface FurtherMetrics {

  /** Adds no further measures. */
  FurtherMetrics NONE =
      new FurtherMetrics() {
        @Override
        public void add(Frame guide, List<Frame> videos) {}

        @Override
        public Map<String, Double> numbers(int index) {
          return Map.of();
        }
      };

  /** Adds the next frame of the guide and of each video. */
  void add(Frame guide, List<Frame> videos);

  /**
   * Returns the numbers of a video, by the names that {@code diffsynth measure} prints.
   *
   * @param index number of the video, counted from 0
   */
  Map<String, Double> numbers(int index);
}
