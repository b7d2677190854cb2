package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT2020_CL;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT2020_NCL;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT470BG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_FCC;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_SMPTE170M;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_SMPTE240M;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV411P;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV422P;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV440P;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV444P;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUVJ411P;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUVJ420P;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUVJ422P;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUVJ440P;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUVJ444P;

import java.io.IOException;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.DoublePointer;

/**
 * Converts native pictures of one size from one pixel format to another. The bit-exact mode of
 * FFmpeg's scaler gives the same samples on every machine.
 */
final class PixelConversion implements AutoCloseable {

  private static final int HD_LINES = 720;
  private static final int HD_COLUMNS = 1280;
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
    if (swscale.sws_isSupportedInput(from) == 0) {
      throw new IOException(
          "pictures of the pixel format "
              + avutil.av_get_pix_fmt_name(from).getString()
              + " cannot be read; convert the video to another pixel format first");
    }
    scaler =
        Ffmpeg.allocated(
            swscale.sws_getContext(
                width,
                height,
                plain(from),
                width,
                height,
                plain(to),
                EXACT,
                null,
                null,
                (DoublePointer) null),
            "a converter");
  }

  /**
   * Returns a pixel format without a range in its name. FFmpeg warns on the console about formats
   * with one, such as yuvj420p, and the range is set apart from it.
   */
  static int plain(int format) {
    return switch (format) {
      case AV_PIX_FMT_YUVJ420P -> AV_PIX_FMT_YUV420P;
      case AV_PIX_FMT_YUVJ422P -> AV_PIX_FMT_YUV422P;
      case AV_PIX_FMT_YUVJ440P -> AV_PIX_FMT_YUV440P;
      case AV_PIX_FMT_YUVJ444P -> AV_PIX_FMT_YUV444P;
      case AV_PIX_FMT_YUVJ411P -> AV_PIX_FMT_YUV411P;
      default -> format;
    };
  }

  /**
   * Returns the YUV matrix, as FFmpeg numbers color spaces, that players use for pictures that name
   * none: BT.709 from 1280 columns or 720 rows on, BT.601 below.
   */
  static int defaultMatrix(int width, int height) {
    return width >= HD_COLUMNS || height >= HD_LINES ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
  }

  /**
   * Returns the YUV matrix that stands for a color space: the space itself if it can be converted,
   * otherwise the one that players use for the size.
   */
  static int usableMatrix(int colorspace, int width, int height) {
    return switch (colorspace) {
      case AVCOL_SPC_BT2020_CL -> AVCOL_SPC_BT2020_NCL;
      case AVCOL_SPC_BT709,
          AVCOL_SPC_BT470BG,
          AVCOL_SPC_SMPTE170M,
          AVCOL_SPC_BT2020_NCL,
          AVCOL_SPC_SMPTE240M,
          AVCOL_SPC_FCC ->
          colorspace;
      default -> defaultMatrix(width, height);
    };
  }

  /**
   * Sets how YUV samples encode colors.
   *
   * @param matrix YUV matrix, as FFmpeg numbers color spaces
   * @param fromFullRange whether samples before the conversion use their full range
   * @param toFullRange whether samples after the conversion use their full range
   */
  void setColors(int matrix, boolean fromFullRange, boolean toFullRange) throws IOException {
    var coefficients = swscale.sws_getCoefficients(matrix); // swscale numbers them as color spaces
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
