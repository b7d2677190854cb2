package org.diffsynth.internal.diffusion;

import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.io.Enhancement;
import org.diffsynth.io.Resampler;

/** Changes of pictures on their way between decoder, deflicker, encoder and result. */
final class PictureAdjustment {

  private PictureAdjustment() {}

  /**
   * Returns the frame at the given size: the frame itself if it has that size, else a frame scaled
   * with a bilinear filter, with 16 bits per sample.
   */
  static Frame fit(Frame frame, FrameSize size) {
    return Resampler.resized(frame, size, Resampler.Filter.BILINEAR, Frame.Depth.UINT16);
  }

  /** Returns the frame with other contrast and sharpness, as floats; see {@link Enhancement}. */
  static Frame adjust(Frame frame, float contrast, float sharpness) {
    Enhancement enhancement = new Enhancement(contrast, sharpness);
    if (enhancement.equals(Enhancement.NONE)) {
      return frame;
    }
    return enhancement.apply(frame.as(Frame.Depth.FLOAT));
  }

  /** Returns the frame with every sample clamped to [0, 1], as floats. */
  static Frame clamp(Frame frame) {
    float[] samples = frame.toFloat();
    for (int i = 0; i < samples.length; i++) {
      samples[i] = Math.min(Math.max(samples[i], 0f), 1f);
    }
    return Frame.ofFloat(frame.width(), frame.height(), samples);
  }
}
