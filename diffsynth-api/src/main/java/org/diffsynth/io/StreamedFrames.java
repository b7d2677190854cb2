package org.diffsynth.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.stream.Stream;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;

/** A source of the frames of a Java stream. */
final class StreamedFrames implements FrameSource {

  private final Stream<Frame> stream;
  private final Iterator<Frame> frames;
  private final VideoFormat format;
  private Frame first;

  StreamedFrames(Stream<Frame> stream, FrameRate rate) {
    this.stream = stream;
    this.frames = stream.iterator();
    if (!frames.hasNext()) {
      throw new IllegalArgumentException("the stream must have at least one frame, but had none");
    }
    this.first = frames.next();
    this.format = new VideoFormat(first.size(), rate, VideoFormat.UNKNOWN_COUNT);
  }

  @Override
  public VideoFormat format() {
    return format;
  }

  @Override
  public Frame read() throws IOException {
    Frame frame = first;
    first = null;
    try {
      return frame != null ? frame : frames.hasNext() ? frames.next() : null;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  @Override
  public void close() {
    stream.close();
  }
}
