package org.diffsynth.patchmatch.agreement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffsynth.match.NearestNeighborField.pack;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntBinaryOperator;
import org.diffsynth.patchmatch.engine.CompactField;
import org.diffsynth.patchmatch.engine.Texels;
import org.diffsynth.patchmatch.engine.WorkerPool;
import org.junit.jupiter.api.Test;

class SharedDetailTest {

  private static final int SIZE = 48;
  private static final int FRAMES = 8;

  private final SplittableRandom random = new SplittableRandom(5);

  @Test
  void of_styleWithTheGuidesDetail_keepsIt() {
    assertThat(kept((pixel, frame) -> texture(pixel))).isGreaterThan(0.99f);
  }

  @Test
  void of_softStyleWithGrain_keepsNone() {
    assertThat(kept((pixel, frame) -> 128 + random.nextInt(-3, 4))).isLessThan(0.15f);
  }

  @Test
  void of_framesOfWhichFewAreSoft_keepsTheDetail() {
    assertThat(kept((pixel, frame) -> frame % 4 == 0 ? 128 : texture(pixel))).isEqualTo(1f);
  }

  @Test
  void of_fewNoisyFramesOfASoftStyle_keepsLittle() {
    int noise = 40;
    assertThat(kept((pixel, frame) -> frame % 4 == 0 ? 128 + random.nextInt(-noise, noise) : 128))
        .isLessThan(0.2f);
  }

  @Test
  void of_textureThatEveryFrameRedraws_keepsTheDetail() {
    assertThat(kept((pixel, frame) -> 128 + random.nextInt(-40, 41))).isEqualTo(1f);
  }

  private static int texture(int pixel) {
    return 128 + new SplittableRandom(pixel).nextInt(-30, 31);
  }

  /** Returns the share of the finest band that is kept in the middle of the picture. */
  private static float kept(IntBinaryOperator style) {
    int[] texels = new int[SIZE * SIZE + Texels.PADDING];
    int[] field = new int[SIZE * SIZE];
    for (int i = 0; i < field.length; i++) {
      texels[i] = texture(i) * 0x010101;
      field[i] = pack(i % SIZE, i / SIZE);
    }
    Texels guide = new Texels(SIZE, SIZE, texels);
    List<AgreementSource> sources = new ArrayList<>();
    List<StyleDetail> details = new ArrayList<>();
    try (WorkerPool workers = new WorkerPool(1)) {
      BoxSum boxes = new ReferenceBoxSum(SIZE, SIZE, workers);
      for (int frame = 0; frame < FRAMES; frame++) {
        short[] samples = new short[3 * SIZE * SIZE];
        for (int i = 0; i < SIZE * SIZE; i++) {
          short value = (short) (257 * style.applyAsInt(i, frame));
          samples[3 * i] = value;
          samples[3 * i + 1] = value;
          samples[3 * i + 2] = value;
        }
        StyleSamples picture = StyleSamples.of(samples);
        details.add(StyleDetail.of(guide, picture, SIZE, SIZE, workers, boxes));
        sources.add(
            new AgreementSource(guide, picture, frame == 0 ? null : CompactField.of(SIZE, field)));
      }
      float[] row = new float[SIZE];
      SharedDetail.of(details, sources, 0, SIZE, SIZE, workers).readKept(0, SIZE / 2, row);
      return row[SIZE / 2];
    }
  }
}
