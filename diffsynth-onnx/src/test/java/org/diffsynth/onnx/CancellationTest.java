package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.diffsynth.Monitor;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.golden.GoldenModel;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.KeyValueRows;
import org.diffsynth.spi.NoiseQuery;
import org.junit.jupiter.api.Test;

class CancellationTest {
  private static final int TIMES = 50;
  private static final double SLACK_SECONDS = 2;
  private final GoldenModel model = new GoldenModel(Golden.open());

  @Test
  void predict_cancelledAtAnyMoment_endsSoonAndLeavesBackendUsable() {
    NoiseQuery query = model.step(KeyValueRows.SELF, 1);
    try (DiffusionBackend backend = model.open(CrossFrameAttention.NONE, true)) {
      Latents expected = backend.predict(query, Monitor.NONE);
      long start = System.nanoTime();
      backend.predict(query, Monitor.NONE);
      long call = System.nanoTime() - start;
      Random random = new Random(7);
      int cancelled = 0;
      for (int i = 0; i < TIMES; i++) {
        long begin = System.nanoTime();
        long moment = begin + (long) (random.nextDouble() * call);
        try {
          assertThat(backend.predict(query, after(moment))).isEqualTo(expected);
        } catch (CancellationException e) {
          cancelled++;
        }
        assertThat((System.nanoTime() - begin) * 1e-9).isLessThan(call * 2e-9 + SLACK_SECONDS);
      }
      assertThat(cancelled).isPositive();
      assertThat(backend.predict(query, Monitor.NONE)).isEqualTo(expected);
    }
  }

  @Test
  void predict_interrupted_isCancelledAndStaysInterrupted() {
    NoiseQuery query = model.step(KeyValueRows.SELF, 0);
    try (DiffusionBackend backend = model.open(CrossFrameAttention.NONE, false)) {
      Latents expected = backend.predict(query, Monitor.NONE);
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> backend.predict(query, Monitor.NONE))
          .isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(backend.predict(query, Monitor.NONE)).isEqualTo(expected);
    }
  }

  @Test
  void close_interrupted_closesAllTheSame() {
    DiffusionBackend backend = model.open(CrossFrameAttention.NONE, false);
    Thread.currentThread().interrupt();
    backend.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThatThrownBy(() -> backend.encodeText(List.of("")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  private static Monitor after(long moment) {
    return new Monitor() {
      @Override
      public boolean isCancelled() {
        return System.nanoTime() >= moment;
      }
    };
  }
}
