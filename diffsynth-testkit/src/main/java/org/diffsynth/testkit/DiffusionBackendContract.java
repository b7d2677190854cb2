package org.diffsynth.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.CrossFrameAttention.FrameRef;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.InitialNoise;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.NoiseLevel;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.text.Text;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.ModelDescription;
import org.diffsynth.spi.ModelDescription.ImageInputShape;
import org.diffsynth.spi.UnetInput;
import org.diffsynth.spi.UnetInput.Conditioning;
import org.diffsynth.spi.UnetInput.ControlInput;
import org.diffsynth.spi.UnetInput.ImageInput;
import org.diffsynth.spi.UnetInput.KeyValueRows;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The requirements of {@link DiffusionBackend}, as a JUnit 5 suite to run against an
 * implementation. Works with any model: pictures have the smallest size that the model accepts, and
 * results of one call are compared with results of other calls.
 *
 * <p>Extend this class, and implement {@link #open} and {@link #controlNets}. Tests for
 * ControlNets, image prompts and additional channels are skipped if the model has none.
 */
public abstract class DiffusionBackendContract {

  private static final int ROWS = 3;

  private final List<DiffusionBackend> opened = new ArrayList<>();

  /**
   * Opens a model of the backend under test with the ControlNets of {@link #controlNets}. The suite
   * closes the backend after each test.
   *
   * @param attention cross-frame attention to open the model with; see {@code
   *     DiffusionSettings.withAttention}
   */
  protected abstract DiffusionBackend open(CrossFrameAttention attention) throws IOException;

  /** Returns the names of the ControlNets that {@link #open} opens; may be empty. */
  protected abstract List<String> controlNets();

  /**
   * Returns the largest difference that rounding may cause in a sample when a row is evaluated
   * together with other rows; default 1e-4. Models in half precision need about 1e-2.
   */
  protected double tolerance() {
    return 1e-4;
  }

  @AfterEach
  void closeAll() {
    opened.forEach(DiffusionBackend::close);
  }

  private DiffusionBackend backend(CrossFrameAttention attention) throws IOException {
    DiffusionBackend backend = open(attention);
    opened.add(backend);
    return backend;
  }

  private DiffusionBackend backend() throws IOException {
    return backend(CrossFrameAttention.NONE);
  }

  @Test
  void encodeText_promptsOfAnyLength_giveAsManyTokens() throws IOException {
    DiffusionBackend backend = backend();
    String longPrompt = "a long winding road through the winter forest, ".repeat(20);

    List<Embedding> texts = backend.encodeText(List.of("", "snow", longPrompt));

    assertThat(texts).hasSize(3);
    assertThat(texts).extracting(Embedding::tokens).containsOnly(texts.get(0).tokens());
    assertThat(texts).extracting(Embedding::width).containsOnly(texts.get(0).width());
    assertThat(texts.get(1)).isNotEqualTo(texts.get(0));
    assertThat(texts.get(2)).isNotEqualTo(texts.get(1));
  }

  @Test
  void encodeText_twice_givesTheSameBytes() throws IOException {
    DiffusionBackend backend = backend();

    assertThat(backend.encodeText(List.of("snow", "")))
        .isEqualTo(backend.encodeText(List.of("snow", "")));
  }

  @Test
  void encode_severalFrames_equalsOneByOne() throws IOException {
    DiffusionBackend backend = backend();
    List<Frame> frames = frames(backend);

    Latents together = backend.encode(frames, Monitor.NONE);

    ModelDescription model = backend.model();
    int side = model.sizeMultiple() / model.vaeScaleFactor();
    assertThat(together.shape())
        .isEqualTo(Text.format("(%d, %d, %d, %d)", ROWS, model.latentChannels(), side, side));
    for (int i = 0; i < ROWS; i++) {
      assertClose(backend.encode(frames.subList(i, i + 1), Monitor.NONE), together.slice(i, i + 1));
    }
    assertThat(together.slice(0, 1)).isNotEqualTo(together.slice(1, 2));
  }

  @Test
  void encode_anyDepth_seesTheSamePicture() throws IOException {
    DiffusionBackend backend = backend();
    Frame frame = frames(backend).get(0);

    assertClose(
        backend.encode(List.of(frame.as(Frame.Depth.FLOAT)), Monitor.NONE),
        backend.encode(List.of(frame), Monitor.NONE));
  }

  @Test
  void decode_severalFrames_equalsOneByOne() throws IOException {
    DiffusionBackend backend = backend();
    Latents latents = backend.encode(frames(backend), Monitor.NONE);

    List<Frame> together = backend.decode(latents, Monitor.NONE);

    assertThat(together).hasSize(ROWS);
    for (int i = 0; i < ROWS; i++) {
      Frame frame = together.get(i);
      assertThat(frame.depth()).isEqualTo(Frame.Depth.FLOAT);
      assertThat(frame.width()).isEqualTo(backend.model().sizeMultiple());
      assertThat(frame.height()).isEqualTo(backend.model().sizeMultiple());
      float[] alone = backend.decode(latents.slice(i, i + 1), Monitor.NONE).get(0).toFloat();
      assertThat(alone).containsExactly(frame.toFloat(), within((float) tolerance()));
    }
  }

  @Test
  void predict_twice_givesTheSameBytes() throws IOException {
    DiffusionBackend backend = backend();
    UnetInput query = query(backend, KeyValueRows.SELF);

    assertThat(backend.predict(query, Monitor.NONE))
        .isEqualTo(backend.predict(query, Monitor.NONE));
  }

  @Test
  void predict_ordinaryAttention_equalsRowByRow() throws IOException {
    DiffusionBackend backend = backend();
    UnetInput query = query(backend, KeyValueRows.SELF);

    Latents together = backend.predict(query, Monitor.NONE);

    assertThat(together.frames()).isEqualTo(2 * ROWS);
    for (int row = 0; row < ROWS; row++) {
      Latents alone =
          backend.predict(
              with(query, query.sample().slice(row, row + 1), KeyValueRows.SELF), Monitor.NONE);
      assertClose(alone.slice(0, 1), together.slice(row, row + 1));
      assertClose(alone.slice(1, 2), together.slice(ROWS + row, ROWS + row + 1));
    }
  }

  @Test
  void predict_conditioningsApart_equalsTogether() throws IOException {
    for (CrossFrameAttention attention :
        List.of(CrossFrameAttention.NONE, CrossFrameAttention.FIRST_FRAME)) {
      DiffusionBackend backend = backend(attention);
      KeyValueRows rows =
          attention == CrossFrameAttention.NONE ? KeyValueRows.SELF : all(new int[] {0});
      UnetInput query = query(backend, rows);

      Latents together = backend.predict(query, Monitor.NONE);

      for (int side = 0; side < 2; side++) {
        UnetInput alone = one(query, side);
        assertClose(
            backend.predict(alone, Monitor.NONE), together.slice(side * ROWS, (side + 1) * ROWS));
      }
      assertThat(together.slice(0, ROWS)).isNotEqualTo(together.slice(ROWS, 2 * ROWS));
    }
  }

  @Test
  void predict_everyRowSeesItself_isOrdinaryAttention() throws IOException {
    DiffusionBackend backend = backend(CrossFrameAttention.FIRST_FRAME);
    KeyValueRows own = KeyValueRows.of(new int[][] {{0}, {1}, {2}}, -1);

    assertClose(
        backend.predict(query(backend, own), Monitor.NONE),
        backend.predict(query(backend, KeyValueRows.SELF), Monitor.NONE));
  }

  @Test
  void predict_rowsSeeOthers_changesWithWhatTheySee() throws IOException {
    DiffusionBackend backend = backend(CrossFrameAttention.FIRST_FRAME);
    Latents own = backend.predict(query(backend, KeyValueRows.SELF), Monitor.NONE);

    Latents first = backend.predict(query(backend, all(new int[] {0})), Monitor.NONE);

    assertClose(first.slice(0, 1), own.slice(0, 1));
    assertThat(LatentsDistance.largest(first.slice(1, 3), own.slice(1, 3)))
        .isGreaterThan(10 * tolerance());
  }

  @Test
  void predict_rowNamedInAnotherOrderOrTwice_isAsAttentionSaysIt() throws IOException {
    DiffusionBackend backend =
        backend(CrossFrameAttention.pattern(FrameRef.PREVIOUS, FrameRef.SELF, FrameRef.NEXT));
    Latents forward = backend.predict(query(backend, all(new int[] {0, 1, 2})), Monitor.NONE);
    Latents backward = backend.predict(query(backend, all(new int[] {2, 1, 0})), Monitor.NONE);
    Latents doubled =
        backend.predict(query(backend, all(new int[] {0, 1, 2, 0, 1, 2})), Monitor.NONE);

    // Attention is a mean with weights that do not know about places.
    assertClose(backward, forward);
    assertClose(doubled, forward);
    Latents uneven = backend.predict(query(backend, all(new int[] {0, 0, 0, 1})), Monitor.NONE);
    Latents even = backend.predict(query(backend, all(new int[] {0, 1})), Monitor.NONE);
    assertThat(LatentsDistance.largest(uneven, even)).isGreaterThan(tolerance());
  }

  @Test
  void predict_carriedRow_equalsOnePiece() throws IOException {
    DiffusionBackend backend = backend(CrossFrameAttention.FIRST_AND_PREVIOUS);
    int[][] chain = {{0, 0}, {0, 0}, {0, 1}};
    UnetInput query = query(backend, KeyValueRows.of(chain, -1));
    Latents whole = backend.predict(query, Monitor.NONE);

    UnetInput start =
        with(query, query.sample().slice(0, 2), KeyValueRows.of(new int[][] {{0, 0}, {0, 0}}, 1));
    UnetInput rest =
        with(
            query,
            query.sample().select(0, 2),
            KeyValueRows.of(new int[][] {{0, 0}, {0, KeyValueRows.CACHED}}, -1));
    backend.predict(start, Monitor.NONE);
    Latents chunk = backend.predict(rest, Monitor.NONE);
    assertClose(chunk.slice(1, 2), whole.slice(2, 3));
    assertClose(chunk.slice(3, 4), whole.slice(5, 6));

    // Sides apart keep a row each.
    backend.predict(one(start, 0), Monitor.NONE);
    backend.predict(one(start, 1), Monitor.NONE);
    assertClose(backend.predict(one(rest, 0), Monitor.NONE).slice(1, 2), whole.slice(2, 3));
    assertClose(backend.predict(one(rest, 1), Monitor.NONE).slice(1, 2), whole.slice(5, 6));
  }

  @Test
  void predict_nothingWasKept_isRefused() throws IOException {
    DiffusionBackend backend = backend(CrossFrameAttention.FIRST_AND_PREVIOUS);
    int[][] rows = {{0, 0}, {0, KeyValueRows.CACHED}, {0, 1}};

    assertThatThrownBy(
            () -> backend.predict(query(backend, KeyValueRows.of(rows, -1)), Monitor.NONE))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void predict_controlNet_movesTheResultByItsScale() throws IOException {
    assumeThat(controlNets()).isNotEmpty();
    DiffusionBackend backend = backend();
    UnetInput plain = query(backend, KeyValueRows.SELF);
    List<Frame> pictures = frames(backend);
    Latents without = backend.predict(plain, Monitor.NONE);

    Latents weak = backend.predict(controlled(plain, pictures, 1e-6f), Monitor.NONE);
    Latents strong = backend.predict(controlled(plain, pictures, 1), Monitor.NONE);

    assertClose(weak, without);
    assertThat(LatentsDistance.largest(strong, without)).isGreaterThan(tolerance());
    for (int row = 0; row < ROWS; row++) {
      UnetInput alone =
          controlled(
              with(plain, plain.sample().slice(row, row + 1), KeyValueRows.SELF),
              pictures.subList(row, row + 1),
              1);
      assertClose(backend.predict(alone, Monitor.NONE).slice(0, 1), strong.slice(row, row + 1));
    }
  }

  @Test
  void predict_unknownControlNet_isRefusedByName() throws IOException {
    DiffusionBackend backend = backend();
    UnetInput plain = query(backend, KeyValueRows.SELF);
    UnetInput query =
        new UnetInput(
            plain.sample(),
            plain.timestep(),
            plain.conditionings(),
            plain.attention(),
            List.of(new ControlInput("no-such-net", frames(backend), 1)));

    assertThatThrownBy(() -> backend.predict(query, Monitor.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no-such-net");
  }

  @Test
  void predict_notANumber_isHandedOnInItsRow() throws IOException {
    DiffusionBackend backend = backend();
    UnetInput query = query(backend, KeyValueRows.SELF);
    float[] samples = query.sample().toArray();
    samples[query.sample().frameSize() + 1] = Float.NaN;
    Latents broken =
        Latents.of(
            ROWS,
            query.sample().channels(),
            query.sample().height(),
            query.sample().width(),
            samples);

    Latents result = backend.predict(with(query, broken, KeyValueRows.SELF), Monitor.NONE);

    assertThat(result.firstNotFinite()).isEqualTo(1);
    assertThat(result.slice(2, 4).firstNotFinite()).isEqualTo(-1);
  }

  @Test
  void predict_afterACancelledCall_worksAsBefore() throws IOException {
    DiffusionBackend backend = backend();
    UnetInput query = query(backend, KeyValueRows.SELF);
    Latents before = backend.predict(query, Monitor.NONE);
    Monitor cancelled =
        new Monitor() {
          @Override
          public boolean isCancelled() {
            return true;
          }
        };

    try {
      assertThat(backend.predict(query, cancelled)).isEqualTo(before);
    } catch (CancellationException e) {
      assertThat(e).hasNoCause();
    }

    assertThat(backend.predict(query, Monitor.NONE)).isEqualTo(before);
  }

  @Test
  void rowsPerCall_anySize_isAtLeastOne() throws IOException {
    DiffusionBackend backend = backend();

    assertThat(backend.rowsPerCall(8, 8, 1)).isPositive();
    assertThat(backend.rowsPerCall(4096, 4096, 2)).isPositive();
  }

  @Test
  void close_twice_doesNothingMore() throws IOException {
    DiffusionBackend backend = backend();

    backend.close();
    backend.close();
  }

  private static List<Frame> frames(DiffusionBackend backend) {
    int side = backend.model().sizeMultiple();
    return IntStream.range(0, ROWS).mapToObj(i -> TestFrames.texture(side, side, 50 + i)).toList();
  }

  /** Three rows that differ, under an empty and another prompt. */
  private static UnetInput query(DiffusionBackend backend, KeyValueRows attention) {
    ModelDescription model = backend.model();
    int side = model.sizeMultiple() / model.vaeScaleFactor();
    List<Latents> rows = new ArrayList<>();
    for (int row = 0; row < ROWS; row++) {
      rows.add(InitialNoise.seeded(90 + row).firstFrame(model.latentChannels(), side, side));
    }
    NoiseLevel level = model.noiseSchedule().at(model.noiseSchedule().timesteps() / 2);
    List<Embedding> texts = backend.encodeText(List.of("", "winter, snow, oil painting"));
    return new UnetInput(
        Latents.concat(rows),
        level.timestep(),
        List.of(new Conditioning(texts.get(0), true), new Conditioning(texts.get(1), false)),
        attention,
        List.of());
  }

  private static Embedding embedding(DiffusionBackend backend, int seed) {
    ImageInputShape shape = backend.model().imageInput().orElseThrow();
    int tokens = Math.max(1, shape.tokens());
    int width = Math.max(1, shape.width());
    float[] noise = InitialNoise.seeded(seed).firstFrame(1, tokens, width).toArray();
    return Embedding.of(tokens, width, noise);
  }

  /**
   * Every row uses its own image prompt, alone or in a batch; the negative guidance branch uses
   * none.
   */
  @Test
  void predict_imagePromptOfEachRow_isThatRowsAlone() throws IOException {
    DiffusionBackend backend = backend();
    assumeThat(backend.model().imageInput()).as("an IP-Adapter").isPresent();
    UnetInput plain = query(backend, KeyValueRows.SELF);
    List<Embedding> pictures =
        IntStream.range(0, ROWS).mapToObj(row -> embedding(backend, 20 + row)).toList();

    Latents all = backend.predict(plain.withImage(new ImageInput(pictures, 1)), Monitor.NONE);
    Latents without = backend.predict(plain, Monitor.NONE);

    assertClose(all.slice(0, ROWS), without.slice(0, ROWS));
    for (int row = 0; row < ROWS; row++) {
      ImageInput own = new ImageInput(List.of(pictures.get(row)), 1);
      UnetInput alone =
          with(plain, plain.sample().slice(row, row + 1), KeyValueRows.SELF).withImage(own);
      Latents expected = backend.predict(alone, Monitor.NONE);
      assertClose(all.slice(row, row + 1), expected.slice(0, 1));
      assertClose(all.slice(ROWS + row, ROWS + row + 1), expected.slice(1, 2));
      ImageInput other = new ImageInput(List.of(pictures.get((row + 1) % ROWS)), 1);
      Latents different = backend.predict(alone.withImage(other), Monitor.NONE);
      assertThat(LatentsDistance.largest(different.slice(1, 2), expected.slice(1, 2)))
          .isGreaterThan(10 * tolerance());
    }
  }

  @Test
  void predict_imagePromptOfScaleZero_isNone() throws IOException {
    DiffusionBackend backend = backend();
    assumeThat(backend.model().imageInput()).as("an IP-Adapter").isPresent();
    UnetInput plain = query(backend, KeyValueRows.SELF);
    List<Embedding> pictures =
        IntStream.range(0, ROWS).mapToObj(row -> embedding(backend, 20 + row)).toList();

    assertClose(
        backend.predict(plain.withImage(new ImageInput(pictures, 0)), Monitor.NONE),
        backend.predict(plain, Monitor.NONE));
  }

  private static KeyValueRows all(int[] seen) {
    return KeyValueRows.of(new int[][] {seen, seen, seen}, -1);
  }

  private static UnetInput with(UnetInput query, Latents sample, KeyValueRows attention) {
    return new UnetInput(
        sample, query.timestep(), query.conditionings(), attention, query.controls());
  }

  private static UnetInput one(UnetInput query, int side) {
    return new UnetInput(
        query.sample(),
        query.timestep(),
        List.of(query.conditionings().get(side)),
        query.attention(),
        query.controls());
  }

  private UnetInput controlled(UnetInput query, List<Frame> pictures, float scale) {
    return new UnetInput(
        query.sample(),
        query.timestep(),
        query.conditionings(),
        query.attention(),
        List.of(new ControlInput(controlNets().get(0), pictures, scale)));
  }

  private void assertClose(Latents actual, Latents expected) {
    LatentsDistance.assertClose(actual, expected, tolerance());
  }
}
