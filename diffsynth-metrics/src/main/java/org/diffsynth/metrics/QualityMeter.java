package org.diffsynth.metrics;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.text.Text;

/**
 * Measures the quality of one or more videos frame by frame. The meter keeps only the previous
 * frame of each video, so the length of a video is not limited by memory.
 *
 * <p>Motion is estimated on the guide, never on the measured video, by {@link OpticalFlow} in both
 * directions. Several videos with the same guide are measured together, so that the flow is
 * estimated only once. Not thread-safe.
 *
 * <pre>{@code
 * QualityMeter meter = new QualityMeter(1);
 * while (…) {
 *   meter.add(guide, List.of(result), style, null);
 * }
 * QualityReport report = meter.report(0);
 * }</pre>
 *
 * @see <a href="https://arxiv.org/abs/1808.00449">Lai et al. 2018, Learning blind video temporal
 *     consistency</a>
 */
public final class QualityMeter {

  private final List<VideoRecord> records = new ArrayList<>();
  private LumaImage previousGuide;
  private int frames;

  /**
   * Creates a quality meter without frames.
   *
   * @param videos number of videos that are measured against one guide, at least 1
   */
  public QualityMeter(int videos) {
    if (videos < 1) {
      throw new IllegalArgumentException("videos must be at least 1, but was " + videos);
    }
    for (int i = 0; i < videos; i++) {
      records.add(new VideoRecord());
    }
  }

  /**
   * Adds the next frame of the guide, of each measured video, and of the references.
   *
   * @param guide next frame of the steady video from which motion is estimated
   * @param videos next frame of each measured video
   * @param style next frame of the flickering input, or null if there is none
   * @param truth next frame of the known steady result, or null if there is none
   * @throws IllegalArgumentException if the number of videos is wrong, or if a frame differs in
   *     size from the guide; the message names both sizes
   */
  public void add(Frame guide, List<Frame> videos, Frame style, Frame truth) {
    if (videos.size() != records.size()) {
      throw new IllegalArgumentException(
          Text.format(
              "videos must have one frame for each of %d videos, but had %d",
              records.size(), videos.size()));
    }
    videos.forEach(video -> checkSize("video", video, guide));
    checkSize("style", style, guide);
    checkSize("truth", truth, guide);
    LumaImage grey = LumaImage.of(guide);
    FlowField forward = null;
    boolean[] visible = null;
    if (previousGuide != null) {
      forward = OpticalFlow.between(previousGuide, grey);
      visible = OcclusionMask.of(forward, OpticalFlow.between(grey, previousGuide));
    }
    for (int i = 0; i < records.size(); i++) {
      records.get(i).add(videos.get(i), style, truth, forward, visible);
    }
    previousGuide = grey;
    frames++;
  }

  private static void checkSize(String what, Frame frame, Frame guide) {
    if (frame != null && !frame.sameSize(guide)) {
      throw new IllegalArgumentException(
          Text.format(
              "%s and guide must have the same size, but were %s and %s",
              what, frame.size(), guide.size()));
    }
  }

  /**
   * Returns the quality of one video, from the frames that were added so far.
   *
   * @param index index of the video, from 0
   */
  public QualityReport report(int index) {
    return records.get(index).report(frames);
  }
}
