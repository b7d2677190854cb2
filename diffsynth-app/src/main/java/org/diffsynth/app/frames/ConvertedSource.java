package org.diffsynth.app.frames;

import java.io.IOException;
import java.util.function.UnaryOperator;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.io.Resampler;

/**
 * Changes the frames of another source one by one. Closing this source closes the other one.
 *
 * @param source source of the unchanged frames
 * @param format format of the changed frames
 * @param change function from an unchanged frame to a changed one
 */
public record ConvertedSource(FrameSource source, VideoFormat format, UnaryOperator<Frame> change)
    implements FrameSource {

  /** Returns a source that scales frames to the given size with a Lanczos filter. */
  public static ConvertedSource resized(FrameSource source, FrameSize size) {
    return new ConvertedSource(
        source, source.format().withSize(size), frame -> Resampler.resized(frame, size));
  }

  @Override
  public Frame read() throws IOException {
    Frame frame = source.read();
    return frame == null ? null : change.apply(frame);
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
