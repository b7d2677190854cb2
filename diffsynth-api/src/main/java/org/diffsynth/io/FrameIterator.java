package org.diffsynth.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;

/** The frames of a source, of which one is read ahead when the next is asked for. */
final class FrameIterator implements Iterator<Frame> {

  private final FrameSource source;
  private Frame next;
  private boolean isEnded;

  FrameIterator(FrameSource source) {
    this.source = source;
  }

  @Override
  public boolean hasNext() {
    if (next == null && !isEnded) {
      try {
        next = source.read();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      isEnded = next == null;
    }
    return next != null;
  }

  @Override
  public Frame next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the source has ended");
    }
    Frame frame = next;
    next = null;
    return frame;
  }
}
