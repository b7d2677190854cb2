package org.diffsynth.deflicker;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.match.FieldCache;

/**
 * Removes flicker from a video. A deflicker gets two videos: the <em>style</em>, which flickers,
 * and the <em>guide</em>, which shows the same scene frame by frame and does not flicker.
 *
 * <p>Implementations are immutable values. All state of a run is created inside {@code apply}, so
 * threads may share a deflicker. {@link PatchBlending} is the implementation of this library.
 */
@FunctionalInterface
public interface Deflicker {

  /** A deflicker that copies the style to the sink and ignores the guide. */
  Deflicker UNCHANGED =
      (guide, style, sink, monitor) -> {
        for (Frame frame = style.read(); frame != null; frame = style.read()) {
          monitor.checkCancelled();
          sink.write(frame);
        }
      };

  /**
   * Deflickers a stream. Reads both sources to their end and writes one frame to {@code sink} for
   * each frame of the style, in order. Neither closes the sources nor commits the sink.
   *
   * @param guide the steady video that the style was made from
   * @param style the flickering video; has the size and the length of the guide
   * @param sink receives the deflickered frames
   * @param monitor receives the progress after every frame and is asked before every batch whether
   *     to cancel
   * @throws IllegalArgumentException if guide and style differ in size or length, or are one object
   * @throws java.util.concurrent.CancellationException if the monitor or an interrupt ends the run;
   *     frames that were already written are complete
   * @throws IOException if a source cannot be read or the sink cannot be written
   */
  void apply(FrameSource guide, FrameSource style, FrameSink sink, Monitor monitor)
      throws IOException;

  /**
   * Deflickers a stream with correspondences that earlier runs over the same guide have found. The
   * frames are those of {@link #apply(FrameSource, FrameSource, FrameSink, Monitor)}. The default
   * implementation ignores the cache.
   *
   * @param fields cache that this run reads and adds to; the caller closes it
   */
  default void apply(
      FrameSource guide, FrameSource style, FrameSink sink, Monitor monitor, FieldCache fields)
      throws IOException {
    apply(guide, style, sink, monitor);
  }

  /**
   * Deflickers a stream without a guide. {@link PatchBlending} derives a guide from the style. The
   * default implementation uses the flickering style itself as the guide, which works only where
   * the flicker is weaker than the contrast of the scene.
   *
   * @param style the flickering video, read once to its end
   * @param sink receives the deflickered frames; the caller commits it
   * @param monitor receives the progress and may cancel the run
   */
  default void apply(FrameSource style, FrameSink sink, Monitor monitor) throws IOException {
    SharedSource shared = new SharedSource(style);
    apply(shared.reader(), shared.reader(), sink, monitor);
  }

  /** Deflickers a clip in memory: {@code style}, guided by {@code guide}. */
  default Video apply(Video guide, Video style) {
    return apply(guide, style, Monitor.NONE);
  }

  /**
   * Deflickers a clip in memory: {@code style}, guided by {@code guide}; the monitor may cancel.
   */
  default Video apply(Video guide, Video style, Monitor monitor) {
    Video.Collector result = Video.collector(style.format().frameRate());
    try (FrameSource guideFrames = guide.open();
        FrameSource styleFrames = style.open()) {
      apply(guideFrames, styleFrames, result, monitor);
    } catch (IOException e) {
      throw new UncheckedIOException("reading frames in memory failed", e);
    }
    return result.toVideo();
  }

  /**
   * Deflickers a clip in memory without a guide; see {@link #apply(FrameSource, FrameSink,
   * Monitor)}.
   */
  default Video apply(Video style) {
    Video.Collector result = Video.collector(style.format().frameRate());
    try (FrameSource frames = style.open()) {
      apply(frames, result, Monitor.NONE);
    } catch (IOException e) {
      throw new UncheckedIOException("reading frames in memory failed", e);
    }
    return result.toVideo();
  }

  /**
   * Returns this deflicker with {@code defaults} in place of every compute option that it leaves
   * automatic; see {@link ComputeOptions#withDefaults}. A pipeline calls this method with its own
   * options. The default implementation returns this deflicker, which is right for a deflicker
   * without compute options.
   */
  default Deflicker withDefaultCompute(ComputeOptions defaults) {
    return this;
  }
}
