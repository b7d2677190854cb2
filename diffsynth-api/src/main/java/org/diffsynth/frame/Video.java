package org.diffsynth.frame;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.diffsynth.internal.text.Text;

/**
 * A clip in memory, with at least one frame and all frames of one size. Immutable.
 *
 * <p>For clips that do not fit in memory use {@link FrameSource} and {@link FrameSink}; every
 * method that accepts a video has a variant for them.
 */
public final class Video implements Iterable<Frame> {

  private final List<Frame> frames;
  private final FrameRate frameRate;

  private Video(List<Frame> frames, FrameRate frameRate) {
    this.frames = List.copyOf(frames);
    this.frameRate = frameRate;
    if (this.frames.isEmpty()) {
      throw new IllegalArgumentException("a video must have at least one frame");
    }
    Frame first = this.frames.get(0);
    for (int i = 1; i < this.frames.size(); i++) {
      Frame frame = this.frames.get(i);
      if (!frame.sameSize(first)) {
        throw new IllegalArgumentException(
            Text.format(
                "all frames must have the size of the first, %s, but frame %d is %s",
                first.size(), i, frame.size()));
      }
    }
  }

  /** Creates a clip from frames of one size. */
  public static Video of(List<Frame> frames, FrameRate frameRate) {
    return new Video(frames, frameRate);
  }

  /** Reads a source to its end. The caller closes the source. */
  public static Video readAll(FrameSource source) throws IOException {
    List<Frame> frames = new ArrayList<>();
    for (Frame frame = source.read(); frame != null; frame = source.read()) {
      frames.add(frame);
    }
    if (frames.isEmpty()) {
      throw new IOException("the video has no frames");
    }
    return new Video(frames, source.format().frameRate());
  }

  /** Returns size, frame rate and length. */
  public VideoFormat format() {
    Frame first = frames.get(0);
    return new VideoFormat(first.size(), frameRate, frames.size());
  }

  /** Returns the number of frames. */
  public int size() {
    return frames.size();
  }

  /** Returns frame {@code index}, counted from 0. */
  public Frame frame(int index) {
    return frames.get(index);
  }

  /** Returns an unmodifiable list of all frames in order. */
  public List<Frame> frames() {
    return frames;
  }

  @Override
  public Iterator<Frame> iterator() {
    return frames.iterator();
  }

  /** Opens a source of these frames that begins with the first one. */
  public FrameSource open() {
    Iterator<Frame> next = frames.iterator();
    return new FrameSource() {
      @Override
      public VideoFormat format() {
        return Video.this.format();
      }

      @Override
      public Frame read() {
        return next.hasNext() ? next.next() : null;
      }

      @Override
      public void close() {}
    };
  }

  /** Creates a sink that collects frames; {@link Collector#toVideo} returns them as a clip. */
  public static Collector collector(FrameRate frameRate) {
    return new Collector(frameRate);
  }

  /** A sink that collects frames in memory. */
  public static final class Collector implements FrameSink {

    private final List<Frame> frames = new ArrayList<>();
    private final FrameRate frameRate;

    private Collector(FrameRate frameRate) {
      this.frameRate = frameRate;
    }

    @Override
    public void write(Frame frame) {
      frames.add(frame);
    }

    @Override
    public void commit() {}

    @Override
    public void close() {}

    /** Returns a clip of the frames written so far. */
    public Video toVideo() {
      return new Video(frames, frameRate);
    }
  }

  @Override
  public String toString() {
    return Text.format("Video[%d frames of %s at %s fps]", size(), format().size(), frameRate);
  }
}
