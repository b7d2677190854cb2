package org.diffsynth.app.frames;

import java.io.IOException;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;

/**
 * A source that has read the first frame of another source ahead, to know the depth of the samples.
 * Closing this source closes the other source.
 */
public final class PeekedSource implements FrameSource {

  private final FrameSource source;
  private Frame first;

  /** Reads the first frame of a source. */
  public PeekedSource(FrameSource source) throws IOException {
    this.source = source;
    this.first = source.read();
  }

  /** Returns the depth of the first frame, or 8 bits if there is none. Call this before reading. */
  public Frame.Depth depth() {
    return first == null ? Frame.Depth.UINT8 : first.depth();
  }

  @Override
  public VideoFormat format() {
    return source.format();
  }

  @Override
  public Frame read() throws IOException {
    if (first == null) {
      return source.read();
    }
    Frame frame = first;
    first = null;
    return frame;
  }

  @Override
  public int skip(int count) throws IOException {
    if (count < 1 || first == null) {
      return source.skip(count);
    }
    first = null;
    return 1 + source.skip(count - 1);
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
