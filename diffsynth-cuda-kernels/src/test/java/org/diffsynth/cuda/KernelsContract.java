package org.diffsynth.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffsynth.match.NearestNeighborField.pack;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.diffsynth.frame.Frame;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.QuantizedLatents;
import org.diffsynth.patchmatch.ScalarReference;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kernel against the scalar method that its header names, bit for bit. */
abstract class KernelsContract {

  private static final float WEIGHT = 10.3f;
  private static final long SEED = 0x1234_5678_9ABC_DEF0L;

  private GpuDevice device;
  private int width;
  private int height;
  private int pixels;
  private KernelHarness bench;

  /** Opens the device under test, or aborts the test with the reason. */
  abstract GpuDevice open();

  @BeforeEach
  void openDevice() {
    device = open();
  }

  @AfterEach
  void closeDevice() {
    if (bench != null) {
      bench.close();
    }
    if (device != null) {
      device.close();
    }
  }

  private void bench(int w, int h, int batch) {
    width = w;
    height = h;
    pixels = w * h;
    bench = new KernelHarness(device, w, h, batch);
  }

  private Grid grid(int batch) {
    return Grid.pixels(width, height, batch);
  }

  /** Matches anywhere inside, as no search would leave them. */
  private int[] anyField(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] field = new int[pixels];
    for (int i = 0; i < pixels; i++) {
      field[i] = random.nextInt(height) << 16 | random.nextInt(width);
    }
    return field;
  }

  /** Matches like those of a search: offsets that are the same over stretches, all inside. */
  private int[] smoothField(long seed, int radius) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] field = new int[pixels];
    int dx = 0;
    int dy = 0;
    for (int i = 0; i < pixels; i++) {
      if (random.nextInt(9) == 0) {
        dx = random.nextInt(-6, 7);
        dy = random.nextInt(-6, 7);
      }
      int x = Math.min(Math.max(i % width + dx, radius), width - 1 - radius);
      int y = Math.min(Math.max(i / width + dy, radius), height - 1 - radius);
      field[i] = pack(x, y);
    }
    return field;
  }

  private static int[] texels(Frame frame) {
    return ScalarReference.pyramid(frame, 1).get(0);
  }

  private int[] transposed(int[] values) {
    int[] turned = new int[pixels];
    for (int i = 0; i < pixels; i++) {
      turned[i % width * height + i / width] = values[i];
    }
    return turned;
  }

  /** A pyramid of one level: as it is, then transposed. */
  private long uploadTexels(int[] texels) {
    int[] both = new int[2 * pixels];
    System.arraycopy(texels, 0, both, 0, pixels);
    System.arraycopy(transposed(texels), 0, both, pixels, pixels);
    return bench.upload(both);
  }

  private static long bits(float value) {
    return Float.floatToRawIntBits(value);
  }

  @ParameterizedTest
  @CsvSource({"16, 16", "37, 23", "101, 67", "333, 257", "5, 400"})
  void pictures_anySize_givePyramidsOfTexels(int w, int h) {
    bench(w, h, 1);
    PyramidLayout layout = new PyramidLayout(w, h, 5);
    Frame frame = noise16(w, h, 1);
    try (DeviceMemory memory = new DeviceMemory(device, Long.MAX_VALUE, () -> false);
        DevicePictures pictures = new DevicePictures(device, memory, layout)) {
      long picture = pictures.upload(frame.toRgb16(), true);
      int[] texels =
          bench.download(pictures.texels(picture, layout.levels()), 2 * layout.allPixels());

      List<int[]> expected = ScalarReference.pyramid(frame, layout.levels());
      assertThat(layout.levels()).isEqualTo(ScalarReference.levelCount(w, h, 5));
      for (int level = 0; level < layout.levels(); level++) {
        width = layout.width(level);
        height = layout.height(level);
        pixels = layout.pixels(level);
        int[] plain = new int[pixels];
        int[] turned = new int[pixels];
        System.arraycopy(texels, layout.texelOffset(level), plain, 0, pixels);
        System.arraycopy(texels, layout.texelOffset(level) + pixels, turned, 0, pixels);
        assertThat(plain).isEqualTo(expected.get(level));
        assertThat(turned).isEqualTo(transposed(expected.get(level)));
      }
    }
  }

  private static Frame noise16(int w, int h, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    short[] samples = new short[3 * w * h];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (short) random.nextInt();
    }
    return Frame.ofRgb16(w, h, samples);
  }

  @ParameterizedTest
  @CsvSource({"16, 16, 1", "37, 23, 33", "101, 67, 5", "333, 257, 2"})
  void fields_anySize_startAndStayInsideAsScalar(int w, int h, int batch) {
    bench(w, h, batch);
    int[] first = anyField(1);
    int[] second = anyField(2);
    bench.describe(
        new KernelHarness.Inputs(0, 0, 0, 0, 0, bench.upload(first), bench.upload(second)),
        new KernelHarness.Inputs(0, 0, 0, 0, 0, bench.upload(second), 0));
    bench.launch(Kernel.START_FIELD, grid(batch), bench.pairs(), 1, w, h);
    int[] composed = ScalarReference.compose(first, second, w, h);
    for (int i = 0; i < batch; i++) {
      assertThat(bench.field(i, 1)).isEqualTo(i % 2 == 0 ? composed : second);
    }

    bench.launch(Kernel.CLAMP_TO_INTERIOR, grid(batch), bench.pairs(), 1, w, h, 3);
    ScalarReference.Level level = level(composed, 3, null, null);
    level.clampToInterior();
    assertThat(bench.field(0, 1)).isEqualTo(level.field());

    bench.launch(Kernel.EXTEND_TO_BORDER, grid(batch), bench.pairs(), 1, w, h, 3);
    level.extendToBorder();
    assertThat(bench.field(0, 1)).isEqualTo(level.field());

    bench.upload(second, bench.slot(batch - 1).cost(1));
    int[] last = bench.field(batch - 1, 1);
    bench.launch(Kernel.TRANSPOSE_FIELD, Grid.tiles(w, h, batch), bench.pairs(), 1, w, h);
    assertThat(bench.field(0, 0)).isEqualTo(transposed(level.field()));
    assertThat(bench.field(batch - 1, 0)).isEqualTo(transposed(last));
    assertThat(bench.cost(batch - 1, 0)).isEqualTo(transposed(second));

    bench.launch(Kernel.IDENTITY_FIELD, grid(batch), bench.pairs(), 0, w, h);
    assertThat(bench.field(batch - 1, 0)).isEqualTo(NearestNeighborField.identity(w, h).toPacked());
  }

  private ScalarReference.Level level(int[] field, int radius, int[][] guides, int[][] styles) {
    return new ScalarReference.Level(
        width,
        height,
        field,
        radius,
        guides == null ? new int[pixels] : guides[0],
        guides == null ? new int[pixels] : guides[1],
        styles == null ? null : styles[0],
        styles == null ? null : styles[1],
        WEIGHT);
  }

  @ParameterizedTest
  @CsvSource({"16, 16", "37, 23", "333, 257"})
  void upscaleField_anySize_doublesAsScalar(int w, int h) {
    bench(w, h, 1);
    int coarseWidth = (w + 1) / 2;
    int coarseHeight = (h + 1) / 2;
    SplittableRandom random = new SplittableRandom(3);
    int[] coarse = new int[coarseWidth * coarseHeight];
    for (int i = 0; i < coarse.length; i++) {
      coarse[i] = random.nextInt(coarseHeight) << 16 | random.nextInt(coarseWidth);
    }
    bench.describe(KernelHarness.Inputs.NONE);
    bench.put(0, 0, coarse, coarse);
    bench.launch(Kernel.UPSCALE_FIELD, grid(1), bench.pairs(), 0, w, h);

    assertThat(bench.field(0, 1))
        .isEqualTo(ScalarReference.upscale(coarse, coarseWidth, coarseHeight, w, h));
  }

  @ParameterizedTest
  @CsvSource({
    "16, 16, 2, 1, false", "37, 23, 2, 33, false", "333, 257, 2, 2, false", "64, 48, 1, 3, false",
    "64, 48, 3, 3, false", "70, 81, 7, 2, false", "37, 23, 2, 3, true", "101, 67, 3, 2, true",
    "65, 63, 31, 1, false"
  })
  void passes_oneAfterTheOther_equalScalar(int w, int h, int radius, int batch, boolean styled) {
    bench(w, h, batch);
    int[][] guides = {
      texels(TestFrames.window(w, h, 0, 0, 4)), texels(TestFrames.window(w, h, 3, 2, 5))
    };
    int[][] styles =
        styled ? new int[][] {texels(noise16(w, h, 6)), texels(noise16(w, h, 7))} : null;
    long style = styled ? uploadTexels(styles[0]) : 0;
    long agreed = styled ? uploadTexels(styles[1]) : 0;
    bench.describe(
        new KernelHarness.Inputs(
            uploadTexels(guides[0]), uploadTexels(guides[1]), style, agreed, 0, 0, 0));
    ScalarReference.Level[] expected = new ScalarReference.Level[batch];
    for (int i = 0; i < batch; i++) {
      expected[i] = level(smoothField(10 + i, radius), radius, guides, styles);
      bench.put(i, 0, expected[i].field(), anyField(i)); // the kernel measures the costs again
    }

    bench.launch(Kernel.CLAMP_TO_INTERIOR, grid(batch), bench.pairs(), 0, w, h, radius);
    probe(batch, radius, true, 0);
    compare(expected, 0, ScalarReference.Level::measure);
    for (int iteration = 0; iteration < 2; iteration++) {
      int step = iteration == 0 ? 1 : -1;
      probe(batch, radius, false, iteration);
      for (int i = 0; i < batch; i++) {
        for (int p = 0; p < 3; p++) {
          expected[i].probe(SEED, KernelHarness.SOURCE_FRAME, i, 2, iteration, p, 8 >> p);
        }
      }
      compare(expected, 0, level -> {});
      sweep(batch, 0, radius, step, false);
      compare(expected, 0, level -> level.sweepRows(step));
      bench.launch(Kernel.TRANSPOSE_FIELD, Grid.tiles(w, h, batch), bench.pairs(), 0, w, h);
      sweep(batch, 1, radius, step, true);
      bench.launch(Kernel.TRANSPOSE_FIELD, Grid.tiles(h, w, batch), bench.pairs(), 1, h, w);
      compare(expected, 0, level -> level.sweepColumns(step));
    }
  }

  private void probe(int batch, int radius, boolean measureOnly, int iteration) {
    bench.launch(
        Kernel.MEASURE_AND_PROBE,
        grid(batch),
        bench.pairs(),
        0,
        width,
        height,
        0,
        radius,
        bits(WEIGHT),
        measureOnly ? 1 : 0,
        measureOnly ? 0 : 3,
        8,
        0,
        2,
        iteration,
        SEED);
  }

  private void sweep(int batch, int current, int radius, int step, boolean turned) {
    int lanes = turned ? height : width;
    bench.launch(
        Kernel.SWEEP,
        Grid.lanes(lanes, batch, 64),
        bench.pairs(),
        current,
        lanes,
        turned ? width : height,
        0,
        radius,
        bits(WEIGHT),
        step,
        turned ? 1 : 0);
  }

  private interface Pass {
    void on(ScalarReference.Level level);
  }

  private void compare(ScalarReference.Level[] expected, int current, Pass pass) {
    for (int i = 0; i < expected.length; i++) {
      pass.on(expected[i]);
      int[] field = bench.field(i, current);
      int[] cost = bench.cost(i, current);
      assertThat(field).isEqualTo(expected[i].field());
      assertThat(cost).isEqualTo(expected[i].cost());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 6})
  void voteTexels_anyRadius_equalsScalar(int radius) {
    bench(53, 41, 2);
    Frame style = noise16(53, 41, 20);
    Supplier<int[]> field =
        () -> {
          ScalarReference.Level level = level(smoothField(21, radius), radius, null, null);
          level.extendToBorder();
          return level.field();
        };
    try (DeviceMemory memory = new DeviceMemory(device, Long.MAX_VALUE, () -> false);
        DevicePictures pictures =
            new DevicePictures(device, memory, new PyramidLayout(width, height, 41))) {
      long picture = pictures.upload(style.toRgb16(), false);
      bench.describe(new KernelHarness.Inputs(0, 0, 0, 0, picture, 0, 0));
      bench.put(1, 0, field.get(), new int[pixels]);
      bench.put(0, 0, field.get(), new int[pixels]);
      bench.launch(Kernel.VOTE_TEXELS, grid(2), bench.pairs(), 0, width, height, 0, radius);

      assertThat(bench.voted(1)).isEqualTo(ScalarReference.votedTexels(style, field.get(), radius));
    }
  }

  @ParameterizedTest
  @CsvSource({"16, 16", "37, 23", "333, 257"})
  void blend_carriedAndAdded_equalsScalar(int w, int h) {
    bench(w, h, 1);
    Frame one = noise16(w, h, 30);
    Frame two = noise16(w, h, 31);
    ScalarReference.Level level = level(smoothField(32, 2), 2, null, null);
    level.extendToBorder();
    PatchMatchOptions options = PatchMatchOptions.DEFAULT;
    try (DeviceSession side = new DeviceSession(device, options, w, h, Long.MAX_VALUE, 4);
        DeviceSession other = new DeviceSession(device, options, w, h, Long.MAX_VALUE, 4)) {
      side.putPicture(1, one.toRgb16());
      side.putPicture(2, two.toRgb16());
      other.putPicture(2, two.toRgb16());
      side.carry(1, level.field(), 9);
      short[] carried = ScalarReference.carried(one, level.field(), options);
      side.add(2, 9, -3);
      other.add(2, 9, 7);
      side.sums().addPart(9, other.sums().removePart(9));
      side.finish(9, 5, 5);
      side.add(5, 10, 1);

      assertThat(side.take(10, 1))
          .isEqualTo(
              ScalarReference.mean(List.of(Frame.ofRgb16(w, h, carried), two, two), 1, -3, 7));
    }
  }

  /** With 2 bits to a sample many patches are equal. */
  @ParameterizedTest
  @CsvSource({"5, 5, 3, 8", "16, 16, 2, 8", "37, 23, 33, 8", "40, 33, 2, 2", "64, 64, 1, 8"})
  void latents_byKernelAndByProducts_equalScalar(int w, int h, int batch, int bits) {
    List<QuantizedLatents> latents = new ArrayList<>();
    for (int i = 0; i <= batch; i++) {
      latents.add(TestFrames.latents(w, h, 7 * i, bits));
    }
    for (LatentSearchMethod method :
        List.of(
            new DirectLatentSearch(device),
            new GemmLatentSearch(device, new HostInt8Gemm(device)))) {
      try (LatentSearch search = new LatentSearch(device, method, w, h, batch)) {
        for (int i = 0; i < batch; i++) {
          search.put(i, latents.get(i), latents.get(i + 1));
        }
        search.run();
        for (int i = 0; i < batch; i++) {
          assertThat(search.field(i))
              .isEqualTo(ScalarReference.exactField(latents.get(i), latents.get(i + 1)));
        }
      }
    }
  }
}
