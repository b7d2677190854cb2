package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Monitor;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.golden.GoldenModel;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.UnetInput;
import org.diffsynth.spi.UnetInput.ControlInput;
import org.diffsynth.spi.UnetInput.KeyValueRows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of first-and-previous attention in chunks: each chunk uses carried keys and values. */
class CarriedAttentionTest {
  private static final Golden GOLDEN = Golden.open();
  private static final double ROUNDING = 1e-5;
  private final GoldenModel model = new GoldenModel(GOLDEN);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void predict_inChunks_equalsOneCall(int chunk) {
    UnetInput whole = whole();
    try (DiffusionBackend backend = open()) {
      Latents expected = backend.predict(whole, Monitor.NONE);
      int sides = whole.conditionings().size();
      assertThat(distance(inChunks(backend, whole, chunk, sides), expected)).isLessThan(ROUNDING);
    }
  }

  @Test
  void predict_sidesOneByOneAndThenTogether_equalsOneCall() {
    UnetInput whole = whole();
    try (DiffusionBackend backend = open()) {
      Latents expected = backend.predict(whole, Monitor.NONE);
      assertThat(distance(inChunks(backend, whole, 2, 1), expected)).isLessThan(ROUNDING);

      UnetInput start = part(whole, new int[] {0, 1}, new int[][] {{0, 0}, {0, 0}}, 1);
      backend.predict(side(start, 0), Monitor.NONE);
      backend.predict(side(start, 1), Monitor.NONE);
      int[][] rows = {{0, 0}, {0, KeyValueRows.CACHED}};
      Latents got = backend.predict(part(whole, new int[] {0, 2}, rows, -1), Monitor.NONE);
      int frames = whole.sample().frames();
      assertThat(distance(got.select(1, 3), expected.select(2, frames + 2))).isLessThan(ROUNDING);
    }
  }

  @Test
  void predict_nothingCarried_saysSo() {
    int[][] rows = {{0, KeyValueRows.CACHED}};
    UnetInput query = part(whole(), new int[] {1}, rows, -1);
    try (DiffusionBackend backend = open()) {
      assertThatThrownBy(() -> backend.predict(query, Monitor.NONE))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("has kept nothing");
    }
  }

  @Test
  void predict_failingQuery_keepsWhatWasKept() {
    UnetInput whole = whole();
    UnetInput first = part(whole, new int[] {0, 1}, new int[][] {{0, 0}, {0, 0}}, 1);
    UnetInput next =
        part(whole, new int[] {0, 2}, new int[][] {{0, 0}, {0, KeyValueRows.CACHED}}, 1);
    UnetInput broken =
        new UnetInput(
            next.sample(),
            next.timestep(),
            next.conditionings(),
            next.attention(),
            List.of(new ControlInput("no such net", next.controls().get(0).pictures(), 1)));
    try (DiffusionBackend backend = open()) {
      backend.predict(first, Monitor.NONE);
      Latents expected = backend.predict(next, Monitor.NONE);
      backend.predict(first, Monitor.NONE);
      assertThatThrownBy(() -> backend.predict(broken, Monitor.NONE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no such net");
      assertThat(backend.predict(next, Monitor.NONE)).isEqualTo(expected);
    }
  }

  private DiffusionBackend open() {
    return model.open(CrossFrameAttention.FIRST_AND_PREVIOUS, true);
  }

  private UnetInput whole() {
    return model.step(model.rows("kv_index_FIRST_AND_PREVIOUS"), 1);
  }

  private Latents inChunks(DiffusionBackend backend, UnetInput whole, int chunk, int sides) {
    int frames = whole.sample().frames();
    List<Latents> bySide = new ArrayList<>();
    for (int from = 0; from < frames; from += chunk) {
      int to = Math.min(frames, from + chunk);
      int anchors = from == 0 ? 0 : 1;
      int[] numbers = new int[to - from + anchors];
      int[][] rows = new int[numbers.length][];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = i < anchors ? 0 : from + i - anchors;
        boolean first = numbers[i] == 0;
        rows[i] = new int[] {0, first ? 0 : i == anchors ? KeyValueRows.CACHED : i - 1};
      }
      UnetInput query = part(whole, numbers, rows, numbers.length - 1);
      for (int side = 0; side < whole.conditionings().size(); side += sides) {
        Latents noise = backend.predict(sides == 1 ? side(query, side) : query, Monitor.NONE);
        for (int s = 0; s < sides; s++) {
          int start = s * numbers.length;
          bySide.add(noise.slice(start + anchors, start + numbers.length));
        }
      }
    }
    List<Latents> ordered = new ArrayList<>();
    int all = whole.conditionings().size();
    for (int side = 0; side < all; side++) {
      for (int i = side; i < bySide.size(); i += all) {
        ordered.add(bySide.get(i));
      }
    }
    return Latents.concat(ordered);
  }

  private static UnetInput part(UnetInput whole, int[] numbers, int[][] rows, int keep) {
    ControlInput control = whole.controls().get(0);
    return new UnetInput(
        whole.sample().select(numbers),
        whole.timestep(),
        whole.conditionings(),
        KeyValueRows.of(rows, keep),
        List.of(
            new ControlInput(
                control.name(),
                Arrays.stream(numbers).mapToObj(control.pictures()::get).toList(),
                control.scale())));
  }

  private static UnetInput side(UnetInput query, int side) {
    return new UnetInput(
        query.sample(),
        query.timestep(),
        List.of(query.conditionings().get(side)),
        query.attention(),
        query.controls());
  }

  private static double distance(Latents a, Latents b) {
    float[] x = a.toArray();
    float[] y = b.toArray();
    assertThat(x).hasSameSizeAs(y);
    double worst = 0;
    for (int i = 0; i < x.length; i++) {
      worst = Math.max(worst, Math.abs(x[i] - y[i]));
    }
    return worst;
  }
}
