package org.diffsynth.app.frames;

import java.io.IOException;
import java.util.function.UnaryOperator;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;

/** Changes the frames of another source one by one; closing it closes that one. */
public record ConvertedSource(FrameSource source, VideoFormat format, UnaryOperator<Frame> change)
    implements FrameSource {

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
