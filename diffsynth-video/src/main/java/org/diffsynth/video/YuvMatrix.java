package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT2020_NCL;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_FCC;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_SMPTE240M;

/**
 * Converts between RGB samples of 16 bits and planes of YUV samples, with one rounding to the
 * nearest per sample.
 *
 * <p>FFmpeg's scaler does this for frames of 8 bits and limited range within 0.02 levels on
 * average. It is not used elsewhere: it maps white of 10 bits to 65280 instead of 65535, and
 * truncates color differences of full range, which shifts red and blue by 0.8 levels each time a
 * video is written.
 */
final class YuvMatrix {

  private static final float FULL = 65535;

  private final float redToY;
  private final float greenToY;
  private final float blueToY;

  /** Color differences per unit of V and U: red minus Y, and blue minus Y. */
  private final float redPerV;

  private final float bluePerU;

  private final float black;
  private final float zero;
  private final float lumaRange;
  private final float chromaRange;
  private final int maximum;

  /**
   * Creates a conversion.
   *
   * @param colorspace YUV matrix, as FFmpeg numbers color spaces
   * @param fullRange whether YUV samples use their full range
   * @param depth significant bits of a YUV sample
   * @param shift unused low bits of a YUV sample
   */
  YuvMatrix(int colorspace, boolean fullRange, int depth, int shift) {
    double red = 0.299;
    double blue = 0.114;
    if (colorspace == AVCOL_SPC_BT709) {
      red = 0.2126;
      blue = 0.0722;
    } else if (colorspace == AVCOL_SPC_BT2020_NCL) {
      red = 0.2627;
      blue = 0.0593;
    } else if (colorspace == AVCOL_SPC_SMPTE240M) {
      red = 0.212;
      blue = 0.087;
    } else if (colorspace == AVCOL_SPC_FCC) {
      red = 0.30;
      blue = 0.11;
    }
    redToY = (float) red;
    greenToY = (float) (1 - red - blue);
    blueToY = (float) blue;
    redPerV = (float) (2 * (1 - red));
    bluePerU = (float) (2 * (1 - blue));
    int step = 1 << (depth - 8 + shift); // one level of 8 bits
    maximum = ((1 << depth) - 1) << shift;
    black = fullRange ? 0 : 16 * step;
    zero = 128 * step;
    lumaRange = fullRange ? maximum : 219 * step;
    chromaRange = fullRange ? maximum : 224 * step;
  }

  /** Converts a row of interleaved RGB samples, from an index on, to rows of Y, U and V samples. */
  void toYuv(short[] rgb, int from, short[] y, short[] u, short[] v) {
    for (int x = 0, i = from; x < y.length; x++, i += 3) {
      float red = (rgb[i] & 0xFFFF) / FULL;
      float green = (rgb[i + 1] & 0xFFFF) / FULL;
      float blue = (rgb[i + 2] & 0xFFFF) / FULL;
      float luma = redToY * red + greenToY * green + blueToY * blue;
      y[x] = rounded(black + luma * lumaRange, maximum);
      u[x] = rounded(zero + (blue - luma) / bluePerU * chromaRange, maximum);
      v[x] = rounded(zero + (red - luma) / redPerV * chromaRange, maximum);
    }
  }

  /** Converts rows of Y, U and V samples to a row of interleaved RGB samples, from an index on. */
  void toRgb(short[] y, short[] u, short[] v, short[] rgb, int to) {
    float perLuma = FULL / lumaRange;
    float perChroma = FULL / chromaRange;
    float redFactor = redPerV * perChroma;
    float blueFactor = bluePerU * perChroma;
    float greenFromRed = redToY / greenToY;
    float greenFromBlue = blueToY / greenToY;
    for (int x = 0, i = to; x < y.length; x++, i += 3) {
      float luma = ((y[x] & 0xFFFF) - black) * perLuma;
      float red = ((v[x] & 0xFFFF) - zero) * redFactor;
      float blue = ((u[x] & 0xFFFF) - zero) * blueFactor;
      rgb[i] = rounded(luma + red, 65535);
      rgb[i + 1] = rounded(luma - red * greenFromRed - blue * greenFromBlue, 65535);
      rgb[i + 2] = rounded(luma + blue, 65535);
    }
  }

  private static short rounded(float value, int maximum) {
    return (short) Math.max(0, Math.min((int) Math.floor(value + 0.5f), maximum));
  }
}
