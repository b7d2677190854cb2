package org.diffsynth.internal.diffusion;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.host.TemporaryFolder;
import org.diffsynth.internal.text.Text;

/**
 * Frames of one size in a temporary file, so that a clip does not fill the heap. Frames keep their
 * depth and their exact samples, and may be read any number of times. Closing the store deletes the
 * file.
 */
final class FrameStore implements AutoCloseable {

  private record Entry(Frame.Depth depth, long position) {}

  private final int width;
  private final int height;
  private final FileChannel file;
  private final List<Entry> entries = new ArrayList<>();
  private long end;

  FrameStore(int width, int height, Path folder) throws IOException {
    this.width = width;
    this.height = height;
    Path path = TemporaryFolder.createFile(folder, ".frames");
    this.file =
        FileChannel.open(
            path,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
  }

  int size() {
    return entries.size();
  }

  void add(Frame frame) throws IOException {
    if (frame.width() != width || frame.height() != height) {
      throw new IllegalArgumentException(
          Text.format("frame %d must be %dx%d, was %s", size(), width, height, frame.size()));
    }
    ByteBuffer bytes = ByteBuffer.allocate(length(frame.depth()));
    switch (frame.depth()) {
      case UINT8 -> bytes.put(frame.toRgb8()).flip();
      case UINT16 -> bytes.asShortBuffer().put(frame.toRgb16());
      case FLOAT -> bytes.asFloatBuffer().put(frame.toFloat());
    }
    long position = end;
    while (bytes.hasRemaining()) {
      end += write(bytes, end);
    }
    entries.add(new Entry(frame.depth(), position));
  }

  Frame get(int index) throws IOException {
    Entry entry = entries.get(index);
    ByteBuffer bytes = ByteBuffer.allocate(length(entry.depth()));
    for (long from = entry.position(); bytes.hasRemaining(); ) {
      int read = read(bytes, from);
      if (read < 0) {
        throw new IOException("a temporary file of frames ends too early");
      }
      from += read;
    }
    bytes.flip();
    return switch (entry.depth()) {
      case UINT8 -> Frame.ofRgb8(width, height, bytes.array());
      case UINT16 -> {
        short[] samples = new short[bytes.remaining() / Short.BYTES];
        bytes.asShortBuffer().get(samples);
        yield Frame.ofRgb16(width, height, samples);
      }
      case FLOAT -> {
        float[] samples = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(samples);
        yield Frame.ofFloat(width, height, samples);
      }
    };
  }

  private int write(ByteBuffer bytes, long position) throws IOException {
    try {
      return file.write(bytes, position);
    } catch (ClosedByInterruptException e) {
      throw cancelled(e);
    }
  }

  private int read(ByteBuffer bytes, long position) throws IOException {
    try {
      return file.read(bytes, position);
    } catch (ClosedByInterruptException e) {
      throw cancelled(e);
    }
  }

  /** An interrupt during file access cancels the run; the interrupt flag stays set. */
  private static CancellationException cancelled(ClosedByInterruptException e) {
    CancellationException cancelled = new CancellationException("cancelled");
    cancelled.initCause(e);
    return cancelled;
  }

  private int length(Frame.Depth depth) {
    int bytesPerSample =
        switch (depth) {
          case UINT8 -> 1;
          case UINT16 -> Short.BYTES;
          case FLOAT -> Float.BYTES;
        };
    return Math.multiplyExact(Math.multiplyExact(width, height), 3 * bytesPerSample);
  }

  /** Returns a source of all frames. Closing the source leaves the store open. */
  FrameSource open(FrameRate frameRate) {
    return new FrameSource() {
      private int next;

      @Override
      public VideoFormat format() {
        return new VideoFormat(new FrameSize(width, height), frameRate, size());
      }

      @Override
      public Frame read() throws IOException {
        return next < size() ? get(next++) : null;
      }

      @Override
      public void close() {
        next = size();
      }
    };
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
