package org.diffsynth.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.text.Text;

/**
 * Sources made from other sources, and sources as Java streams. A returned source reads one frame
 * at a time, and closing it closes the source that it was made from.
 *
 * <pre>{@code
 * try (FrameSource source = FrameSources.resized(
 *     FrameSources.range(VideoFiles.open(file), 100, 200), new FrameSize(640, 360))) {
 *   …
 * }
 * }</pre>
 */
public final class FrameSources {

  private FrameSources() {}

  /**
   * Returns a source of the frames of a Java stream.
   *
   * @param frames frames of one size, at least one; the first is read at once. Closing the source
   *     closes the stream. An {@link UncheckedIOException} of the stream is thrown as its {@link
   *     IOException}
   * @param rate frame rate of the source
   * @throws IllegalArgumentException if the stream has no frame
   */
  public static FrameSource of(Stream<Frame> frames, FrameRate rate) {
    return new StreamedFrames(frames, rate);
  }

  /**
   * Returns a source that changes each frame of another one.
   *
   * @param size size of the changed frames
   * @param change function from a frame of the source to one of the given size
   */
  public static FrameSource changed(
      FrameSource source, FrameSize size, UnaryOperator<Frame> change) {
    Objects.requireNonNull(change, "change");
    return new Derived(source, source.format().withSize(size)) {
      @Override
      public Frame read() throws IOException {
        Frame frame = source.read();
        return frame == null ? null : change.apply(frame);
      }

      @Override
      public int skip(int frames) throws IOException {
        return source.skip(frames);
      }
    };
  }

  /** Returns a source that scales frames to a size with a Lanczos filter, stretching if needed. */
  public static FrameSource resized(FrameSource source, FrameSize size) {
    return changed(source, size, frame -> Resampler.resized(frame, size));
  }

  /**
   * Returns a source of some consecutive frames of another one. Frames before {@code from} are
   * skipped.
   *
   * @param from number of the first frame, counted from 0
   * @param to number of the frame after the last one; more than {@code from}. The source ends
   *     earlier if the other one does
   */
  public static FrameSource range(FrameSource source, long from, long to) {
    if (from < 0 || to <= from) {
      throw new IllegalArgumentException(
          Text.format("from must be in [0, to), but they were %d and %d", from, to));
    }
    VideoFormat format = source.format();
    long count = format.frameCount();
    long kept =
        count == VideoFormat.UNKNOWN_COUNT ? count : Math.max(0, Math.min(to, count) - from);
    return new Derived(source, new VideoFormat(format.size(), format.frameRate(), kept)) {
      private long next;

      @Override
      public Frame read() throws IOException {
        while (next < from) {
          int skipped = source.skip((int) Math.min(Integer.MAX_VALUE, from - next));
          if (skipped == 0) {
            return null;
          }
          next += skipped;
        }
        return next++ < to ? source.read() : null;
      }
    };
  }

  /**
   * Returns a source of the frames 0, n, 2n, … of another one, at an n-th of its frame rate.
   *
   * @param n distance between frames, at least 1
   */
  public static FrameSource everyNth(FrameSource source, int n) {
    if (n < 1) {
      throw new IllegalArgumentException("n must be at least 1, but was " + n);
    }
    FrameRate rate = source.format().frameRate();
    return atRate(
        source, new FrameRate(rate.numerator(), Math.multiplyExact(n, rate.denominator())));
  }

  /**
   * Returns a source that shows another one at another frame rate: frames are repeated or left out,
   * so that the clip lasts as long as before. The frame at time t is the one that the other source
   * shows at t.
   */
  public static FrameSource atRate(FrameSource source, FrameRate rate) {
    return new ChangedRate(source, rate);
  }

  /**
   * Returns the frames of a source as a Java stream, which is sequential, ordered and read lazily.
   * Closing the stream closes the source; a terminal operation alone does not. An {@link
   * IOException} of the source is thrown as an {@link UncheckedIOException}.
   */
  public static Stream<Frame> stream(FrameSource source) {
    Iterator<Frame> frames = new FrameIterator(source);
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(frames, Spliterator.ORDERED | Spliterator.NONNULL),
            false)
        .onClose(
            () -> {
              try {
                source.close();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  /**
   * Returns the frames of a source as a publisher of reactive streams, for one subscriber. Frames
   * are read on the executor, only as many as the subscriber requests. The source is closed after
   * its last frame, after an error, and when the subscription is cancelled.
   *
   * @param executor reads the frames and calls the subscriber
   */
  public static Flow.Publisher<Frame> publisher(FrameSource source, Executor executor) {
    return new FramePublisher(source, executor);
  }

  /** A source that has its own format and closes another one. */
  abstract static class Derived implements FrameSource {

    final FrameSource source;
    private final VideoFormat format;

    Derived(FrameSource source, VideoFormat format) {
      this.source = source;
      this.format = format;
    }

    @Override
    public final VideoFormat format() {
      return format;
    }

    @Override
    public final void close() throws IOException {
      source.close();
    }
  }
}
