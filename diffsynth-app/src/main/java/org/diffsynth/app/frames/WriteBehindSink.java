package org.diffsynth.app.frames;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;

/**
 * Passes frames on to another sink on a thread of its own, so that encoding does not hold up the
 * work on the next frames. A failure to write is thrown by the next call of {@link #write}, {@link
 * #commit} or {@link #close}, and no frame is passed on after it.
 *
 * <p>{@link #close} waits until the frames that were handed over are written, also after a failure
 * of the work, because these frames are finished. It does not close the other sink.
 */
public final class WriteBehindSink implements FrameSink {

  /** Frames that wait at most: enough to bridge a slow frame. */
  private static final int FRAMES = 3;

  private final FrameSink sink;
  private final Queue<Frame> waiting = new ArrayDeque<>();
  private Thread writer;
  private Throwable failure;
  private boolean isThrown;
  private boolean isClosed;

  /** Creates a sink in front of another one, which the caller commits and closes. */
  public WriteBehindSink(FrameSink sink) {
    this.sink = sink;
  }

  @Override
  public synchronized void write(Frame frame) throws IOException {
    if (writer == null) {
      writer = new Thread(this::writeAll, "diffsynth-write");
      writer.setDaemon(true);
      writer.start();
    }
    while (waiting.size() >= FRAMES && failure == null) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancellationException("cancelled");
      }
    }
    check();
    waiting.add(frame);
    notifyAll();
  }

  private void check() throws IOException {
    if (failure != null && !isThrown) {
      isThrown = true;
      Failures.rethrow(failure);
    }
  }

  private void writeAll() {
    try {
      for (Frame frame = next(); frame != null; frame = next()) {
        sink.write(frame);
        written();
      }
    } catch (Throwable e) { // thrown by write(), commit() or close()
      fail(e);
    }
  }

  /** Returns the oldest frame that waits, or null after the last one. */
  private synchronized Frame next() throws InterruptedException {
    while (waiting.isEmpty() && !isClosed) {
      wait();
    }
    return waiting.peek();
  }

  private synchronized void written() {
    waiting.remove();
    notifyAll();
  }

  private synchronized void fail(Throwable thrown) {
    failure = thrown;
    waiting.clear();
    notifyAll();
  }

  /** Waits until all frames are written. */
  @Override
  public void commit() throws IOException {
    close();
  }

  @Override
  public void close() throws IOException {
    Thread running;
    synchronized (this) {
      isClosed = true;
      running = writer;
      notifyAll();
    }
    Failures.join(running);
    synchronized (this) {
      check();
    }
  }
}
