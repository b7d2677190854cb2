package org.diffsynth.internal.diffusion;

import org.diffsynth.frame.Frame;
import org.diffsynth.io.Enhancement;

/** Contrast and sharpness inside the loop, where pictures are not rounded to 8 bits. */
final class PictureAdjustment {

  private PictureAdjustment() {}

  static Frame adjust(Frame frame, float contrast, float sharpness) {
    Enhancement enhancement = new Enhancement(contrast, sharpness);
    if (enhancement.equals(Enhancement.NONE)) {
      return frame;
    }
    return enhancement.apply(frame.as(Frame.Depth.FLOAT));
  }

  static float clamp(float value) {
    return Math.min(Math.max(value, 0f), 1f);
  }
}
