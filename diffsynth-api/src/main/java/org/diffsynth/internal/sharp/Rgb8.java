package org.diffsynth.internal.sharp;

import org.diffsynth.frame.Frame;

/** A guide in 8 bits a sample, one int per pixel ({@code blue << 16 | green << 8 | red}). */
record Rgb8(int width, int height, int[] rgb) {

  static Rgb8 of(Frame frame) {
    byte[] samples = frame.toRgb8();
    int[] rgb = new int[frame.width() * frame.height()];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] =
          samples[3 * i] & 0xFF
              | (samples[3 * i + 1] & 0xFF) << 8
              | (samples[3 * i + 2] & 0xFF) << 16;
    }
    return new Rgb8(frame.width(), frame.height(), rgb);
  }

  static int squaredDifference(int a, int b) {
    int red = (a & 0xFF) - (b & 0xFF);
    int green = (a >>> 8 & 0xFF) - (b >>> 8 & 0xFF);
    int blue = (a >>> 16) - (b >>> 16);
    return red * red + green * green + blue * blue;
  }

  static int channel(int pixel, int channel) {
    return pixel >>> 8 * channel & 0xFF;
  }
}
