package org.diffsynth.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import javax.imageio.ImageIO;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code picture-*.png} are {@code picture.png} through Pillow's ImageEnhance and resize. */
class EnhancementTest {

  private static Frame read(String name) throws IOException {
    try (InputStream in = EnhancementTest.class.getResourceAsStream(name)) {
      return Pictures.toFrame(ImageIO.read(in));
    }
  }

  /** Largest and mean difference of two samples, in levels of 8 bits. */
  private static double[] difference(Frame a, Frame b) {
    byte[] one = a.toRgb8();
    byte[] other = b.toRgb8();
    double largest = 0;
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      int difference = Math.abs((one[i] & 0xFF) - (other[i] & 0xFF));
      largest = Math.max(largest, difference);
      sum += difference;
    }
    return new double[] {largest, sum / one.length};
  }

  @ParameterizedTest
  @CsvSource({"1.5, 1", "0.4, 1", "1, 3", "1, 0.5", "1.5, 5", "0, 1", "1, 0"})
  void enhancement_of8Bits_isPillowsToTheBit(float contrast, float sharpness) throws IOException {
    String name = "picture-c%s-s%s.png".formatted(number(contrast), number(sharpness));
    assertThat(new Enhancement(contrast, sharpness).apply(read("picture.png")))
        .isEqualTo(read(name));
  }

  private static String number(float value) {
    return value == Math.rint(value) ? Integer.toString((int) value) : Float.toString(value);
  }

  @ParameterizedTest
  @CsvSource({"1.5, 1", "0.4, 1", "1, 0.5", "0, 1", "1, 0"})
  void enhancement_ofFloats_isPillowsWithinALevel(float contrast, float sharpness)
      throws IOException {
    Frame floats = read("picture.png").as(Frame.Depth.FLOAT);
    Frame enhanced = new Enhancement(contrast, sharpness).apply(floats);
    String name = "picture-c%s-s%s.png".formatted(number(contrast), number(sharpness));
    assertThat(enhanced.depth()).isEqualTo(Frame.Depth.FLOAT);
    assertThat(difference(enhanced, read(name))[0]).isLessThanOrEqualTo(1);
  }

  @Test
  void enhancement_ofOne_isTheFrame() {
    Frame frame = TestFrames.texture(5, 4, 1);
    assertThat(Enhancement.NONE.apply(frame)).isSameAs(frame);
  }

  @Test
  void enhancement_ofAPictureWithoutAnInside_changesNoSharpness() {
    Frame frame = TestFrames.texture(2, 9, 1);
    assertThat(new Enhancement(1, 4).apply(frame)).isEqualTo(frame);
  }

  @Test
  void factors_outOfRange_areAnError() {
    assertThatThrownBy(() -> new Enhancement(-1, 1)).hasMessageContaining("contrast");
    assertThatThrownBy(() -> new Enhancement(1, Float.NaN)).hasMessageContaining("sharpness");
  }

  @ParameterizedTest
  @CsvSource({"picture-double.png", "picture-37x29.png", "picture-131x41.png"})
  void lanczos_isPillowsWithinTwoLevels(String name) throws IOException {
    Frame expected = read(name);
    Frame resized = Resampler.resized(read("picture.png"), expected.size());
    assertThat(resized.depth()).isEqualTo(Frame.Depth.UINT8);
    // Pillow rounds between rows and columns too, which turns about every fifth sample's rounding.
    double[] difference = difference(resized, expected);
    assertThat(difference[0]).isLessThanOrEqualTo(2);
    assertThat(difference[1]).isLessThan(0.3);
  }

  @Test
  void lanczos_ofPlainColoursAndOfTheSameSize_changesNothing() {
    Frame plain = TestFrames.plain(7, 5, 93).as(Frame.Depth.UINT16);
    assertThat(Resampler.resized(plain, new FrameSize(20, 3)))
        .isEqualTo(TestFrames.plain(20, 3, 93).as(Frame.Depth.UINT16));
    assertThat(Resampler.resized(plain, new FrameSize(7, 5))).isSameAs(plain);
  }

  @Test
  void filled_ofOtherProportions_isTheMiddle() {
    Frame wide = TestFrames.window(60, 20, 0, 0, 1);
    assertThat(Resampler.filled(wide, new FrameSize(20, 20)))
        .isEqualTo(TestFrames.window(20, 20, 20, 0, 1));
    assertThat(Resampler.filled(wide, new FrameSize(30, 40)).size())
        .isEqualTo(new FrameSize(30, 40));
    assertThat(Resampler.filled(TestFrames.window(20, 60, 0, 0, 1), new FrameSize(20, 20)))
        .isEqualTo(TestFrames.window(20, 20, 0, 20, 1));
  }
}
