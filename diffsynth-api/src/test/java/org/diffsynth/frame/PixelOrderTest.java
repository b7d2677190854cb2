package org.diffsynth.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PixelOrderTest {

  private static final int WIDTH = 13; // one group of eight pixels, and some more
  private static final int HEIGHT = 3;
  private static final Frame FRAME = random();

  private static Frame random() {
    byte[] rgb = new byte[WIDTH * HEIGHT * 3];
    new Random(4).nextBytes(rgb);
    return Frame.ofRgb8(WIDTH, HEIGHT, rgb);
  }

  @ParameterizedTest
  @EnumSource
  void write_thenRead_isExactAtAnyStrideAndPosition(PixelOrder order) {
    int stride = WIDTH * order.bytesPerPixel() + 7;
    for (ByteBuffer buffer :
        new ByteBuffer[] {ByteBuffer.allocate(300), ByteBuffer.allocateDirect(300)}) {
      buffer.position(9);
      order.write(FRAME, buffer, stride);

      assertThat(order.read(buffer, WIDTH, HEIGHT, stride)).isEqualTo(FRAME);
      assertThat(buffer.position()).isEqualTo(9);
      assertThat(buffer.get(8)).isZero();
      assertThat(buffer.get(9 + stride - 1)).as("between rows").isZero();
      ByteBuffer packed = ByteBuffer.allocate(WIDTH * HEIGHT * order.bytesPerPixel());
      order.write(FRAME, packed);
      assertThat(order.read(packed.asReadOnlyBuffer(), WIDTH, HEIGHT)).isEqualTo(FRAME);
    }
  }

  @ParameterizedTest
  @EnumSource
  void write_everyWidth_isExactAndTouchesNoOtherByte(PixelOrder order) {
    for (int width = 1; width <= 9; width++) {
      byte[] rgb = new byte[width * 2 * 3];
      new Random(width).nextBytes(rgb);
      Frame frame = Frame.ofRgb8(width, 2, rgb);
      int stride = width * order.bytesPerPixel() + 1;
      byte[] bytes = new byte[2 * stride + 20];
      Arrays.fill(bytes, (byte) 77);

      ByteBuffer buffer = ByteBuffer.wrap(bytes, 10, 2 * stride).slice();
      order.write(frame, buffer, stride);

      assertThat(order.read(buffer, width, 2, stride)).isEqualTo(frame);
      assertThat(order.read(buffer.asReadOnlyBuffer(), width, 2, stride)).isEqualTo(frame);
      assertThat(bytes[9]).isEqualTo((byte) 77);
      assertThat(bytes[9 + stride]).as("between rows").isEqualTo((byte) 77);
      assertThat(bytes[9 + 2 * stride]).isEqualTo((byte) 77);
    }
  }

  @Test
  void ints_writtenAndRead_areExactAtAnyStrideAndOffset() {
    for (int width = 1; width <= 9; width++) {
      byte[] rgb = new byte[width * 2 * 3];
      new Random(width).nextBytes(rgb);
      Frame frame = Frame.ofRgb8(width, 2, rgb);
      int[] ints = new int[2 * width + 5];
      PixelOrder.writeInts(frame, ints, 2, width + 1);
      assertThat(ints[2])
          .isEqualTo(0xFF << 24 | (rgb[0] & 0xFF) << 16 | (rgb[1] & 0xFF) << 8 | (rgb[2] & 0xFF));
      assertThat(ints[width + 2]).as("between rows").isZero();
      assertThat(PixelOrder.readInts(ints, 2, width, 2, width + 1)).isEqualTo(frame);
    }
    assertThatThrownBy(() -> PixelOrder.readInts(new int[6], 1, 3, 2, 3))
        .hasMessage("3x2 pixels from index 1 on need 6 ints, but the array has 6");
    assertThatThrownBy(() -> PixelOrder.writeInts(FRAME, new int[60], 0, 12))
        .hasMessage("stride must be at least 13 ints, but was 12");
  }

  @Test
  void write_every16BitSample_isTheNearestOf8Bits() {
    short[] all = new short[65536 * 3];
    for (int i = 0; i < all.length; i++) {
      all[i] = (short) (i / 3);
    }
    byte[] rounded = Frame.ofRgb16(32768, 2, all).toRgb8();
    for (int value = 0; value < 65536; value++) {
      assertThat(rounded[value * 3] & 0xFF).isEqualTo((value + 128) / 257);
    }
  }

  @Test
  void write_eachOrder_putsTheBytesWhereItsNameSays() {
    Frame pixel = Frame.ofRgb8(1, 1, new byte[] {1, 2, 3});
    for (PixelOrder order : PixelOrder.values()) {
      ByteBuffer bytes = ByteBuffer.allocate(order.bytesPerPixel());
      order.write(pixel, bytes);
      for (int i = 0; i < order.name().length(); i++) {
        int expected =
            switch (order.name().charAt(i)) {
              case 'R' -> 1;
              case 'G' -> 2;
              case 'B' -> 3;
              default -> 255;
            };
        assertThat(bytes.get(i) & 0xFF).as(order + " byte " + i).isEqualTo(expected);
      }
    }
  }

  @Test
  void write_deepFrame_roundsToEightBits() {
    Frame deep = Frame.ofFloat(1, 1, new float[] {0.5f, 1.5f, -1});
    ByteBuffer bytes = ByteBuffer.allocate(3);
    PixelOrder.BGR.write(deep, bytes);
    assertThat(bytes.array()).containsExactly(0, 255, 128);
  }

  @Test
  void read_bufferOrStrideTooSmall_isRefusedWithTheRule() {
    ByteBuffer bytes = ByteBuffer.allocate(155);
    assertThatThrownBy(() -> PixelOrder.RGBA.read(bytes, WIDTH, HEIGHT))
        .hasMessage("13x3 pixels in the order RGBA need 156 bytes, but the buffer has 155 left");
    assertThatThrownBy(() -> PixelOrder.BGR.read(bytes, WIDTH, HEIGHT, 38))
        .hasMessage("stride must be at least 39 bytes for 13 pixels in the order BGR, but was 38");
    assertThatThrownBy(() -> PixelOrder.RGBA.write(FRAME, bytes)).hasMessageContaining("156 bytes");
  }
}
