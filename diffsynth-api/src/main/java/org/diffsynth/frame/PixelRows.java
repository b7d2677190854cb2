package org.diffsynth.frame;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Rearranges the bytes of pixels, several bytes at a time. */
final class PixelRows {

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int CHANNELS = 3;
  private static final int WITH_ALPHA = 4;

  /** Bytes of eight pixels of three bytes, which are three longs. */
  private static final int GROUP = 24;

  /** The lowest byte of each of the two pixels of four bytes in a long. */
  private static final long LOW = 0x000000FF000000FFL;

  private PixelRows() {}

  /** Copies pixels of three bytes, and exchanges the first and the third byte of each. */
  static void swap(byte[] source, int from, byte[] target, int to, int pixels) {
    int end = pixels * CHANNELS;
    int i = 0;
    for (; i + GROUP <= end; i += GROUP) {
      long a = (long) LONG.get(source, from + i);
      long b = (long) LONG.get(source, from + i + 8);
      long c = (long) LONG.get(source, from + i + 16);
      // The first and the third byte of a pixel are 16 bits apart; 8 bytes are 2⅔ pixels.
      LONG.set(
          target,
          to + i,
          (a << 16 & 0x0000FF0000FF0000L)
              | (a & 0xFF0000FF0000FF00L)
              | (a >>> 16 & 0x00000000FF0000FFL)
              | (b << 48 & 0x00FF000000000000L));
      LONG.set(
          target,
          to + i + 8,
          (a >>> 48 & 0x00000000000000FFL)
              | (b << 16 & 0x00FF0000FF000000L)
              | (b & 0x0000FF0000FF0000L)
              | (b >>> 16 & 0x000000FF0000FF00L)
              | (c << 48 & 0xFF00000000000000L));
      LONG.set(
          target,
          to + i + 16,
          (b >>> 48 & 0x000000000000FF00L)
              | (c << 16 & 0xFF0000FF00000000L)
              | (c & 0x00FF0000FF0000FFL)
              | (c >>> 16 & 0x0000FF0000FF0000L));
    }
    for (; i < end; i += CHANNELS) {
      target[to + i] = source[from + i + 2];
      target[to + i + 1] = source[from + i + 1];
      target[to + i + 2] = source[from + i];
    }
  }

  /**
   * Writes RGB pixels as pixels of four bytes.
   *
   * @param red place of red in a pixel of the target; likewise green and blue. Alpha is 255
   */
  static void widen(byte[] rgb, int from, byte[] target, int pixels, int red, int green, int blue) {
    int r = red * Byte.SIZE;
    int g = green * Byte.SIZE;
    int b = blue * Byte.SIZE;
    int alpha = ~(0xFF << r | 0xFF << g | 0xFF << b);
    long alphas = alpha & 0xFFFFFFFFL | (long) alpha << Integer.SIZE;
    int i = 0;
    for (int at = from; i + 2 <= pixels && at + Long.BYTES <= rgb.length; i += 2) {
      long v = (long) LONG.get(rgb, at); // two pixels, and two bytes of the next
      long two = v & 0xFFFFFFL | (v & 0xFFFFFF000000L) << Byte.SIZE;
      LONG.set(
          target,
          i * WITH_ALPHA,
          alphas | (two & LOW) << r | (two >>> 8 & LOW) << g | (two >>> 16 & LOW) << b);
      at += 2 * CHANNELS;
    }
    for (; i < pixels; i++) {
      int at = from + i * CHANNELS;
      int pixel = (rgb[at] & 0xFF) << r | (rgb[at + 1] & 0xFF) << g | (rgb[at + 2] & 0xFF) << b;
      INT.set(target, i * WITH_ALPHA, alpha | pixel);
    }
  }

  /**
   * Writes pixels of four bytes as RGB pixels.
   *
   * @param red place of red in a pixel of the source; likewise green and blue
   */
  static void narrow(byte[] source, byte[] rgb, int to, int pixels, int red, int green, int blue) {
    int r = red * Byte.SIZE;
    int g = green * Byte.SIZE;
    int b = blue * Byte.SIZE;
    int i = 0;
    for (int at = to; i + 2 <= pixels && at + Long.BYTES <= rgb.length; i += 2) {
      long v = (long) LONG.get(source, i * WITH_ALPHA);
      long two = v >>> r & LOW | (v >>> g & LOW) << 8 | (v >>> b & LOW) << 16;
      // The last two bytes are overwritten by the next pixel.
      LONG.set(rgb, at, two & 0xFFFFFFL | two >>> Byte.SIZE & 0xFFFFFF000000L);
      at += 2 * CHANNELS;
    }
    for (; i < pixels; i++) {
      int v = (int) INT.get(source, i * WITH_ALPHA);
      int at = to + i * CHANNELS;
      rgb[at] = (byte) (v >>> r);
      rgb[at + 1] = (byte) (v >>> g);
      rgb[at + 2] = (byte) (v >>> b);
    }
  }
}
