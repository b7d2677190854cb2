package org.diffsynth.app.frames;

import java.io.IOException;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.io.Pictures;

/** Scales the frames of another source, to 8 bit; closing it closes that one. */
public final class ResizedSource implements FrameSource {

  private final FrameSource source;
  private final FrameSize size;

  public ResizedSource(FrameSource source, FrameSize size) {
    this.source = source;
    this.size = size;
  }

  @Override
  public VideoFormat format() {
    return source.format().withSize(size);
  }

  @Override
  public Frame read() throws IOException {
    Frame frame = source.read();
    return frame == null ? null : Pictures.resized(frame, size);
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
