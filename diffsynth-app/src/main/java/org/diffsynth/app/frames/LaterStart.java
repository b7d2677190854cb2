package org.diffsynth.app.frames;

import java.io.IOException;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;

/** A source without the first frames of another source. Closing it closes the other source. */
public final class LaterStart implements FrameSource {

  private final FrameSource source;
  private final int skipped;
  private boolean started;

  /** Creates a source that leaves out the given number of frames. */
  public LaterStart(FrameSource source, int skipped) {
    this.source = source;
    this.skipped = skipped;
  }

  /** Returns the number of frames that are left out. */
  public int skipped() {
    return skipped;
  }

  @Override
  public VideoFormat format() {
    VideoFormat format = source.format();
    return format.withFrameCount(format.frameCount() - skipped);
  }

  @Override
  public Frame read() throws IOException {
    for (int i = 0; i < skipped && !started; i++) {
      source.read();
    }
    started = true;
    return source.read();
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
