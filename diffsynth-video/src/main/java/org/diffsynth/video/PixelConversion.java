package org.diffsynth.video;

import java.io.IOException;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.DoublePointer;

/**
 * Converts native pictures of one size from one pixel format to another. The bit-exact mode of
 * FFmpeg's scaler gives the same samples on every machine.
 */
final class PixelConversion implements AutoCloseable {

  private static final int HD_LINES = 720;
  private static final int EXACT =
      swscale.SWS_BICUBIC
          | swscale.SWS_ACCURATE_RND
          | swscale.SWS_FULL_CHR_H_INT
          | swscale.SWS_FULL_CHR_H_INP
          | swscale.SWS_BITEXACT;

  private final SwsContext scaler;
  private boolean open = true;

  /**
   * Creates a conversion between two pixel formats for pictures of one size in pixels.
   *
   * @param from pixel format of the pictures, as FFmpeg numbers them
   * @param to pixel format of the converted pictures
   */
  PixelConversion(int width, int height, int from, int to) throws IOException {
    scaler =
        Ffmpeg.allocated(
            swscale.sws_getContext(
                width, height, from, width, height, to, EXACT, null, null, (DoublePointer) null),
            "a converter");
  }

  /**
   * Returns the YUV matrix, as swscale numbers them, that players use for pictures without one:
   * BT.709 from 720 lines on, BT.601 below.
   */
  static int defaultMatrix(int lines) {
    return lines >= HD_LINES ? swscale.SWS_CS_ITU709 : swscale.SWS_CS_ITU601;
  }

  /**
   * Sets how YUV samples encode colors.
   *
   * @param matrix YUV matrix, as swscale numbers them
   * @param fromFullRange whether samples before the conversion use their full range
   * @param toFullRange whether samples after the conversion use their full range
   */
  void setColors(int matrix, boolean fromFullRange, boolean toFullRange) throws IOException {
    var coefficients = swscale.sws_getCoefficients(matrix);
    Ffmpeg.check(
        swscale.sws_setColorspaceDetails(
            scaler,
            coefficients,
            fromFullRange ? 1 : 0,
            coefficients,
            toFullRange ? 1 : 0,
            0,
            1 << 16,
            1 << 16),
        "cannot set the colors");
  }

  /** Converts a picture and writes the result into the memory of another picture. */
  void apply(AVFrame from, AVFrame to) throws IOException {
    Ffmpeg.check(swscale.sws_scale_frame(scaler, to, from), "cannot convert the picture");
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      swscale.sws_freeContext(scaler);
    }
  }
}
