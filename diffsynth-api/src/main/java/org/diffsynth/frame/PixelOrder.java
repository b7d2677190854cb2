package org.diffsynth.frame;

import java.nio.ByteBuffer;
import org.diffsynth.internal.text.Text;

/**
 * The order of the bytes of a pixel in memory, for pixels that other libraries hold: 8 bits per
 * sample, one row after the other from the top, with any distance between rows.
 *
 * <pre>{@code
 * // a frame of JavaCV, and back
 * Frame frame = PixelOrder.BGR.read((ByteBuffer) grabbed.image[0],
 *     grabbed.imageWidth, grabbed.imageHeight, grabbed.imageStride);
 * PixelOrder.BGR.write(frame, (ByteBuffer) recorded.image[0], recorded.imageStride);
 *
 * // a Mat of OpenCV with 8 bits and three channels
 * byte[] pixels = new byte[mat.rows() * mat.cols() * 3];
 * mat.get(0, 0, pixels);
 * Frame frame = PixelOrder.BGR.read(ByteBuffer.wrap(pixels), mat.cols(), mat.rows());
 * }</pre>
 *
 * <p>Alpha is ignored when pixels are read, and is 255 when they are written. Pixels that are ints,
 * not bytes, are converted by {@link #readInts} and {@link #writeInts}.
 */
public enum PixelOrder {
  /** Red, green, blue: most decoders of pictures. */
  RGB(3, 0, 1, 2),
  /** Blue, green, red: OpenCV, JavaCV and {@code BufferedImage.TYPE_3BYTE_BGR}. */
  BGR(3, 2, 1, 0),
  /** Red, green, blue, alpha: browsers (canvas), OpenGL, Android bitmaps. */
  RGBA(4, 0, 1, 2),
  /** Blue, green, red, alpha: Windows bitmaps, Cairo, JavaFX; the bytes of an int 0xAARRGGBB. */
  BGRA(4, 2, 1, 0),
  /** Alpha, red, green, blue: QuickTime; an int 0xAARRGGBB in big-endian order. */
  ARGB(4, 1, 2, 3),
  /** Alpha, blue, green, red: {@code BufferedImage.TYPE_4BYTE_ABGR}. */
  ABGR(4, 3, 2, 1);

  private static final int CHANNELS = 3;

  private final int bytes;
  private final int red;
  private final int green;
  private final int blue;

  PixelOrder(int bytes, int red, int green, int blue) {
    this.bytes = bytes;
    this.red = red;
    this.green = green;
    this.blue = blue;
  }

  int red() {
    return red;
  }

  int green() {
    return green;
  }

  int blue() {
    return blue;
  }

  /** Returns the place of alpha in a pixel of four bytes. */
  int alpha() {
    return 6 - red - green - blue;
  }

  /** Returns the number of bytes of a pixel, 3 or 4. */
  public int bytesPerPixel() {
    return bytes;
  }

  /**
   * Reads pixels that lie without gaps between rows; see {@link #read(ByteBuffer, int, int, int)}.
   */
  public Frame read(ByteBuffer pixels, int width, int height) {
    return read(pixels, width, height, Math.multiplyExact(width, bytes));
  }

  /**
   * Creates an 8-bit frame from a copy of pixels.
   *
   * @param pixels pixels from the buffer's position on, which does not change
   * @param width number of columns, at least 1
   * @param height number of rows, at least 1
   * @param stride bytes from one row to the next, at least {@code width * bytesPerPixel()}
   * @throws IllegalArgumentException if the buffer is too short or the stride too small
   */
  public Frame read(ByteBuffer pixels, int width, int height, int stride) {
    FrameSize size = new FrameSize(width, height);
    check(pixels, size, stride);
    byte[] rgb = new byte[Math.toIntExact(size.pixels() * CHANNELS)];
    boolean inArray = pixels.hasArray();
    byte[] row = inArray ? pixels.array() : new byte[width * bytes];
    for (int y = 0; y < height; y++) {
      int from = pixels.position() + y * stride;
      int to = y * width * CHANNELS;
      if (this == RGB) {
        pixels.get(from, rgb, to, width * bytes);
        continue;
      }
      if (inArray) {
        from += pixels.arrayOffset();
      } else {
        pixels.get(from, row);
        from = 0;
      }
      if (this == BGR) {
        PixelRows.swap(row, from, rgb, to, width);
      } else {
        PixelRows.narrow(row, from, rgb, to, width, this);
      }
    }
    return Frame.owning(size, rgb);
  }

  /** Writes pixels without gaps between rows; see {@link #write(Frame, ByteBuffer, int)}. */
  public void write(Frame frame, ByteBuffer target) {
    write(frame, target, Math.multiplyExact(frame.width(), bytes));
  }

  /**
   * Writes the pixels of a frame with 8 bits per sample, whatever the frame's depth.
   *
   * @param target receives the pixels from its position on, which does not change. Bytes between
   *     the rows stay as they are
   * @param stride bytes from one row to the next, at least {@code width * bytesPerPixel()}
   * @throws IllegalArgumentException if the buffer is too short or the stride too small
   * @throws java.nio.ReadOnlyBufferException if the buffer cannot be written
   */
  public void write(Frame frame, ByteBuffer target, int stride) {
    check(target, frame.size(), stride);
    byte[] rgb = frame.sharedRgb8();
    int width = frame.width();
    boolean inArray = target.hasArray();
    byte[] row = inArray ? target.array() : new byte[width * bytes];
    for (int y = 0; y < frame.height(); y++) {
      int from = y * width * CHANNELS;
      int to = target.position() + y * stride;
      if (this == RGB) {
        target.put(to, rgb, from, width * bytes);
        continue;
      }
      int at = inArray ? target.arrayOffset() + to : 0;
      if (this == BGR) {
        PixelRows.swap(rgb, from, row, at, width);
      } else {
        PixelRows.widen(rgb, from, row, at, width, this);
      }
      if (!inArray) {
        target.put(to, row);
      }
    }
  }

  /**
   * Creates an 8-bit frame from a copy of pixels that are ints {@code 0xAARRGGBB}, as {@code
   * BufferedImage.getRGB}, Swing, Android and JavaFX have them. Alpha is ignored.
   *
   * @param pixels the ints
   * @param offset index of the first pixel, at least 0
   * @param width number of columns, at least 1
   * @param height number of rows, at least 1
   * @param stride ints from one row to the next, at least {@code width}
   * @throws IllegalArgumentException if the array is too short or the stride too small
   */
  public static Frame readInts(int[] pixels, int offset, int width, int height, int stride) {
    FrameSize size = new FrameSize(width, height);
    checkInts(pixels, offset, size, stride);
    byte[] rgb = new byte[Math.toIntExact(size.pixels() * CHANNELS)];
    for (int y = 0; y < height; y++) {
      PixelRows.ofInts(pixels, offset + y * stride, rgb, y * width * CHANNELS, width);
    }
    return Frame.owning(size, rgb);
  }

  /**
   * Writes the pixels of a frame as ints {@code 0xFFRRGGBB}, whatever the frame's depth.
   *
   * @param pixels receives the ints; those between the rows stay as they are
   * @param offset index of the first pixel, at least 0
   * @param stride ints from one row to the next, at least the frame's width
   * @throws IllegalArgumentException if the array is too short or the stride too small
   */
  public static void writeInts(Frame frame, int[] pixels, int offset, int stride) {
    checkInts(pixels, offset, frame.size(), stride);
    byte[] rgb = frame.sharedRgb8();
    int width = frame.width();
    for (int y = 0; y < frame.height(); y++) {
      PixelRows.toInts(rgb, y * width * CHANNELS, pixels, offset + y * stride, width);
    }
  }

  private static void checkInts(int[] pixels, int offset, FrameSize size, int stride) {
    if (stride < size.width()) {
      throw new IllegalArgumentException(
          Text.format("stride must be at least %d ints, but was %d", size.width(), stride));
    }
    long needed = (size.height() - 1L) * stride + size.width();
    if (offset < 0 || pixels.length - (long) offset < needed) {
      throw new IllegalArgumentException(
          Text.format(
              "%s pixels from index %d on need %d ints, but the array has %d",
              size, offset, needed, pixels.length));
    }
  }

  private void check(ByteBuffer pixels, FrameSize size, int stride) {
    long row = (long) size.width() * bytes;
    if (stride < row) {
      throw new IllegalArgumentException(
          Text.format(
              "stride must be at least %d bytes for %d pixels in the order %s, but was %d",
              row, size.width(), this, stride));
    }
    long needed = (size.height() - 1L) * stride + row;
    if (pixels.remaining() < needed) {
      throw new IllegalArgumentException(
          Text.format(
              "%s pixels in the order %s need %d bytes, but the buffer has %d left",
              size, this, needed, pixels.remaining()));
    }
  }
}
