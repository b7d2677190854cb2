package org.diffsynth.internal.shots;

import java.util.Arrays;
import org.diffsynth.frame.Frame;

/**
 * The brightness of a frame relative to the rest of its shot, by channel: v = gain·r + offset,
 * where v is a sample of the frame and r is that sample at the usual brightness of the shot.
 *
 * @param gain above 0, for red, green and blue; not copied
 * @param offset in units of full scale, for red, green and blue; not copied
 */
public record Exposure(float[] gain, float[] offset) {

  /** The usual brightness of a shot: frames stay as they are. */
  public static final Exposure USUAL = new Exposure(new float[] {1, 1, 1}, new float[3]);

  private static final int FULL = 65_535;
  private static final float NEARLY = 0.01f;

  /** Returns whether this exposure changes nothing. */
  public boolean isUsual() {
    return this == USUAL;
  }

  /**
   * Returns whether a sample at this exposure differs from the usual one by less than a percent.
   */
  boolean isNearlyUsual() {
    for (int c = 0; c < 3; c++) {
      if (Math.abs(gain[c] - 1) > NEARLY || Math.abs(offset[c]) > NEARLY) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether this step raises the contrast, as a fade in does. */
  boolean strengthens() {
    return gain[0] + gain[1] + gain[2] > 3;
  }

  /** Returns a frame with this exposure as it would be at the usual brightness. */
  public Frame toUsual(Frame frame) {
    if (isUsual()) {
      return frame;
    }
    float[] factor = new float[3];
    float[] shift = new float[3];
    for (int c = 0; c < 3; c++) {
      factor[c] = 1 / gain[c];
      shift[c] = -offset[c] / gain[c];
    }
    return changed(frame, factor, shift);
  }

  /** Returns a frame of the usual brightness at this exposure. */
  public Frame fromUsual(Frame frame) {
    return isUsual() ? frame : changed(frame, gain, offset);
  }

  /** Returns the exposure of a frame that has exposure {@code step} relative to a frame of this. */
  Exposure then(Exposure step) {
    if (step.isUsual()) {
      return this;
    }
    float[] bothGains = new float[3];
    float[] bothOffsets = new float[3];
    for (int c = 0; c < 3; c++) {
      bothGains[c] = step.gain[c] * gain[c];
      bothOffsets[c] = step.gain[c] * offset[c] + step.offset[c];
    }
    return new Exposure(bothGains, bothOffsets);
  }

  /** Returns the exposure that undoes this one. */
  Exposure inverse() {
    if (isUsual()) {
      return this;
    }
    float[] factor = new float[3];
    float[] shift = new float[3];
    for (int c = 0; c < 3; c++) {
      factor[c] = 1 / gain[c];
      shift[c] = -offset[c] / gain[c];
    }
    return new Exposure(factor, shift);
  }

  private static Frame changed(Frame frame, float[] factor, float[] shift) {
    short[] samples = frame.toRgb16();
    for (int i = 0; i < samples.length; i += 3) {
      for (int c = 0; c < 3; c++) {
        float value = (samples[i + c] & 0xFFFF) * factor[c] + shift[c] * FULL;
        samples[i + c] = (short) (int) Math.min(Math.max(value + 0.5f, 0f), FULL);
      }
    }
    return Frame.ofRgb16(frame.width(), frame.height(), samples);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Exposure that
        && Arrays.equals(gain, that.gain)
        && Arrays.equals(offset, that.offset);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(gain) + Arrays.hashCode(offset);
  }

  @Override
  public String toString() {
    return "Exposure[gain=" + Arrays.toString(gain) + ", offset=" + Arrays.toString(offset) + "]";
  }
}
