package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_JPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT2020_CL;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT2020_NCL;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT470BG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_FCC;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_SMPTE170M;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_SMPTE240M;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_FLAG_RGB;

import java.io.IOException;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVPixFmtDescriptor;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swscale;
import org.diffsynth.compute.Closer;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.text.Text;

/**
 * Converts decoded pictures, mostly YUV with subsampled color, into upright RGB frames of 8 bits
 * per sample, or of 16 bits if the file has more than 8.
 *
 * <p>The YUV matrix is the matrix that the file names, or else the matrix that players use for the
 * picture size ({@link PixelConversion#defaultMatrix}).
 */
final class FrameConverter implements AutoCloseable {

  private final int width;
  private final int height;
  private final int quarterTurns;
  private final Closer natives = new Closer();
  private PixelConversion conversion;
  private RgbPicture rgb;
  private int pixelFormat = -1;
  private boolean deep;

  /**
   * Creates a converter from decoded pictures to upright frames.
   *
   * @param width width of the pictures in the file
   * @param height height of the pictures in the file
   * @param quarterTurns how often a picture is turned right by 90° to be upright, 0 to 3
   */
  FrameConverter(int width, int height, int quarterTurns) {
    this.width = width;
    this.height = height;
    this.quarterTurns = quarterTurns;
  }

  /** Converts a decoded picture to an upright RGB frame. */
  Frame toFrame(AVFrame decoded) throws IOException {
    if (decoded.width() != width || decoded.height() != height) {
      throw new IOException(
          Text.format(
              "the picture is %dx%d, but the first was %dx%d",
              decoded.width(), decoded.height(), width, height));
    }
    if (decoded.format() != pixelFormat) {
      open(decoded);
    }
    conversion.apply(decoded, rgb.picture());
    return deep
        ? Frame.ofRgb16(uprightWidth(), uprightHeight(), upright(rgb.toRgb16()))
        : Frame.ofRgb8(uprightWidth(), uprightHeight(), upright(rgb.toRgb8()));
  }

  private void open(AVFrame decoded) throws IOException {
    natives.close();
    pixelFormat = decoded.format();
    AVPixFmtDescriptor format = avutil.av_pix_fmt_desc_get(pixelFormat);
    deep = format.comp(0).depth() > 8;
    rgb = natives.add(new RgbPicture(width, height, deep));
    conversion =
        natives.add(new PixelConversion(width, height, pixelFormat, RgbPicture.format(deep)));
    if ((format.flags() & AV_PIX_FMT_FLAG_RGB) == 0) {
      conversion.setColors(
          matrix(decoded.colorspace()), decoded.color_range() == AVCOL_RANGE_JPEG, true);
    }
  }

  private int matrix(int colorspace) {
    if (colorspace == AVCOL_SPC_BT709) {
      return swscale.SWS_CS_ITU709;
    }
    if (colorspace == AVCOL_SPC_BT470BG || colorspace == AVCOL_SPC_SMPTE170M) {
      return swscale.SWS_CS_ITU601;
    }
    if (colorspace == AVCOL_SPC_BT2020_NCL || colorspace == AVCOL_SPC_BT2020_CL) {
      return swscale.SWS_CS_BT2020;
    }
    if (colorspace == AVCOL_SPC_SMPTE240M) {
      return swscale.SWS_CS_SMPTE240M;
    }
    if (colorspace == AVCOL_SPC_FCC) {
      return swscale.SWS_CS_FCC;
    }
    return PixelConversion.defaultMatrix(height);
  }

  private int uprightWidth() {
    return quarterTurns % 2 == 0 ? width : height;
  }

  private int uprightHeight() {
    return quarterTurns % 2 == 0 ? height : width;
  }

  /** Returns the index of the first sample of the stored pixel that belongs at (x, y). */
  private int storedAt(int x, int y) {
    int index =
        switch (quarterTurns) {
          case 1 -> (height - 1 - x) * width + y;
          case 2 -> (height - 1 - y) * width + width - 1 - x;
          case 3 -> x * width + width - 1 - y;
          default -> y * width + x;
        };
    return index * 3;
  }

  private byte[] upright(byte[] stored) {
    if (quarterTurns == 0) {
      return stored;
    }
    byte[] upright = new byte[stored.length];
    for (int y = 0, i = 0; y < uprightHeight(); y++) {
      for (int x = 0; x < uprightWidth(); x++, i += 3) {
        System.arraycopy(stored, storedAt(x, y), upright, i, 3);
      }
    }
    return upright;
  }

  private short[] upright(short[] stored) {
    if (quarterTurns == 0) {
      return stored;
    }
    short[] upright = new short[stored.length];
    for (int y = 0, i = 0; y < uprightHeight(); y++) {
      for (int x = 0; x < uprightWidth(); x++, i += 3) {
        System.arraycopy(stored, storedAt(x, y), upright, i, 3);
      }
    }
    return upright;
  }

  @Override
  public void close() {
    natives.close();
  }
}
