package org.diffsynth.frame;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Rearranges the bytes of pixels, two pixels at a time.
 *
 * <p>Two RGB pixels that are read as a big-endian long are the bytes {@code R G B R G B - -}, from
 * the highest on. Two shifts give each pixel four bytes, {@code ARGB} or {@code RGBA}; written in
 * little-endian order with the pixels exchanged, these are the bytes {@code BGRA} and {@code ABGR}.
 * A long holds two bytes more than two pixels of three bytes, so the last pixels of a row are
 * written byte by byte: no byte outside of the row is touched.
 */
final class PixelRows {

  private static final VarHandle BIG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LITTLE =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int CHANNELS = 3;
  private static final int WITH_ALPHA = 4;

  private PixelRows() {}

  /** Returns how many pixels of a row can be read and written as longs: an even number. */
  private static int pairs(int pixels) {
    return Math.max(0, pixels - 1) & ~1;
  }

  /** Copies pixels of three bytes, and exchanges the first and the third byte of each. */
  static void swap(byte[] source, int from, byte[] target, int to, int pixels) {
    int end = pairs(pixels) * CHANNELS;
    int i = 0;
    for (; i < end; i += 2 * CHANNELS) {
      long v = (long) BIG.get(source, from + i);
      LITTLE.set(target, to + i, v >>> 40 | v << 8 & 0x0000FFFFFF000000L);
    }
    for (; i < pixels * CHANNELS; i += CHANNELS) {
      target[to + i] = source[from + i + 2];
      target[to + i + 1] = source[from + i + 1];
      target[to + i + 2] = source[from + i];
    }
  }

  /** Writes RGB pixels as pixels of four bytes in the given order, with alpha 255. */
  static void widen(byte[] rgb, int from, byte[] target, int to, int pixels, PixelOrder order) {
    int end = pairs(pixels);
    switch (order) {
      case ARGB -> toArgb(rgb, from, target, to, end);
      case RGBA -> toRgba(rgb, from, target, to, end);
      case BGRA -> toBgra(rgb, from, target, to, end);
      case ABGR -> toAbgr(rgb, from, target, to, end);
      case RGB, BGR -> throw new IllegalArgumentException(order + " has no alpha");
    }
    for (int i = end; i < pixels; i++) {
      int at = to + i * WITH_ALPHA;
      target[at + order.alpha()] = (byte) 0xFF;
      target[at + order.red()] = rgb[from + i * CHANNELS];
      target[at + order.green()] = rgb[from + i * CHANNELS + 1];
      target[at + order.blue()] = rgb[from + i * CHANNELS + 2];
    }
  }

  // One method for each order: in one method, loops that are compiled later take twice the time.

  private static void toArgb(byte[] rgb, int from, byte[] target, int to, int end) {
    for (int i = 0; i < end; i += 2) {
      BIG.set(target, to + i * WITH_ALPHA, argb((long) BIG.get(rgb, from + i * CHANNELS)));
    }
  }

  private static void toRgba(byte[] rgb, int from, byte[] target, int to, int end) {
    for (int i = 0; i < end; i += 2) {
      BIG.set(target, to + i * WITH_ALPHA, rgba((long) BIG.get(rgb, from + i * CHANNELS)));
    }
  }

  private static void toBgra(byte[] rgb, int from, byte[] target, int to, int end) {
    for (int i = 0; i < end; i += 2) {
      long two = argb((long) BIG.get(rgb, from + i * CHANNELS));
      LITTLE.set(target, to + i * WITH_ALPHA, two >>> 32 | two << 32);
    }
  }

  private static void toAbgr(byte[] rgb, int from, byte[] target, int to, int end) {
    for (int i = 0; i < end; i += 2) {
      long two = rgba((long) BIG.get(rgb, from + i * CHANNELS));
      LITTLE.set(target, to + i * WITH_ALPHA, two >>> 32 | two << 32);
    }
  }

  /** Writes pixels of four bytes in the given order as RGB pixels. */
  static void narrow(byte[] source, int from, byte[] rgb, int to, int pixels, PixelOrder order) {
    int end = pairs(pixels);
    switch (order) {
      case ARGB -> fromArgb(source, from, rgb, to, end);
      case RGBA -> fromRgba(source, from, rgb, to, end);
      case BGRA -> fromBgra(source, from, rgb, to, end);
      case ABGR -> fromAbgr(source, from, rgb, to, end);
      case RGB, BGR -> throw new IllegalArgumentException(order + " has no alpha");
    }
    for (int i = end; i < pixels; i++) {
      int at = from + i * WITH_ALPHA;
      rgb[to + i * CHANNELS] = source[at + order.red()];
      rgb[to + i * CHANNELS + 1] = source[at + order.green()];
      rgb[to + i * CHANNELS + 2] = source[at + order.blue()];
    }
  }

  private static void fromArgb(byte[] source, int from, byte[] rgb, int to, int end) {
    for (int i = 0; i < end; i += 2) {
      BIG.set(rgb, to + i * CHANNELS, ofArgb((long) BIG.get(source, from + i * WITH_ALPHA)));
    }
  }

  private static void fromRgba(byte[] source, int from, byte[] rgb, int to, int end) {
    for (int i = 0; i < end; i += 2) {
      BIG.set(rgb, to + i * CHANNELS, ofRgba((long) BIG.get(source, from + i * WITH_ALPHA)));
    }
  }

  private static void fromBgra(byte[] source, int from, byte[] rgb, int to, int end) {
    for (int i = 0; i < end; i += 2) {
      long two = (long) LITTLE.get(source, from + i * WITH_ALPHA);
      BIG.set(rgb, to + i * CHANNELS, ofArgb(two >>> 32 | two << 32));
    }
  }

  private static void fromAbgr(byte[] source, int from, byte[] rgb, int to, int end) {
    for (int i = 0; i < end; i += 2) {
      long two = (long) LITTLE.get(source, from + i * WITH_ALPHA);
      BIG.set(rgb, to + i * CHANNELS, ofRgba(two >>> 32 | two << 32));
    }
  }

  /** Writes pixels that are ints 0x--RRGGBB as RGB pixels. */
  static void ofInts(int[] source, int from, byte[] rgb, int to, int pixels) {
    int end = pairs(pixels);
    for (int i = 0; i < end; i += 2) {
      long two = (long) source[from + i] << 32 | source[from + i + 1] & 0xFFFFFFFFL;
      BIG.set(rgb, to + i * CHANNELS, ofArgb(two));
    }
    for (int i = end; i < pixels; i++) {
      rgb[to + i * CHANNELS] = (byte) (source[from + i] >> 16);
      rgb[to + i * CHANNELS + 1] = (byte) (source[from + i] >> 8);
      rgb[to + i * CHANNELS + 2] = (byte) source[from + i];
    }
  }

  /** Writes RGB pixels as ints 0xFFRRGGBB. */
  static void toInts(byte[] rgb, int from, int[] target, int to, int pixels) {
    int end = pairs(pixels);
    for (int i = 0; i < end; i += 2) {
      long two = argb((long) BIG.get(rgb, from + i * CHANNELS));
      target[to + i] = (int) (two >>> 32);
      target[to + i + 1] = (int) two;
    }
    for (int i = end; i < pixels; i++) {
      int at = from + i * CHANNELS;
      target[to + i] =
          0xFF << 24 | (rgb[at] & 0xFF) << 16 | (rgb[at + 1] & 0xFF) << 8 | rgb[at + 2] & 0xFF;
    }
  }

  private static long argb(long rgbrgb) {
    return 0xFF000000FF000000L
        | rgbrgb >>> 8 & 0x00FFFFFF00000000L
        | rgbrgb >>> 16 & 0x0000000000FFFFFFL;
  }

  private static long rgba(long rgbrgb) {
    return 0x000000FF000000FFL | rgbrgb & 0xFFFFFF0000000000L | rgbrgb >>> 8 & 0x00000000FFFFFF00L;
  }

  private static long ofArgb(long two) {
    return two << 8 & 0xFFFFFF0000000000L | two << 16 & 0x000000FFFFFF0000L;
  }

  private static long ofRgba(long two) {
    return two & 0xFFFFFF0000000000L | two << 8 & 0x000000FFFFFF0000L;
  }
}
