package org.diffsynth.patchmatch.engine;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.frame.Frame;

/**
 * An RGB picture in 16-bit fixed point, as it is carried and blended.
 *
 * @param samples {@code width * height * 3} unsigned samples, row by row, red, green, blue; full
 *     scale is 65535; not copied
 */
public record Picture(int width, int height, short[] samples) {

  public static Picture of(Frame frame) {
    return new Picture(frame.width(), frame.height(), frame.toRgb16());
  }

  public static Picture blank(int width, int height) {
    return new Picture(width, height, new short[width * height * 3]);
  }

  public Frame toFrame() {
    return Frame.ofRgb16(width, height, samples);
  }

  /**
   * Returns the picture at half its size, rounded up. Each sample is the rounded mean of 2 by 2
   * samples; the last row and column are repeated where the size is odd. So pixel x of the half
   * always lies over pixels 2x and 2x+1, whatever the size (docs/published-defects.md, D5).
   */
  public Picture half() {
    Picture half = blank((width + 1) / 2, (height + 1) / 2);
    for (int y = 0, i = 0; y < half.height; y++) {
      int upper = 2 * y * width;
      int lower = Math.min(2 * y + 1, height - 1) * width;
      for (int x = 0; x < half.width; x++) {
        int left = 2 * x;
        int right = Math.min(2 * x + 1, width - 1);
        for (int c = 0; c < 3; c++, i++) {
          int sum =
              (samples[(upper + left) * 3 + c] & 0xFFFF)
                  + (samples[(upper + right) * 3 + c] & 0xFFFF)
                  + (samples[(lower + left) * 3 + c] & 0xFFFF)
                  + (samples[(lower + right) * 3 + c] & 0xFFFF);
          half.samples[i] = (short) (sum + 2 >> 2);
        }
      }
    }
    return half;
  }

  /** Returns whether 8 bits a sample would lose nothing. */
  public boolean hasEightBits() {
    for (short sample : samples) {
      if ((sample >> 8 & 0xFF) != (sample & 0xFF)) {
        return false;
      }
    }
    return true;
  }

  /** Returns this picture and its halves, {@code count} pictures in all, the finest first. */
  public List<Picture> halves(int count) {
    List<Picture> halves = new ArrayList<>();
    for (Picture level = this; halves.size() < count; level = level.half()) {
      halves.add(level);
    }
    return halves;
  }
}
