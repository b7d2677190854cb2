package org.diffsynth.deflicker;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;

/**
 * One source that several readers see in full. A frame is kept until the slowest reader has read
 * it. Closing a reader leaves the source open.
 */
final class SharedSource {

  private final FrameSource source;
  private final List<Reader> readers = new ArrayList<>();

  SharedSource(FrameSource source) {
    this.source = source;
  }

  /** Adds a reader. All readers must be added before the first frame is read. */
  FrameSource reader() {
    Reader reader = new Reader();
    readers.add(reader);
    return reader;
  }

  /** Two readers of one stream would each get half of its frames. */
  static void checkDistinct(FrameSource guide, FrameSource style) {
    if (guide == style) {
      throw new IllegalArgumentException(
          "guide and style must be two sources, but were one object; a video guides itself with"
              + " apply(style, sink, monitor)");
    }
  }

  private final class Reader implements FrameSource {

    private final Queue<Frame> waiting = new ArrayDeque<>();

    @Override
    public VideoFormat format() {
      return source.format();
    }

    @Override
    public Frame read() throws IOException {
      if (waiting.isEmpty()) {
        Frame frame = source.read();
        if (frame == null) {
          return null;
        }
        readers.forEach(reader -> reader.waiting.add(frame));
      }
      return waiting.remove();
    }

    @Override
    public void close() {
      readers.remove(this);
      waiting.clear();
    }
  }
}
