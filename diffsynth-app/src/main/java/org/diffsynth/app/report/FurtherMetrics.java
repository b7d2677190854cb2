package org.diffsynth.app.report;

import java.util.List;
import java.util.Map;
import org.diffsynth.frame.Frame;

/** Numbers beyond those of {@link org.diffsynth.metrics.QualityMeter}, by models of the user. */
public interface FurtherMetrics {

  /** None. */
  FurtherMetrics NONE =
      new FurtherMetrics() {
        @Override
        public void add(Frame guide, List<Frame> videos) {}

        @Override
        public Map<String, Double> numbers(int index) {
          return Map.of();
        }
      };

  /** Takes the next frame of the guide and of each video. */
  void add(Frame guide, List<Frame> videos);

  /** What was found for a video, by the names that {@code diffsynth measure} prints, in order. */
  Map<String, Double> numbers(int index);
}
