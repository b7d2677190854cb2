package org.diffsynth.onnx.internal.vision;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.io.Resampler;
import org.diffsynth.io.Resampler.Filter;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.vision.InputSpec;
import org.diffsynth.onnx.vision.VisionModelSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pictures made by Pillow, byte for byte; see the folder's README for the commands. */
class ResizeTest {
  private static final Path PILLOW = Golden.resource("pillow");

  private static Frame picture(String name) throws IOException {
    return FrameFiles.readPicture(PILLOW.resolve(name + ".png"));
  }

  @ParameterizedTest
  @CsvSource({
    "BICUBIC, 32, 21",
    "BICUBIC, 151, 40",
    "BILINEAR, 29, 91",
    "LANCZOS, 40, 40",
    "BOX, 23, 17",
    "NEAREST, 35, 50"
  })
  void rgb8_everyFilter_givesPillowsBytes(Filter filter, int width, int height) throws IOException {
    Frame source = picture("source");
    byte[] resized =
        Resampler.resizedRgb8(
            source.toRgb8(), source.size(), new FrameSize(width, height), filter, true);
    Frame expected =
        picture("%s-%dx%d".formatted(filter, width, height).toLowerCase(java.util.Locale.ROOT));
    assertThat(expected.size()).isEqualTo(new FrameSize(width, height));
    assertThat(resized).isEqualTo(expected.toRgb8());
  }

  @Test
  void rgb8_withoutAntialias_isNearOpenCv() throws IOException {
    Frame source = picture("source");
    byte[] resized =
        Resampler.resizedRgb8(
            source.toRgb8(), source.size(), new FrameSize(29, 40), Filter.BILINEAR, false);
    byte[] expected = picture("opencv-29x40").toRgb8();
    int worst = 0;
    for (int i = 0; i < expected.length; i++) {
      worst = Math.max(worst, Math.abs((resized[i] & 0xFF) - (expected[i] & 0xFF)));
    }
    assertThat(resized).hasSameSizeAs(expected);
    assertThat(worst).isLessThanOrEqualTo(1);
  }

  @Test
  void pixels_ofClip_areTorchvisionsByPillow() throws IOException {
    Frame source = picture("source");
    InputSpec spec =
        VisionModelSpec.convention("clip").input().withSize(InputSpec.Fit.CROP, 32, 32);
    FramePlacement placement = FramePlacement.of(spec, source.width(), source.height());
    byte[] pixels = InputPixels.of(source, placement, spec).rgb();
    assertThat(pixels).isEqualTo(picture("clip-32").toRgb8());
  }

  @Test
  void map_partOfIt_isTheSameAsCutting() {
    float[] map = new float[12];
    float[] cut = new float[6];
    for (int i = 0; i < 12; i++) {
      map[i] = i * i;
    }
    System.arraycopy(map, 4, cut, 0, 4);
    float[] part =
        Resampler.resizedMap(map, new FrameSize(4, 3), 0, 1, 4, 2, new FrameSize(4, 1), Filter.BOX);
    assertThat(part).containsExactly(cut[0], cut[1], cut[2], cut[3]);
  }
}
