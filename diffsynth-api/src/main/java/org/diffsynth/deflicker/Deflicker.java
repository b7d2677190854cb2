package org.diffsynth.deflicker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.diffsynth.compute.AsyncRun;
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
   * @param style the flickering video; has the length of the guide, and its size or, for {@link
   *     PatchBlending}, its proportions
   * @param sink receives the deflickered frames
   * @param monitor receives the progress after every frame and is asked before every batch whether
   *     to cancel
   * @throws IllegalArgumentException if guide and style do not fit, or are one object
   * @throws java.util.concurrent.CancellationException if the monitor or an interrupt ends the run;
   *     frames that were already written are complete
   * @throws IOException if a source cannot be read or the sink cannot be written. {@link
   *     PatchBlending} first finishes and writes the frames that it has read
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
   * Deflickers a clip in memory on another thread. Runs share nothing but the deflicker, which is a
   * value, so several may run at once.
   *
   * @param executor runs the work on one of its threads; an engine uses further threads of its own,
   *     see {@link ComputeOptions#withThreads}
   * @param monitor receives the progress on the thread of the run, and may cancel it
   * @return the deflickered video. {@code cancel(true)} ends the run before its next batch
   */
  default CompletableFuture<Video> applyAsync(
      Video guide, Video style, Executor executor, Monitor monitor) {
    return AsyncRun.start(executor, monitor, current -> apply(guide, style, current));
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
   * Returns a deflicker that mixes the result of this one with the input: {@code input + strength ·
   * (result − input)}. Flicker becomes weaker as the strength grows; a strength below 1 keeps some
   * of the input's liveliness and of what the deflicker would soften.
   *
   * <p>Strength, {@link #withMask mask} and {@link #withLumaOnly luma only} or {@link
   * #withColourOnly colour only} combine in any order; a later value replaces an earlier one of its
   * kind. They work on the results, so settings of a {@link PatchBlending} are set before:
   *
   * <pre>{@code
   * Deflicker gentle = PatchBlending.sharp(15).withShots(shots).withStrength(0.5).withMask(sky);
   * }</pre>
   *
   * @param strength share of the result, in [0, 1]; 1 is this deflicker's full result, and 0
   *     returns the frames of the input without deflickering. 0.5 to 0.8 is typical where the full
   *     result looks too smooth
   * @throws IllegalArgumentException if the strength is outside of [0, 1]
   */
  default Deflicker withStrength(double strength) {
    return ControlledDeflicker.of(this).withStrength(strength);
  }

  /**
   * Returns a deflicker that changes only the white parts of a mask. Samples of black parts are
   * those of the input, exactly. See {@link #withStrength} for what it combines with.
   *
   * @param mask one picture for all frames, or one for each frame. A run throws an {@link
   *     IllegalArgumentException} at its start if the number of pictures or their proportions do
   *     not fit the video
   */
  default Deflicker withMask(DeflickerMask mask) {
    return ControlledDeflicker.of(this).withMask(mask);
  }

  /**
   * Returns a deflicker that steadies brightness only, and keeps the colour of the input: for
   * restored or scanned film whose colours are right. The luma of BT.601 comes from the result; the
   * differences between red, green and blue, and so Cb and Cr, stay those of the input. Where a
   * colour would leave the range of the samples, it gets paler and keeps its hue. Replaces {@link
   * #withColourOnly}.
   */
  default Deflicker withLumaOnly() {
    return ControlledDeflicker.of(this).withLumaOnly();
  }

  /**
   * Returns a deflicker that steadies colour only, and keeps the brightness and so all detail of
   * the input: for colourised video, whose black-and-white original is steady. The luma of BT.601
   * comes from the input; the differences between red, green and blue, and so Cb and Cr, come from
   * the result. Where a colour would leave the range of the samples, it gets paler and keeps its
   * hue. Replaces {@link #withLumaOnly}.
   */
  default Deflicker withColourOnly() {
    return ControlledDeflicker.of(this).withColourOnly();
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
