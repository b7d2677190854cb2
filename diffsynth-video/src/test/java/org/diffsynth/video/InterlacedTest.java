package org.diffsynth.video;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InterlacedTest {

  @TempDir Path folder;

  private Video read(String name, Deinterlace deinterlace) throws IOException {
    Path file = folder.resolve(name);
    if (!Files.exists(file)) {
      try (InputStream stream = InterlacedTest.class.getResourceAsStream(name)) {
        Files.copy(stream, file);
      }
    }
    try (FrameSource source =
        VideoFiles.open(file, ReadSettings.DEFAULT.withDeinterlace(deinterlace))) {
      return Video.readAll(source);
    }
  }

  /** Returns by how much green of a row differs from the rows above and below, on average. */
  private static double combs(Frame frame) {
    byte[] rgb = frame.toRgb8();
    double sum = 0;
    for (int y = 1; y < frame.height() - 1; y++) {
      for (int x = 0; x < frame.width(); x++) {
        int i = (y * frame.width() + x) * 3 + 1;
        int around = (rgb[i - frame.width() * 3] & 0xFF) + (rgb[i + frame.width() * 3] & 0xFF);
        sum += Math.abs((rgb[i] & 0xFF) - around / 2.0);
      }
    }
    return sum / (frame.width() * (frame.height() - 2.0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"interlaced-top.mkv", "interlaced-bottom.ts"})
  void interlacedFile_isReadWithoutCombs(String name) throws IOException {
    Video combed = read(name, Deinterlace.OFF);
    Video clean = read(name, Deinterlace.AUTO);
    assertThat(clean.size()).isEqualTo(combed.size());
    for (int i = 2; i < clean.size() - 1; i++) {
      assertThat(combs(combed.frame(i))).as("combed frame %d", i).isGreaterThan(10);
      assertThat(combs(clean.frame(i))).as("frame %d", i).isLessThan(2);
      assertThat(barOf(clean.frame(i))).as("frame %d", i).isBetween(4 * i - 2.5, 4 * i + 2.5);
    }
  }

  /** Returns the column at which the white bar starts. */
  private static double barOf(Frame frame) {
    byte[] rgb = frame.toRgb8();
    double sum = 0;
    double weight = 0;
    for (int i = 1; i < rgb.length; i += 3) {
      int bright = Math.max(0, (rgb[i] & 0xFF) - 60);
      sum += bright * (double) (i / 3 % frame.width());
      weight += bright;
    }
    return sum / weight - 3.5;
  }
}
