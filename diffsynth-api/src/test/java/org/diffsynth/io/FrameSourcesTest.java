package org.diffsynth.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.diffsynth.frame.VideoFormat;
import org.junit.jupiter.api.Test;

class FrameSourcesTest {

  /** Frames whose first sample is their number; remembers whether it was closed. */
  private static final class Numbers implements FrameSource {

    private final int count;
    private final int failAt;
    private int next;
    private boolean isClosed;

    Numbers(int count, int failAt) {
      this.count = count;
      this.failAt = failAt;
    }

    @Override
    public VideoFormat format() {
      return new VideoFormat(new FrameSize(2, 2), FrameRate.of(30), count);
    }

    @Override
    public Frame read() throws IOException {
      if (next == failAt) {
        throw new IOException("frame " + next + " is damaged");
      }
      return next == count ? null : frame(next++);
    }

    @Override
    public void close() {
      isClosed = true;
    }
  }

  private static Frame frame(int number) {
    byte[] samples = new byte[12];
    samples[0] = (byte) number;
    return Frame.ofRgb8(2, 2, samples);
  }

  private static List<Integer> numbers(FrameSource source) throws IOException {
    List<Integer> numbers = new ArrayList<>();
    for (Frame frame = source.read(); frame != null; frame = source.read()) {
      numbers.add(frame.toRgb8()[0] & 0xFF);
    }
    assertThat(source.read()).isNull();
    if (source.format().frameCount() != VideoFormat.UNKNOWN_COUNT) {
      assertThat((long) numbers.size()).isEqualTo(source.format().frameCount());
    }
    return numbers;
  }

  @Test
  void range_frames_areThoseFromAndBeforeTheEnd() throws IOException {
    Numbers numbers = new Numbers(10, -1);
    FrameSource range = FrameSources.range(numbers, 3, 6);
    assertThat(numbers(range)).containsExactly(3, 4, 5);
    range.close();
    assertThat(numbers.isClosed).isTrue();
    assertThat(numbers(FrameSources.range(new Numbers(5, -1), 3, 9))).containsExactly(3, 4);
    assertThat(numbers(FrameSources.range(new Numbers(5, -1), 7, 9))).isEmpty();
    assertThatThrownBy(() -> FrameSources.range(numbers, 3, 3))
        .hasMessage("from must be in [0, to), but they were 3 and 3");
  }

  @Test
  void everyNth_frames_keepTheirTimes() throws IOException {
    FrameSource third = FrameSources.everyNth(new Numbers(10, -1), 3);
    assertThat(third.format().frameRate()).isEqualTo(FrameRate.of(10));
    assertThat(numbers(third)).containsExactly(0, 3, 6, 9);
    assertThat(numbers(FrameSources.everyNth(new Numbers(4, -1), 1))).containsExactly(0, 1, 2, 3);
    assertThatThrownBy(() -> FrameSources.everyNth(third, 0))
        .hasMessage("n must be at least 1, but was 0");
  }

  @Test
  void atRate_anyRate_showsWhatTheSourceShowsThen() throws IOException {
    assertThat(numbers(FrameSources.atRate(new Numbers(3, -1), FrameRate.of(60))))
        .containsExactly(0, 0, 1, 1, 2, 2);
    for (FrameRate rate : List.of(FrameRate.of(25), FrameRate.of(24), new FrameRate(30000, 1001))) {
      List<Integer> shown = numbers(FrameSources.atRate(new Numbers(200, -1), rate));
      double ratio = 30 / rate.framesPerSecond();
      assertThat(shown)
          .hasSize((int) Math.ceil(200 / ratio))
          .isEqualTo(
              IntStream.range(0, shown.size()).mapToObj(k -> (int) (k * ratio + 1e-9)).toList());
    }
  }

  @Test
  void resized_frames_haveTheSizeOfTheFormat() throws IOException {
    FrameSource large = FrameSources.resized(new Numbers(2, -1), new FrameSize(6, 4));
    assertThat(large.format().size()).isEqualTo(new FrameSize(6, 4));
    assertThat(large.read().size()).isEqualTo(new FrameSize(6, 4));
  }

  @Test
  void stream_ofASource_isLazyAndClosesIt() throws IOException {
    Numbers numbers = new Numbers(10, -1);
    try (Stream<Frame> frames = FrameSources.stream(numbers)) {
      assertThat(frames.limit(2)).containsExactly(frame(0), frame(1));
      assertThat(numbers.next).isLessThan(10);
    }
    assertThat(numbers.isClosed).isTrue();
    assertThatThrownBy(() -> FrameSources.stream(new Numbers(3, 1)).count())
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("frame 1 is damaged");
  }

  @Test
  void of_stream_readsItsFramesAndItsFailure() throws IOException {
    Video clip = Video.of(List.of(frame(4), frame(5)), FrameRate.DEFAULT);
    boolean[] isClosed = {false};
    FrameSource source =
        FrameSources.of(clip.frames().stream().onClose(() -> isClosed[0] = true), FrameRate.of(7));
    assertThat(source.format().frameRate()).isEqualTo(FrameRate.of(7));
    assertThat(numbers(source)).containsExactly(4, 5);
    source.close();
    assertThat(isClosed[0]).isTrue();
    FrameSource damaged =
        FrameSources.of(FrameSources.stream(new Numbers(3, 1)), FrameRate.DEFAULT);
    damaged.read();
    assertThatThrownBy(damaged::read).isInstanceOf(IOException.class).hasMessageContaining("1");
    assertThatThrownBy(() -> FrameSources.of(Stream.empty(), FrameRate.DEFAULT))
        .hasMessageContaining("at least one frame");
  }

  /** Keeps what it receives; requests nothing by itself. */
  private static final class Kept implements Flow.Subscriber<Frame> {

    private final List<Frame> frames = new ArrayList<>();
    private Flow.Subscription subscription;
    private Throwable failure;
    private boolean isComplete;

    @Override
    public void onSubscribe(Flow.Subscription newSubscription) {
      subscription = newSubscription;
    }

    @Override
    public void onNext(Frame frame) {
      frames.add(frame);
    }

    @Override
    public void onError(Throwable thrown) {
      failure = thrown;
    }

    @Override
    public void onComplete() {
      isComplete = true;
    }
  }

  private static final Executor HERE = Runnable::run;

  @Test
  void publisher_requests_decideHowManyFramesAreRead() {
    Numbers numbers = new Numbers(5, -1);
    Kept kept = new Kept();
    FrameSources.publisher(numbers, HERE).subscribe(kept);
    assertThat(numbers.next).isZero();
    kept.subscription.request(2);
    assertThat(kept.frames).containsExactly(frame(0), frame(1));
    assertThat(numbers.next).isEqualTo(2);
    kept.subscription.request(Long.MAX_VALUE);
    kept.subscription.request(Long.MAX_VALUE);
    assertThat(kept.frames).hasSize(5);
    assertThat(kept.isComplete).isTrue();
    assertThat(numbers.isClosed).isTrue();
  }

  @Test
  void publisher_cancelledFailedOrMisused_closesTheSource() {
    Numbers cancelled = new Numbers(5, -1);
    Kept first = new Kept();
    FrameSources.publisher(cancelled, HERE).subscribe(first);
    first.subscription.request(1);
    first.subscription.cancel();
    first.subscription.request(1);
    assertThat(first.frames).hasSize(1);
    assertThat(first.isComplete).isFalse();
    assertThat(cancelled.isClosed).isTrue();

    Numbers damaged = new Numbers(5, 1);
    Kept second = new Kept();
    FrameSources.publisher(damaged, HERE).subscribe(second);
    second.subscription.request(9);
    assertThat(second.failure).isInstanceOf(IOException.class).hasMessageContaining("damaged");
    assertThat(damaged.isClosed).isTrue();

    Numbers misused = new Numbers(5, -1);
    Kept third = new Kept();
    Flow.Publisher<Frame> publisher = FrameSources.publisher(misused, HERE);
    publisher.subscribe(third);
    Kept late = new Kept();
    publisher.subscribe(late);
    assertThat(late.failure).isInstanceOf(IllegalStateException.class);
    third.subscription.request(0);
    assertThat(third.failure).isInstanceOf(IllegalArgumentException.class);
    assertThat(misused.isClosed).isTrue();
  }
}
