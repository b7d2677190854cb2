package org.diffsynth.internal.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.Video;
import org.diffsynth.internal.host.TemporaryFolder;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;

/** What happens to pictures around the model: size, tone, and waiting outside the heap. */
class PicturesTest {

  /** Six columns, five rows; the results are those of Python's imaging library. */
  private static final int[] PICTURE = {
    97, 132, 197, 193, 139, 189, 131, 194, 85, 80, 161, 199, 110, 128, 156, 146, 197, 67, 123, 121,
    82, 117, 61, 188, 120, 68, 175, 181, 90, 131, 191, 109, 117, 63, 84, 103, 136, 86, 112, 140,
    169, 175, 101, 75, 124, 85, 171, 195, 86, 164, 82, 69, 186, 83, 185, 160, 117, 143, 196, 92, 70,
    83, 147, 85, 152, 134, 106, 125, 173, 137, 63, 188, 66, 112, 62, 136, 67, 137, 135, 136, 103,
    80, 90, 96, 163, 67, 105, 117, 156, 73
  };

  private static final int[] CONTRAST_1_5 = {
    83, 136, 233, 227, 146, 221, 134, 229, 65, 58, 179, 236, 103, 130, 172, 157, 233, 38, 122, 119,
    61, 113, 29, 220, 118, 40, 200, 209, 73, 134, 224, 101, 113, 32, 64, 92, 142, 67, 106, 148, 191,
    200, 89, 50, 124, 65, 194, 230, 67, 184, 61, 41, 217, 62, 215, 178, 113, 152, 232, 76, 43, 62,
    158, 65, 166, 139, 97, 125, 197, 143, 32, 220, 37, 106, 31, 142, 38, 143, 140, 142, 92, 58, 73,
    82, 182, 38, 95, 113, 172, 47
  };

  private static final int[] SHARPNESS_3 = {
    97, 132, 197, 193, 139, 189, 131, 194, 85, 80, 161, 199, 110, 128, 156, 146, 197, 67, 123, 121,
    82, 101, 0, 244, 110, 0, 193, 255, 36, 117, 255, 61, 105, 63, 84, 103, 136, 86, 112, 160, 247,
    231, 81, 15, 86, 45, 249, 255, 50, 216, 10, 69, 186, 83, 185, 160, 117, 169, 255, 54, 16, 23,
    165, 63, 198, 142, 110, 117, 239, 137, 63, 188, 66, 112, 62, 136, 67, 137, 135, 136, 103, 80,
    90, 96, 163, 67, 105, 117, 156, 73
  };

  private static Frame picture(int[] samples) {
    byte[] rgb = new byte[samples.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) samples[i];
    }
    return Frame.ofRgb8(6, 5, rgb);
  }

  @Test
  void adjust_contrastOrSharpness_isThatOfTheImagingLibrary() {
    // It works in whole levels: the mean is rounded, results are cut off.
    assertThat(PictureAdjustment.adjust(picture(PICTURE), 1.5f, 1).toFloat())
        .containsExactly(picture(CONTRAST_1_5).toFloat(), within(1.3f / 255));
    // The smoothed picture is rounded, and the rounding multiplied by 1 − 3.
    assertThat(PictureAdjustment.adjust(picture(PICTURE), 1, 3).toFloat())
        .containsExactly(picture(SHARPNESS_3).toFloat(), within(2.1f / 255));
  }

  @Test
  void adjust_factorsOfOne_changeNothing() {
    Frame frame = picture(PICTURE);

    assertThat(PictureAdjustment.adjust(frame, 1, 1)).isSameAs(frame);
  }

  @Test
  void fit_plainColour_staysThatColourAtAnySize() {
    Frame grey = TestFrames.plain(17, 9, 77);
    for (FrameSize size :
        List.of(new FrameSize(16, 8), new FrameSize(40, 3), new FrameSize(1, 1))) {
      Frame fitted = PictureAdjustment.fit(grey, size);
      assertThat(fitted.size()).hasToString(size.toString());
      assertThat(fitted.toRgb8()).containsOnly(77);
    }
  }

  @Test
  void fit_sameSize_isTheFrameItself() {
    Frame frame = picture(PICTURE);

    assertThat(PictureAdjustment.fit(frame, new FrameSize(6, 5))).isSameAs(frame);
  }

  @Test
  void fit_halfAndDouble_weighNeighboursByATriangle() {
    Frame row = Frame.ofFloat(4, 1, new float[] {0, 0, 0, .4f, .4f, .4f, .8f, .8f, .8f, 0, 0, 0});

    // Twice as wide: a quarter of the neighbour, the edge repeated.
    float[] wide = PictureAdjustment.fit(row, new FrameSize(8, 1)).toFloat();
    float[] expected = {0, .1f, .3f, .5f, .7f, .6f, .2f, 0};
    for (int x = 0; x < 8; x++) {
      assertThat(wide[3 * x]).as("column %d", x).isCloseTo(expected[x], within(2e-5f));
    }
    // Half as wide: weights 1, 3, 3, 1 of the four columns around, what is outside left out.
    float[] narrow = PictureAdjustment.fit(row, new FrameSize(2, 1)).toFloat();
    assertThat(narrow[0]).isCloseTo((3 * 0 + 3 * .4f + .8f) / 7, within(2e-5f));
    assertThat(narrow[3]).isCloseTo((.4f + 3 * .8f + 3 * 0) / 7, within(2e-5f));
  }

  @Test
  void nearestMultiple_anySize_roundsToTheNearestButNeverToNothing() {
    assertThat(new FrameSize(27, 17).nearestMultiple(8)).isEqualTo(new FrameSize(24, 16));
    assertThat(new FrameSize(28, 20).nearestMultiple(8)).isEqualTo(new FrameSize(32, 24));
    assertThat(new FrameSize(1, 3).nearestMultiple(64)).isEqualTo(new FrameSize(64, 64));
  }

  @Test
  void frameStore_everyDepth_givesBackWhatWasPutIn() throws IOException {
    Frame eight = TestFrames.texture(7, 5, 1);
    Frame sixteen = Frame.ofRgb16(7, 5, TestFrames.texture(7, 5, 2).toRgb16());
    float[] samples = TestFrames.texture(7, 5, 3).toFloat();
    samples[4] = -0.25f;
    Frame floats = Frame.ofFloat(7, 5, samples);
    try (FrameStore store = new FrameStore(7, 5, TemporaryFolder.path())) {
      for (Frame frame : List.of(eight, sixteen, floats, eight)) {
        store.add(frame);
      }
      assertThat(store.get(2)).isEqualTo(floats);
      assertThat(store.get(0)).isEqualTo(eight);
      assertThat(Video.readAll(store.open(FrameRate.DEFAULT)).frames())
          .containsExactly(eight, sixteen, floats, eight);
      assertThatThrownBy(() -> store.add(TestFrames.plain(5, 7, 0)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("frame 4 must be 7x5, was 5x7");
    }
  }

  @Test
  void frameStore_closed_leavesNoFile() throws IOException {
    Path folder = Path.of(System.getProperty("java.io.tmpdir"));
    long before = storesIn(folder);
    try (FrameStore store = new FrameStore(7, 5, TemporaryFolder.path())) {
      store.add(TestFrames.plain(7, 5, 0));
    }

    assertThat(storesIn(folder)).isLessThanOrEqualTo(before);
  }

  private static long storesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().endsWith(".frames")).count();
    }
  }
}
