package org.diffsynth.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Node;

class FrameFilesTest {

  @TempDir Path folder;

  private static Frame deep() {
    short[] samples = new short[19 * 11 * 3];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (short) (i * 40503);
    }
    return Frame.ofRgb16(19, 11, samples);
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "tif", "tiff", "PNG", "TIF"})
  void picture_writtenAndRead_losesNothing(String extension) throws IOException {
    Frame eight = TestFrames.texture(33, 21, 1);
    Path file = folder.resolve("a." + extension);
    FrameFiles.writePicture(file, eight);
    assertThat(FrameFiles.readPicture(file)).isEqualTo(eight);
    FrameFiles.writePicture(file, deep());
    assertThat(FrameFiles.readPicture(file)).isEqualTo(deep());
  }

  @Test
  void jpeg_writtenAndRead_isClose() throws IOException {
    Frame frame = TestFrames.texture(64, 48, 1);
    Path file = folder.resolve("a.jpg");
    FrameFiles.writePicture(file, frame);
    assertThat(psnr(FrameFiles.readPicture(file), frame)).isGreaterThan(25);
  }

  private static double psnr(Frame a, Frame b) {
    float[] first = a.toFloat();
    float[] second = b.toFloat();
    double sum = 0;
    for (int i = 0; i < first.length; i++) {
      sum += Math.pow(first[i] - second[i], 2);
    }
    return -10 * Math.log10(sum / first.length);
  }

  @Test
  void names_areInNaturalOrder_whateverTheirCase() throws IOException {
    for (int i : new int[] {10, 9, 1, 100, 2}) {
      String extension = i % 2 == 0 ? ".PNG" : ".png";
      FrameFiles.writePicture(folder.resolve("f" + i + extension), TestFrames.plain(8, 8, i));
    }
    Files.writeString(folder.resolve("notes.txt"), "no picture");
    Files.createDirectory(folder.resolve("f3.png"));
    try (FrameSource source = FrameFiles.open(folder, FrameRate.DEFAULT)) {
      assertThat(Video.readAll(source).frames())
          .extracting(frame -> frame.toRgb8()[0] & 0xFF)
          .containsExactly(1, 2, 9, 10, 100);
    }
  }

  @Test
  void naturalOrder_comparesNumbersAsNumbers() {
    List<String> sorted =
        List.of("a", "a1", "a1b", "a2", "a10", "a10b2", "a10b10", "a123456789012345678901", "b");
    for (int i = 0; i < sorted.size(); i++) {
      for (int j = 0; j < sorted.size(); j++) {
        assertThat(Integer.signum(NaturalOrder.INSTANCE.compare(sorted.get(i), sorted.get(j))))
            .as("%s and %s", sorted.get(i), sorted.get(j))
            .isEqualTo(Integer.signum(Integer.compare(i, j)));
      }
    }
    assertThat(NaturalOrder.INSTANCE.compare("a01", "a1")).isNotZero();
  }

  @Test
  void alpha_isDropped_notApplied() throws IOException {
    BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_INT_ARGB);
    for (int i = 0; i < 16; i++) {
      image.setRGB(i % 4, i / 4, 0x40_10_20_30);
    }
    Path file = folder.resolve("alpha.png");
    ImageIO.write(image, "png", file.toFile());
    assertThat(FrameFiles.readPicture(file).toRgb8()).startsWith(0x10, 0x20, 0x30);
  }

  @Test
  void grey_isRepeated_withoutAToneCurve() throws IOException {
    BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(1, 0, 0, 77);
    Path file = folder.resolve("grey.png");
    ImageIO.write(image, "png", file.toFile());
    assertThat(FrameFiles.readPicture(file).toRgb8()).startsWith(0, 0, 0, 77, 77, 77);
  }

  @Test
  void palette_becomesRgb() throws IOException {
    BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_INDEXED);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(new Color(0, 255, 0));
    graphics.fillRect(0, 0, 4, 4);
    graphics.dispose();
    Path file = folder.resolve("palette.png");
    ImageIO.write(image, "png", file.toFile());
    assertThat(FrameFiles.readPicture(file).toRgb8()).startsWith(0, -1, 0);
  }

  @Test
  void emptyFolder_isNamed() {
    assertThatThrownBy(() -> FrameFiles.open(folder, FrameRate.DEFAULT))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("holds no pictures");
  }

  @Test
  void brokenPicture_isNamed() throws IOException {
    FrameFiles.writePicture(folder.resolve("0.png"), TestFrames.texture(32, 32, 1));
    byte[] whole = Files.readAllBytes(folder.resolve("0.png"));
    Files.write(folder.resolve("1.png"), java.util.Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(() -> FrameFiles.open(folder, FrameRate.DEFAULT))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("1.png is broken: it is cut off");
  }

  @Test
  void textFile_namedPng_isNoPicture() throws IOException {
    Path file = Files.writeString(folder.resolve("a.png"), "hello");
    assertThatThrownBy(() -> FrameFiles.readPicture(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a.png is not a picture");
  }

  @Test
  void pictureOfAnotherSize_isNamedWithBothSizes() throws IOException {
    FrameFiles.writePicture(folder.resolve("0.png"), TestFrames.plain(8, 8, 1));
    FrameFiles.writePicture(folder.resolve("1.png"), TestFrames.plain(9, 8, 1));
    assertThatThrownBy(() -> FrameFiles.open(folder, FrameRate.DEFAULT))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("1.png (frame 1) is 9x8, but the first picture, 0.png, is 8x8");
  }

  @Test
  void sink_withoutCommit_leavesNothing() throws IOException {
    Path out = folder.resolve("out");
    try (FrameSink sink = FrameFiles.create(out, "png", false)) {
      sink.write(TestFrames.plain(8, 8, 1));
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void sink_onAFullFolder_isRefusedUnlessOverwriting() throws IOException {
    Path out = Files.createDirectory(folder.resolve("out"));
    Files.writeString(out.resolve("diary.txt"), "mine");
    FrameFiles.writePicture(out.resolve("00007.png"), TestFrames.plain(8, 8, 1));
    assertThatThrownBy(() -> FrameFiles.create(out, "png", false))
        .isInstanceOf(FileAlreadyExistsException.class);
    try (FrameSink sink = FrameFiles.create(out, "png", true)) {
      sink.write(TestFrames.plain(8, 8, 5));
      sink.commit();
    }
    assertThat(out.resolve("diary.txt")).hasContent("mine");
    assertThat(FrameFiles.list(out)).containsExactly(out.resolve("00000.png"));
  }

  @Test
  void sink_frameOfAnotherSize_isRefused() throws IOException {
    try (FrameSink sink = FrameFiles.create(folder.resolve("out"), "png", false)) {
      sink.write(TestFrames.plain(8, 8, 1));
      assertThatThrownBy(() -> sink.write(TestFrames.plain(8, 9, 1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("frame 1 is 8x9");
    }
  }

  @Test
  void unknownExtension_isRefused() {
    assertThatThrownBy(() -> FrameFiles.create(folder.resolve("out"), "webp", false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("webp");
    assertThatThrownBy(
            () -> FrameFiles.writePicture(folder.resolve("a.webp"), TestFrames.plain(8, 8, 1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a.webp");
  }

  @Test
  void resizing_keepsPlainColoursAndTheMean() {
    assertThat(Resampler.resized(TestFrames.plain(40, 30, 99), new FrameSize(17, 23)))
        .isEqualTo(TestFrames.plain(17, 23, 99));
    Frame texture = TestFrames.texture(128, 96, 3);
    assertThat(mean(Resampler.resized(texture, new FrameSize(32, 24))))
        .isCloseTo(mean(texture), within(1.0));
    assertThat(Resampler.resized(texture, new FrameSize(128, 96))).isSameAs(texture);
  }

  private static org.assertj.core.data.Offset<Double> within(double value) {
    return org.assertj.core.data.Offset.offset(value);
  }

  private static double mean(Frame frame) {
    double sum = 0;
    for (byte sample : frame.toRgb8()) {
      sum += sample & 0xFF;
    }
    return sum / (frame.width() * frame.height() * 3);
  }

  @Test
  void texts_inPngs_areReadByOthersAndChangeNoPixel() throws IOException {
    Frame frame = TestFrames.texture(7, 5, 3);
    Map<String, String> texts = Map.of("parameters", "snow\nSteps: 20", "title", "Schnee ❄");
    Path out = folder.resolve("texts");
    try (FrameSink sink = FrameFiles.create(out, "png", false, texts)) {
      sink.write(frame);
      sink.commit();
    }
    Path file = out.resolve("00000.png");

    assertThat(FrameFiles.readPicture(file)).isEqualTo(frame);
    ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
    try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
      reader.setInput(in);
      Node tree = reader.getImageMetadata(0).getAsTree("javax_imageio_1.0");
      assertThat(entries(tree)).isEqualTo(texts);
    } finally {
      reader.dispose();
    }
  }

  private static Map<String, String> entries(Node tree) {
    Map<String, String> found = new HashMap<>();
    for (Node part = tree.getFirstChild(); part != null; part = part.getNextSibling()) {
      if (part.getNodeName().equals("Text")) {
        for (Node n = part.getFirstChild(); n != null; n = n.getNextSibling()) {
          found.put(
              n.getAttributes().getNamedItem("keyword").getNodeValue(),
              n.getAttributes().getNamedItem("value").getNodeValue());
        }
      }
    }
    return found;
  }

  @Test
  void toImage_deepFrame_hasEightBitsUnlessAskedForMore() throws IOException {
    Frame deep = Frame.ofRgb16(2, 1, new short[] {257, 514, 771, -1, 0, 300});
    BufferedImage image = FrameFiles.toImage(deep);
    assertThat(image.getType()).isEqualTo(BufferedImage.TYPE_3BYTE_BGR);
    assertThat(FrameFiles.fromImage(image)).isEqualTo(deep.as(Frame.Depth.UINT8));
    assertThat(ImageIO.write(image, "jpg", new ByteArrayOutputStream())).isTrue();
    assertThat(FrameFiles.fromImage(image.getSubimage(1, 0, 1, 1)))
        .isEqualTo(Frame.ofRgb8(1, 1, new byte[] {(byte) 255, 0, 1}));
    assertThat(FrameFiles.fromImage(FrameFiles.toImage(deep, Frame.Depth.UINT16))).isEqualTo(deep);
    assertThatThrownBy(() -> FrameFiles.toImage(deep, Frame.Depth.FLOAT))
        .hasMessage("depth must be UINT8 or UINT16, but was FLOAT");
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_INT_RGB,
        BufferedImage.TYPE_INT_ARGB,
        BufferedImage.TYPE_INT_ARGB_PRE,
        BufferedImage.TYPE_INT_BGR,
        BufferedImage.TYPE_3BYTE_BGR,
        BufferedImage.TYPE_4BYTE_ABGR,
        BufferedImage.TYPE_4BYTE_ABGR_PRE
      })
  void fromImage_everyRgbType_isExact(int type) {
    byte[] rgb = new byte[7 * 5 * 3];
    new Random(type).nextBytes(rgb);
    Frame frame = Frame.ofRgb8(7, 5, rgb);
    BufferedImage image = new BufferedImage(7, 5, type);
    image.setRGB(0, 0, 7, 5, FrameFiles.toImage(frame).getRGB(0, 0, 7, 5, null, 0, 7), 0, 7);
    assertThat(FrameFiles.fromImage(image)).isEqualTo(frame);
    assertThat(FrameFiles.fromImage(image.getSubimage(2, 1, 4, 3)))
        .isEqualTo(FrameFiles.fromImage(FrameFiles.toImage(frame).getSubimage(2, 1, 4, 3)));
  }

  @Test
  void fromImage_withAlpha_dropsTheAlphaAndKeepsTheColour() {
    BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, 0x01_0A_14_1E);
    assertThat(FrameFiles.fromImage(image).toRgb8()).containsExactly(10, 20, 30);
  }
}
