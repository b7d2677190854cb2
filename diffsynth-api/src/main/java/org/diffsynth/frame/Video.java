package org.diffsynth.frame;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * A clip whose frames are all in memory: at least one, all of one size. Immutable.
 *
 * <p>For clips longer than memory use {@link FrameSource} and {@link FrameSink}; everything that
 * takes a video also takes those.
 */
public final class Video implements Iterable<Frame> {

  private final List<Frame> frames;
  private final FrameRate frameRate;

  private Video(List<Frame> frames, FrameRate frameRate) {
    this.frames = List.copyOf(frames);
    this.frameRate = frameRate;
    if (this.frames.isEmpty()) {
      throw new IllegalArgumentException("a video has at least one frame, got none");
    }
    Frame first = this.frames.get(0);
    for (int i = 1; i < this.frames.size(); i++) {
      Frame frame = this.frames.get(i);
      if (!frame.sameSize(first)) {
        throw new IllegalArgumentException(
            "all frames must have the size of the first, %s, but frame %d is %s"
                .formatted(first.size(), i, frame.size()));
      }
    }
  }

  /** A clip of these frames. */
  public static Video of(List<Frame> frames, FrameRate frameRate) {
    return new Video(frames, frameRate);
  }

  /** Reads a source to its end. The caller keeps and closes the source. */
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

  /** Size, frame rate and length. */
  public VideoFormat format() {
    Frame first = frames.get(0);
    return new VideoFormat(first.size(), frameRate, frames.size());
  }

  /** Number of frames. */
  public int size() {
    return frames.size();
  }

  /** Frame {@code index}, counted from 0. */
  public Frame frame(int index) {
    return frames.get(index);
  }

  /** All frames in order; unmodifiable. */
  public List<Frame> frames() {
    return frames;
  }

  @Override
  public Iterator<Frame> iterator() {
    return frames.iterator();
  }

  /** A source over these frames; every call starts at the first. */
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

  /** A sink that collects frames; {@link Collector#toVideo} gives the clip. */
  public static Collector collector(FrameRate frameRate) {
    return new Collector(frameRate);
  }

  /** Collects frames into a {@link Video}. */
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

    /** The frames written so far. */
    public Video toVideo() {
      return new Video(frames, frameRate);
    }
  }

  @Override
  public String toString() {
    return "Video[%d frames of %s at %s fps]".formatted(size(), format().size(), frameRate);
  }
}
