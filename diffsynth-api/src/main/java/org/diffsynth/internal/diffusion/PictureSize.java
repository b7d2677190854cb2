package org.diffsynth.internal.diffusion;

import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.io.Resampler;

/** Scales pictures to the size a model works at, and back, with a bilinear filter. */
record PictureSize(int width, int height) {

  /** Returns the nearest size whose sides are multiples of {@code multiple}. */
  PictureSize nearestMultiple(int multiple) {
    FrameSize nearest = new FrameSize(width, height).nearestMultiple(multiple);
    return new PictureSize(nearest.width(), nearest.height());
  }

  /** Returns the frame at this size with 16 bits per sample, or the frame itself if it fits. */
  Frame fit(Frame frame) {
    return Resampler.resized(
        frame, new FrameSize(width, height), Resampler.Filter.BILINEAR, Frame.Depth.UINT16);
  }

  @Override
  public String toString() {
    return width + "x" + height;
  }
}
