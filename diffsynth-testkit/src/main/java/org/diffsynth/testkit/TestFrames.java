package org.diffsynth.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.Video;
import org.diffsynth.match.QuantizedLatents;

/** Small synthetic frames, clips and latents that are identical on every machine. */
public final class TestFrames {

  private TestFrames() {}

  /** Creates a random texture: interpolated noise at two scales, 8 and 2 pixels. */
  public static Frame texture(int width, int height, long seed) {
    return window(width, height, 0, 0, seed);
  }

  /** Creates the part of an endless texture whose top left corner is at (left, top). */
  public static Frame window(int width, int height, int left, int top, long seed) {
    byte[] rgb = new byte[width * height * 3];
    for (int y = 0, i = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++, i++) {
          int coarse = lattice(x + left, y + top, 8, seed + c);
          int fine = lattice(x + left, y + top, 2, seed + 10 + c);
          rgb[i] = (byte) ((3 * coarse + fine) / 4);
        }
      }
    }
    return Frame.ofRgb8(width, height, rgb);
  }

  /** Creates a clip of a texture; its window moves by (dx, dy) pixels per frame. */
  public static Video pan(int frames, int width, int height, int dx, int dy, long seed) {
    List<Frame> clip = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      clip.add(window(width, height, 1000 + i * dx, 1000 + i * dy, seed));
    }
    return Video.of(clip, FrameRate.DEFAULT);
  }

  /** Returns a copy of a clip in which each frame has a random gain and random noise. */
  public static Video flicker(Video clip, long seed) {
    List<Frame> frames = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(seed);
    for (Frame frame : clip) {
      byte[] rgb = frame.toRgb8();
      int gain = 80 + random.nextInt(40);
      for (int i = 0; i < rgb.length; i++) {
        int value = (rgb[i] & 0xFF) * gain / 100 + random.nextInt(-12, 13);
        rgb[i] = (byte) Math.min(Math.max(value, 0), 255);
      }
      frames.add(Frame.ofRgb8(frame.width(), frame.height(), rgb));
    }
    return Video.of(frames, clip.format().frameRate());
  }

  /** Creates a grey frame with the given 8-bit value in all samples. */
  public static Frame plain(int width, int height, int value) {
    byte[] rgb = new byte[width * height * 3];
    Arrays.fill(rgb, (byte) value);
    return Frame.ofRgb8(width, height, rgb);
  }

  private static int lattice(int x, int y, int cell, long seed) {
    int cellX = Math.floorDiv(x, cell);
    int cellY = Math.floorDiv(y, cell);
    int fractionX = Math.floorMod(x, cell);
    int fractionY = Math.floorMod(y, cell);
    int upper =
        value(cellX, cellY, seed) * (cell - fractionX) + value(cellX + 1, cellY, seed) * fractionX;
    int lower =
        value(cellX, cellY + 1, seed) * (cell - fractionX)
            + value(cellX + 1, cellY + 1, seed) * fractionX;
    return (upper * (cell - fractionY) + lower * fractionY) / (cell * cell);
  }

  private static int value(int x, int y, long seed) {
    long mixed = seed * 0x9E3779B97F4A7C15L + x * 0xC2B2AE3D27D4EB4FL + y * 0x165667B19E3779F9L;
    mixed = (mixed ^ mixed >>> 30) * 0xBF58476D1CE4E5B9L;
    return (int) (mixed >>> 56);
  }

  /**
   * Creates random latents with a linear congruential generator that is easy to reproduce in other
   * languages.
   *
   * @param bits number of random bits per sample, 1 to 8; with few bits, many patches are equal
   */
  public static QuantizedLatents latents(int width, int height, int seed, int bits) {
    byte[] samples = new byte[width * height * QuantizedLatents.CHANNELS];
    int state = seed;
    for (int i = 0; i < samples.length; i++) {
      state = state * 1664525 + 1013904223;
      samples[i] = (byte) ((state >>> 32 - bits) - (1 << bits - 1));
    }
    return QuantizedLatents.ofBytes(height, width, samples);
  }
}
