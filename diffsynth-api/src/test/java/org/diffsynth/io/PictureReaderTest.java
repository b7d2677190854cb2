package org.diffsynth.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.diffsynth.frame.Frame;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures as cameras, phones and print programs write them. */
class PictureReaderTest {

  private static final Frame STORED = TestFrames.texture(33, 21, 5);

  @TempDir Path folder;

  /** Returns EXIF data with an orientation as its second of two entries, at an odd offset. */
  static byte[] exif(int orientation, ByteOrder order) {
    ByteBuffer data = ByteBuffer.allocate(9 + 2 + 24 + 4).order(order);
    data.put((order == ByteOrder.BIG_ENDIAN ? "MM" : "II").getBytes(StandardCharsets.US_ASCII));
    data.putShort((short) 42).putInt(9).put((byte) 0);
    data.putShort((short) 2);
    data.putShort((short) 256).putShort((short) 4).putInt(1).putInt(7);
    data.putShort((short) 274).putShort((short) 3).putInt(1).putShort((short) orientation);
    return data.array();
  }

  private static byte[] withSegment(byte[] jpeg, int marker, byte[]... parts) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(jpeg, 0, 2);
    int length = 2;
    for (byte[] part : parts) {
      length += part.length;
    }
    file.writeBytes(new byte[] {-1, (byte) marker, (byte) (length >> 8), (byte) length});
    for (byte[] part : parts) {
      file.writeBytes(part);
    }
    file.write(jpeg, 2, jpeg.length - 2);
    return file.toByteArray();
  }

  /** Inserts a chunk behind the header, or before the end. */
  private static byte[] withChunk(byte[] png, String type, byte[] data, boolean atEnd) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 sum = new CRC32();
    sum.update(name);
    sum.update(data);
    int at = atEnd ? png.length - 12 : 33;
    return ByteBuffer.allocate(png.length + data.length + 12)
        .put(png, 0, at)
        .putInt(data.length)
        .put(name)
        .put(data)
        .putInt((int) sum.getValue())
        .put(png, at, png.length - at)
        .array();
  }

  private byte[] written(String name, Frame frame) throws IOException {
    FrameFiles.writePicture(folder.resolve(name), frame);
    return Files.readAllBytes(folder.resolve(name));
  }

  /**
   * Returns the upright picture by the words of the EXIF standard: where row 0 and column 0 are.
   */
  private static Frame upright(Frame stored, int orientation) {
    String[] row0 = {"", "top", "top", "bottom", "bottom", "left", "right", "right", "left"};
    String[] column0 = {"", "left", "right", "right", "left", "top", "top", "bottom", "bottom"};
    boolean turned = orientation > 4;
    int width = turned ? stored.height() : stored.width();
    int height = turned ? stored.width() : stored.height();
    byte[] from = stored.toRgb8();
    byte[] to = new byte[from.length];
    for (int row = 0; row < stored.height(); row++) {
      for (int column = 0; column < stored.width(); column++) {
        int x = 0;
        int y = 0;
        switch (row0[orientation]) {
          case "top" -> y = row;
          case "bottom" -> y = height - 1 - row;
          case "left" -> x = row;
          default -> x = width - 1 - row;
        }
        switch (column0[orientation]) {
          case "left" -> x = column;
          case "right" -> x = width - 1 - column;
          case "top" -> y = column;
          default -> y = height - 1 - column;
        }
        System.arraycopy(from, (row * stored.width() + column) * 3, to, (y * width + x) * 3, 3);
      }
    }
    return Frame.ofRgb8(width, height, to);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void orientation_ofEveryFormat_isApplied(int orientation) throws IOException {
    byte[] jpeg = written("plain.jpg", STORED);
    Frame decoded = FrameFiles.readPicture(folder.resolve("plain.jpg"));
    byte[] png = written("plain.png", STORED);
    for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
      byte[] exif = exif(orientation, order);
      byte[] prefix = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);
      assertThat(read("e.jpg", withSegment(jpeg, 0xE1, prefix, exif)))
          .isEqualTo(upright(decoded, orientation));
      assertThat(read("before.png", withChunk(png, "eXIf", exif, false)))
          .isEqualTo(upright(STORED, orientation));
      assertThat(read("behind.png", withChunk(png, "eXIf", exif, true)))
          .isEqualTo(upright(STORED, orientation));
    }
    assertThat(read("e.tif", withOrientation(written("plain.tif", STORED), orientation)))
        .isEqualTo(upright(STORED, orientation));
  }

  /** Replaces the entry of the resolution unit, which every TIFF of the JDK has, or another one. */
  private static byte[] withOrientation(byte[] tiff, int orientation) {
    ByteBuffer file = ByteBuffer.wrap(tiff.clone());
    file.order(tiff[0] == 'M' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    int at = file.getInt(4);
    int entries = file.getShort(at);
    // A copy of the directory with one more entry goes to the end of the file.
    ByteBuffer longer = ByteBuffer.allocate(tiff.length + 2 + 12 * (entries + 1) + 4);
    longer.order(file.order()).put(tiff);
    longer.putInt(4, tiff.length);
    longer.putShort((short) (entries + 1));
    boolean placed = false;
    for (int i = 0; i < entries; i++) {
      int tag = file.getShort(at + 2 + 12 * i) & 0xFFFF;
      if (!placed && tag > 274) {
        longer.putShort((short) 274).putShort((short) 3).putInt(1).putShort((short) orientation);
        longer.putShort((short) 0);
        placed = true;
      }
      longer.put(tiff, at + 2 + 12 * i, 12);
    }
    return longer.array();
  }

  private Frame read(String name, byte[] file) throws IOException {
    return FrameFiles.readPicture(Files.write(folder.resolve(name), file));
  }

  @Test
  void orientation_ofDeepPictures_keepsTheirDepth() throws IOException {
    Frame deep = STORED.as(Frame.Depth.UINT16);
    byte[] png = withChunk(written("d.png", deep), "eXIf", exif(6, ByteOrder.BIG_ENDIAN), false);
    assertThat(read("e.png", png)).isEqualTo(upright(STORED, 6).as(Frame.Depth.UINT16));
  }

  @Test
  void exif_damaged_isIgnored() throws IOException {
    byte[] png = written("plain.png", STORED);
    byte[] exif = exif(6, ByteOrder.LITTLE_ENDIAN);
    for (int length = 0; length < 33; length++) {
      byte[] cut = Arrays.copyOf(exif, length);
      assertThat(read("cut.png", withChunk(png, "eXIf", cut, false))).isEqualTo(STORED);
    }
    assertThat(read("9.png", withChunk(png, "eXIf", exif(9, ByteOrder.BIG_ENDIAN), false)))
        .isEqualTo(STORED);
    Random random = new Random(1);
    for (int i = 0; i < 300; i++) {
      byte[] noise = exif.clone();
      for (int k = 0; k < 4; k++) {
        noise[random.nextInt(noise.length)] = (byte) random.nextInt();
      }
      byte[] file = withChunk(png, "eXIf", noise, true);
      assertThatCode(() -> read("noise.png", file)).doesNotThrowAnyException();
    }
  }

  @Test
  void jpeg_withoutJfif_butWithExif_isYcbcr() throws IOException {
    byte[] jpeg = written("plain.jpg", STORED);
    int jfif = 4 + (jpeg[4] << 8 | jpeg[5]);
    byte[] bare = new byte[jpeg.length - jfif + 2];
    System.arraycopy(jpeg, 0, bare, 0, 2);
    System.arraycopy(jpeg, jfif, bare, 2, jpeg.length - jfif);
    assertThat(read("bare.jpg", bare))
        .isEqualTo(FrameFiles.readPicture(folder.resolve("plain.jpg")));
  }

  private Frame resource(String name) throws IOException {
    try (InputStream in = PictureReaderTest.class.getResourceAsStream(name)) {
      return read(name, in.readAllBytes());
    }
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

  @ParameterizedTest
  @CsvSource({
    "p3.png, p3-in-srgb.png, 0.05",
    "p3.jpg, p3-in-srgb.png, 1",
    "cmyk.jpg, base.png, 0.5",
    "ycck.jpg, ycck-in-rgb.png, 1"
  })
  void colours_becomeSrgb(String picture, String expected, double most) throws IOException {
    assertThat(meanDifference(resource(picture), resource(expected))).isLessThan(most);
  }

  @Test
  void profile_ofDeepPng_isApplied() throws IOException {
    byte[] data = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();
    Deflater deflater = new Deflater();
    deflater.setInput(data);
    deflater.finish();
    byte[] packed = new byte[data.length + 100];
    int length = deflater.deflate(packed);
    ByteArrayOutputStream chunk = new ByteArrayOutputStream();
    chunk.writeBytes(new byte[] {'x', 0, 0});
    chunk.write(packed, 0, length);
    Frame linear = TestFrames.plain(8, 8, 55).as(Frame.Depth.UINT16);
    byte[] png = withChunk(written("l.png", linear), "iCCP", chunk.toByteArray(), false);
    Frame read = read("p.png", png);
    assertThat(read.depth()).isEqualTo(Frame.Depth.UINT16);
    double expected = 1.055 * Math.pow(55 / 255.0, 1 / 2.4) - 0.055;
    assertThat(read.toFloat()[0])
        .isCloseTo((float) expected, org.assertj.core.data.Offset.offset(0.004f));
  }

  @Test
  void profile_damaged_isIgnored() throws IOException {
    byte[] png = written("plain.png", STORED);
    for (byte[] chunk : new byte[][] {{}, {'x', 0, 0}, {'x', 0, 0, 1, 2, 3}}) {
      assertThat(read("b.png", withChunk(png, "iCCP", chunk, false))).isEqualTo(STORED);
    }
    byte[] jpeg = written("plain.jpg", STORED);
    byte[] name = "ICC_PROFILE\0\1\1nonsense".getBytes(StandardCharsets.US_ASCII);
    assertThat(read("b.jpg", withSegment(jpeg, 0xE2, name)))
        .isEqualTo(FrameFiles.readPicture(folder.resolve("plain.jpg")));
  }

  @Test
  void picture_cutOffAnywhere_isAnError() throws IOException {
    for (String name : new String[] {"a.png", "a.jpg", "a.tif"}) {
      byte[] whole = written(name, STORED);
      for (int length = 0; length < whole.length - 20; length += 41) {
        byte[] cut = Arrays.copyOf(whole, length);
        assertThatThrownBy(() -> read(name, cut))
            .as("%s of %d bytes", name, length)
            .isInstanceOf(IOException.class)
            .hasMessageContaining(name);
      }
    }
  }

  @Test
  void webp_withoutADecoder_namesTheModule() throws IOException {
    byte[] file = "RIFF\26\0\0\0WEBPVP8 \12\0\0\0".getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> read("a.webp", Arrays.copyOf(file, 40)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a.webp is a picture of the format webp")
        .hasMessageContaining("diffsynth-video");
  }
}
