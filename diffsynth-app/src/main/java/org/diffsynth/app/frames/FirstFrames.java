package org.diffsynth.app.frames;

import java.io.IOException;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;

/** The first frames of another source. Closing this source closes the other source. */
public final class FirstFrames implements FrameSource {

  private final FrameSource source;
  private final int count;
  private int read;

  /** Limits a source to {@code count} frames. */
  public FirstFrames(FrameSource source, int count) {
    this.source = source;
    this.count = count;
  }

  /** Returns a format with at most {@code count} frames. */
  public static VideoFormat limited(VideoFormat format, int count) {
    long frames = format.frameCount();
    return format.withFrameCount(frames < 0 ? frames : Math.min(frames, count));
  }

  @Override
  public VideoFormat format() {
    return limited(source.format(), count);
  }

  @Override
  public Frame read() throws IOException {
    return read++ < count ? source.read() : null;
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
