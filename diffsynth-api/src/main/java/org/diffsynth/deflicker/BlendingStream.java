package org.diffsynth.deflicker;

import java.io.Closeable;
import java.io.IOException;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.blend.BlendRun;
import org.diffsynth.internal.text.Text;

/**
 * A running {@link PatchBlending} that receives frames one by one, for live sources and previews.
 * {@link PatchBlending#open} creates it.
 *
 * <p>{@link #push push} adds a frame, computes on the calling thread, and writes the frames that
 * are finished to the sink. How late they are is stated at {@link PatchBlending#withDelay}. The
 * frames are those that {@link PatchBlending#apply(org.diffsynth.frame.FrameSource,
 * org.diffsynth.frame.FrameSource, FrameSink, Monitor)} writes.
 *
 * <pre>{@code
 * try (BlendingStream stream =
 *     PatchBlending.fast(7).withDelay(2).open(camera.format(), preview, Monitor.NONE)) {
 *   for (Frame frame = camera.read(); frame != null; frame = camera.read()) {
 *     stream.push(frame, model.paint(frame));
 *   }
 *   stream.finish();
 * }
 * }</pre>
 *
 * <p>A stream needs a guide. Without one, use {@link
 * Deflicker#apply(org.diffsynth.frame.FrameSource, FrameSink, Monitor)}, which derives a guide and
 * finishes a frame after reading 20 more.
 *
 * <p>A stream must not be used by several threads at a time.
 */
public final class BlendingStream implements Closeable {

  private final BlendRun<?, ?> run;
  private final VideoFormat format;
  private boolean ended;

  BlendingStream(BlendRun<?, ?> run, VideoFormat format) {
    this.run = run;
    this.format = format;
  }

  static BlendingStream open(BlendRun<?, ?> run, VideoFormat format, FrameSink sink) {
    try {
      run.open("deflicker", format, sink);
      return new BlendingStream(run, format);
    } catch (RuntimeException | Error e) {
      run.close();
      throw e;
    }
  }

  /**
   * Adds the next frame of a video with a guide, and writes the frames that are finished.
   *
   * @param guide the frame of the steady video
   * @param style the frame of the flickering video
   * @throws IllegalArgumentException if a frame has another size than the stream
   * @throws IllegalStateException if the stream has ended: by {@link #finish}, {@link #close}, or a
   *     failure
   * @throws java.util.concurrent.CancellationException if the monitor or an interrupt ends the run
   * @throws IOException if the sink cannot be written
   */
  public void push(Frame guide, Frame style) throws IOException {
    checkSize("guide", guide);
    checkSize("style", style);
    start();
    run.push(guide, style);
    ended = false;
  }

  /**
   * Ends the video and writes the frames that are left. The caller commits the sink.
   *
   * @throws IllegalStateException if the stream has ended
   */
  public void finish() throws IOException {
    start();
    run.finish();
  }

  /** Marks the stream as ended until the work has succeeded. */
  private void start() {
    if (ended) {
      throw new IllegalStateException("the stream has ended; open another one");
    }
    ended = true;
  }

  private void checkSize(String name, Frame frame) {
    if (frame.width() != format.width() || frame.height() != format.height()) {
      throw new IllegalArgumentException(
          Text.format(
              "%s must have the stream's size %s, but was %s", name, format.size(), frame.size()));
    }
  }

  /**
   * Releases engine and memory; frames that {@link #finish} has not written are lost. Does not
   * close the sink. A second call does nothing.
   */
  @Override
  public void close() {
    ended = true;
    run.close();
  }
}
