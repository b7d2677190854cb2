package org.diffsynth.app.frames;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;

/**
 * Reads another source ahead on a thread of its own, so that decoding does not hold up the work on
 * the frames. A failure to read a frame is thrown when that frame is asked for, after the frames
 * before it. Closing this source waits for the frame that is being read, and closes the other one.
 */
public final class ReadAheadSource implements FrameSource {

  /** Frames that wait at most: enough to bridge a slow frame. */
  private static final int FRAMES = 3;

  private final FrameSource source;
  private final Queue<Frame> read = new ArrayDeque<>();
  private Thread reader;
  private Throwable failure;
  private boolean isEnded;
  private boolean isClosed;

  private ReadAheadSource(FrameSource source) {
    this.source = source;
  }

  /**
   * Returns a source that reads ahead, or the source itself if the command may use one thread only.
   *
   * @param threads threads that the command may use
   */
  public static FrameSource of(FrameSource source, int threads) {
    return threads == 1 ? source : new ReadAheadSource(source);
  }

  @Override
  public VideoFormat format() {
    return source.format();
  }

  @Override
  public synchronized Frame read() throws IOException {
    if (reader == null && !isClosed) {
      reader = new Thread(this::readAll, "diffsynth-read");
      reader.setDaemon(true);
      reader.start();
    }
    while (read.isEmpty() && !isEnded && !isClosed) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancellationException("cancelled");
      }
    }
    Frame frame = read.poll();
    notifyAll();
    if (frame == null && failure != null) {
      Failures.rethrow(failure);
    }
    return frame;
  }

  @Override
  public int skip(int count) throws IOException {
    synchronized (this) {
      if (reader != null || isClosed) {
        return FrameSource.super.skip(count);
      }
    }
    return source.skip(count); // nothing has been read ahead
  }

  private void readAll() {
    try {
      while (waitForRoom()) {
        Frame frame = source.read();
        if (frame == null) {
          break;
        }
        add(frame);
      }
      end(null);
    } catch (Throwable e) { // thrown by read()
      end(e);
    }
  }

  private synchronized boolean waitForRoom() throws InterruptedException {
    while (read.size() >= FRAMES && !isClosed) {
      wait();
    }
    return !isClosed;
  }

  private synchronized void add(Frame frame) {
    if (!isClosed) {
      read.add(frame);
      notifyAll();
    }
  }

  private synchronized void end(Throwable thrown) {
    failure = thrown;
    isEnded = true;
    notifyAll();
  }

  @Override
  public void close() throws IOException {
    Thread running;
    synchronized (this) {
      isClosed = true;
      read.clear();
      running = reader;
      notifyAll();
    }
    Failures.join(running);
    source.close();
  }
}
