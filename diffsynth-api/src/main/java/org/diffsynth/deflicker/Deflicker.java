package org.diffsynth.deflicker;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.match.FieldCache;

/**
 * Makes a flickering video steady. Implementations are immutable values that describe how; all
 * state of a run lives in the run, so one deflicker may serve several threads.
 */
public interface Deflicker {

  /**
   * Reads both streams to their end and writes as many frames to {@code sink}, in order, holding no
   * more than a window of frames. Does not commit the sink: the caller does.
   *
   * @param guide the steady video the style was made from; frame by frame the same scene
   * @param style the flickering video; same size and length as the guide
   * @param sink where steady frames go
   * @param monitor told after every frame, asked before every batch
   * @throws IllegalArgumentException if guide and style differ in size or length, with both figures
   * @throws java.util.concurrent.CancellationException if the monitor or an interrupt ends the run;
   *     frames already written stay valid
   */
  void apply(FrameSource guide, FrameSource style, FrameSink sink, Monitor monitor)
      throws IOException;

  /**
   * The same with fields that earlier runs over the same guide have found. A deflicker that matches
   * nothing, or looks at more than the guide, does without; the frames are the same.
   *
   * @param fields what this run looks into and adds to; stays the caller's
   */
  default void apply(
      FrameSource guide, FrameSource style, FrameSink sink, Monitor monitor, FieldCache fields)
      throws IOException {
    apply(guide, style, sink, monitor);
  }

  /** The same for clips in memory. */
  default Video apply(Video guide, Video style) {
    return apply(guide, style, Monitor.NONE);
  }

  /** The same for clips in memory, watched. */
  default Video apply(Video guide, Video style, Monitor monitor) {
    Video.Collector result = Video.collector(style.format().frameRate());
    try (FrameSource guideFrames = guide.open();
        FrameSource styleFrames = style.open()) {
      apply(guideFrames, styleFrames, result, monitor);
    } catch (IOException e) {
      throw new UncheckedIOException("clips in memory cannot fail to be read", e);
    }
    return result.toVideo();
  }
}
