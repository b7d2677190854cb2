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
    start();
    return source.read();
  }

  private void start() throws IOException {
    if (!started) {
      source.skip(skipped);
      started = true;
    }
  }

  @Override
  public int skip(int count) throws IOException {
    start();
    return source.skip(count);
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
