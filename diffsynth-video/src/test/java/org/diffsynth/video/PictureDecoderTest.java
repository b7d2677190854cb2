package org.diffsynth.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.diffsynth.io.FrameFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures of formats that the JDK lacks, found through ServiceLoader. */
class PictureDecoderTest {

  @TempDir Path folder;

  private Path copy(String resource, String name) throws IOException {
    try (InputStream in = PictureDecoderTest.class.getResourceAsStream(resource)) {
      return Files.write(folder.resolve(name), in.readAllBytes());
    }
  }

  private Frame read(String resource) throws IOException {
    return FrameFiles.readPicture(copy(resource, resource));
  }

  private static double meanDifference(Frame a, Frame b) {
    byte[] first = a.toRgb8();
    byte[] second = b.toRgb8();
    double sum = 0;
    for (int i = 0; i < first.length; i++) {
      sum += Math.abs((first[i] & 0xFF) - (second[i] & 0xFF));
    }
    return sum / first.length;
  }

  @Test
  void webp_isReadUprightAndExactly() throws IOException {
    Frame base = read("base.png");
    Frame turned = read("turned.webp");
    assertThat(turned.size()).isEqualTo(new FrameSize(base.height(), base.width()));
    byte[] from = base.toRgb8();
    byte[] to = turned.toRgb8();
    for (int y = 0; y < turned.height(); y++) {
      for (int x = 0; x < turned.width(); x++) {
        int stored = ((base.height() - 1 - x) * base.width() + y) * 3;
        assertThat(to[(y * turned.width() + x) * 3]).isEqualTo(from[stored]);
      }
    }
  }

  @Test
  void webp_withDisplayP3_becomesSrgb() throws IOException {
    assertThat(meanDifference(read("p3.webp"), read("p3-in-srgb.png"))).isLessThan(0.05);
  }

  @Test
  void avif_isRead() throws IOException {
    assertThat(meanDifference(read("a.avif"), read("base.png"))).isLessThan(3);
  }

  @Test
  void tiff_thatTheJdkCannotRead_keepsItsDepth() throws IOException {
    Frame frame = read("predictor16.tif");
    assertThat(frame).isEqualTo(read("base.png").as(Frame.Depth.UINT16));
  }

  @Test
  void webp_amongOtherPictures_isAFrame() throws IOException {
    copy("base.png", "0.png");
    copy("p3.webp", "1.webp");
    copy("base.png", "2.png");
    try (FrameSource source = VideoFiles.open(folder)) {
      assertThat(Video.readAll(source).size()).isEqualTo(3);
    }
  }

  @Test
  void animatedWebp_isRefusedByName() throws IOException {
    Path file = copy("animation.webp", "animation.webp");
    assertThatThrownBy(() -> VideoFiles.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("animation.webp is an animated WebP file");
  }
}
