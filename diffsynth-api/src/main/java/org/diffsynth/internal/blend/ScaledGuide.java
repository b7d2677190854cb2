package org.diffsynth.internal.blend;

import java.io.IOException;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.io.Resampler;

/** The frames of a guide at another size. Closing this source leaves the guide open. */
record ScaledGuide(FrameSource guide, FrameSize size) implements FrameSource {

  @Override
  public VideoFormat format() {
    return guide.format().withSize(size);
  }

  @Override
  public Frame read() throws IOException {
    Frame frame = guide.read();
    return frame == null ? null : Resampler.resized(frame, size);
  }

  @Override
  public int skip(int count) throws IOException {
    return guide.skip(count);
  }

  @Override
  public void close() {}
}
