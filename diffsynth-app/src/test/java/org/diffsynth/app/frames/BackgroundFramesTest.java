package org.diffsynth.app.frames;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@link ReadAheadSource} and {@link WriteBehindSink}. */
@Timeout(30)
class BackgroundFramesTest {

  private static final int FRAMES = 20;

  private static Frame frame(int number) {
    byte[] samples = new byte[3];
    samples[0] = (byte) number;
    return Frame.ofRgb8(1, 1, samples);
  }

  private static int number(Frame frame) {
    return frame.toRgb8()[0];
  }

  /** A source of {@link #FRAMES} frames that fails at one of them. */
  private static final class Numbers implements FrameSource {

    private final int failAt;
    private final List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean isClosed;
    private int next;

    Numbers(int failAt) {
      this.failAt = failAt;
    }

    @Override
    public VideoFormat format() {
      return new VideoFormat(frame(0).size(), FrameRate.DEFAULT, FRAMES);
    }

    @Override
    public Frame read() throws IOException {
      threads.add(Thread.currentThread());
      assertThat(isClosed).isFalse();
      if (next == failAt) {
        throw new IOException("frame " + next + " is damaged");
      }
      return next == FRAMES ? null : frame(next++);
    }

    @Override
    public void close() {
      isClosed = true;
    }
  }

  @Test
  void read_ahead_givesAllFramesInOrderFromAnotherThread() throws IOException {
    Numbers numbers = new Numbers(-1);
    try (FrameSource ahead = ReadAheadSource.of(numbers, 2)) {
      for (int i = 0; i < FRAMES; i++) {
        assertThat(number(ahead.read())).isEqualTo(i);
      }
      assertThat(ahead.read()).isNull();
      assertThat(ahead.read()).isNull();
    }
    assertThat(numbers.threads).doesNotContain(Thread.currentThread());
    assertThat(numbers.isClosed).isTrue();
  }

  @Test
  void of_oneThread_readsOnTheCallersThread() {
    Numbers numbers = new Numbers(-1);

    assertThat(ReadAheadSource.of(numbers, 1)).isSameAs(numbers);
  }

  @Test
  void read_damagedFrame_failsAtThatFrame() throws IOException {
    try (FrameSource ahead = ReadAheadSource.of(new Numbers(5), 2)) {
      for (int i = 0; i < 5; i++) {
        assertThat(number(ahead.read())).isEqualTo(i);
      }
      assertThatThrownBy(ahead::read).isInstanceOf(IOException.class).hasMessageContaining("5");
    }
  }

  @Test
  void close_beforeTheEnd_stopsReadingBeforeTheSourceIsClosed() throws IOException {
    Numbers numbers = new Numbers(-1);
    FrameSource ahead = ReadAheadSource.of(numbers, 2);
    ahead.read();
    ahead.close();

    assertThat(numbers.isClosed).isTrue();
    assertThat(numbers.next).isLessThan(FRAMES);
    assertThat(ahead.read()).isNull();
  }

  @Test
  void close_whileAFrameIsBeingRead_dropsThatFrame() throws Exception {
    CountDownLatch isReading = new CountDownLatch(1);
    CountDownLatch mayReturn = new CountDownLatch(1);
    FrameSource slow =
        new FrameSource() {
          @Override
          public VideoFormat format() {
            return new VideoFormat(frame(0).size(), FrameRate.DEFAULT, FRAMES);
          }

          @Override
          public Frame read() throws IOException {
            isReading.countDown();
            try {
              assertThat(mayReturn.await(10, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
            return frame(0);
          }

          @Override
          public void close() {}
        };
    FrameSource ahead = ReadAheadSource.of(slow, 2);
    Thread asking = new Thread(() -> assertThatCode(ahead::read).doesNotThrowAnyException());
    asking.start();
    assertThat(isReading.await(10, TimeUnit.SECONDS)).isTrue();
    Thread closing = new Thread(() -> assertThatCode(ahead::close).doesNotThrowAnyException());
    closing.start();
    asking.join(); // a waiting reader learns that the source is closed
    mayReturn.countDown();
    closing.join();

    assertThat(ahead.read()).isNull();
  }

  /** A sink that keeps numbers, and fails at one of them. */
  private static final class Kept implements FrameSink {

    private final List<Integer> numbers = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch mayWrite = new CountDownLatch(1);
    private final int failAt;

    Kept(int failAt) {
      this.failAt = failAt;
    }

    @Override
    public void write(Frame frame) throws IOException {
      try {
        assertThat(mayWrite.await(10, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      if (number(frame) == failAt) {
        throw new IOException("no room for frame " + failAt);
      }
      numbers.add(number(frame));
    }

    @Override
    public void commit() {
      throw new AssertionError("the caller commits");
    }

    @Override
    public void close() {
      throw new AssertionError("the caller closes");
    }
  }

  @Test
  void write_slowSink_returnsBeforeTheFrameIsWrittenAndCloseWaits() throws IOException {
    Kept kept = new Kept(-1);
    try (WriteBehindSink behind = new WriteBehindSink(kept)) {
      behind.write(frame(0));
      behind.write(frame(1));
      assertThat(kept.numbers).isEmpty();
      kept.mayWrite.countDown();
      for (int i = 2; i < FRAMES; i++) {
        behind.write(frame(i));
      }
    }
    assertThat(kept.numbers).hasSize(FRAMES).isSorted();
  }

  @Test
  void write_sinkFails_throwsOnceAndWritesNoFurtherFrame() {
    Kept kept = new Kept(3);
    kept.mayWrite.countDown();

    assertThatThrownBy(
            () -> {
              try (WriteBehindSink behind = new WriteBehindSink(kept)) {
                for (int i = 0; i < FRAMES; i++) {
                  behind.write(frame(i));
                }
              }
            })
        .isInstanceOf(IOException.class)
        .hasMessage("no room for frame 3")
        .hasNoSuppressedExceptions();
    assertThat(kept.numbers).containsExactly(0, 1, 2);
  }

  @Test
  void close_afterTheWorkFailed_stillWritesTheFinishedFrames() {
    Kept kept = new Kept(-1);
    assertThatThrownBy(
            () -> {
              try (WriteBehindSink behind = new WriteBehindSink(kept)) {
                behind.write(frame(0));
                behind.write(frame(1));
                kept.mayWrite.countDown();
                throw new IllegalStateException("the work failed");
              }
            })
        .hasMessage("the work failed");
    assertThat(kept.numbers).containsExactly(0, 1);
  }

  @Test
  void write_interruptedWhileFull_cancelsAndKeepsTheFlag() throws IOException {
    Kept kept = new Kept(-1);
    try (WriteBehindSink behind = new WriteBehindSink(kept)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < FRAMES; i++) {
                  behind.write(frame(i));
                }
              })
          .isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
      kept.mayWrite.countDown();
    }
    assertThat(kept.numbers).isNotEmpty().isSorted();
  }
}
