package org.diffsynth.io;

import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.internal.text.Text;

/** Publishes the frames of a source to one subscriber, as many as it requests. */
final class FramePublisher implements Flow.Publisher<Frame> {

  private final FrameSource source;
  private final Executor executor;
  private final AtomicBoolean isTaken = new AtomicBoolean();

  FramePublisher(FrameSource source, Executor executor) {
    this.source = source;
    this.executor = executor;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super Frame> subscriber) {
    if (isTaken.compareAndSet(false, true)) {
      subscriber.onSubscribe(new Reading(subscriber));
      return;
    }
    subscriber.onSubscribe(
        new Flow.Subscription() {
          @Override
          public void request(long n) {}

          @Override
          public void cancel() {}
        });
    subscriber.onError(
        new IllegalStateException(
            "the frames of a source can be read once, and another subscriber reads them; open the"
                + " file again for each subscriber"));
  }

  /** The subscription: one task at a time reads frames as long as some are requested. */
  private final class Reading implements Flow.Subscription {

    private final Flow.Subscriber<? super Frame> subscriber;
    private long requested;
    private boolean isReading;
    private boolean isOver;
    private RuntimeException mistake;

    Reading(Flow.Subscriber<? super Frame> subscriber) {
      this.subscriber = subscriber;
    }

    @Override
    public synchronized void request(long n) {
      if (n < 1) {
        mistake =
            new IllegalArgumentException(
                Text.format("at least 1 frame must be requested, but was %d", n));
      } else {
        requested = requested + n < 0 ? Long.MAX_VALUE : requested + n;
      }
      start();
    }

    @Override
    public synchronized void cancel() {
      isOver = true;
      start();
    }

    private void start() {
      if (!isReading) {
        isReading = true;
        executor.execute(this::read);
      }
    }

    /** Returns whether to read one more frame; otherwise, this task has ended. */
    private synchronized boolean goesOn() {
      isReading = requested > 0 && !isOver && mistake == null;
      if (isReading && requested < Long.MAX_VALUE) {
        requested--;
      }
      return isReading;
    }

    private void read() {
      try {
        while (goesOn()) {
          Frame frame = source.read();
          if (frame == null) {
            end();
            subscriber.onComplete();
            return;
          }
          subscriber.onNext(frame);
        }
        RuntimeException wrong = ended();
        if (wrong != null) {
          subscriber.onError(wrong);
        }
      } catch (IOException | RuntimeException e) {
        fail(e);
      }
    }

    /** Closes the source if the subscription is over, and returns the subscriber's mistake. */
    private RuntimeException ended() throws IOException {
      RuntimeException wrong;
      synchronized (this) {
        if (!isOver && mistake == null) {
          return null;
        }
        isReading = true; // no further task
        wrong = isOver ? null : mistake;
        isOver = true;
      }
      source.close();
      return wrong;
    }

    private void end() throws IOException {
      synchronized (this) {
        isOver = true;
        isReading = true; // no further task
      }
      source.close();
    }

    private void fail(Exception failure) {
      boolean isCancelled;
      synchronized (this) {
        isCancelled = isOver;
      }
      try {
        end();
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
      if (!isCancelled) {
        subscriber.onError(failure);
      }
    }
  }
}
