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
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB48LE;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVPixFmtDescriptor;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.DoublePointer;
import org.diffsynth.compute.Closer;
import org.diffsynth.frame.Frame;

/**
 * Turns decoded pictures, mostly YUV with halved colour, into upright RGB frames: 8 bit, or 16 bit
 * where the file has more than 8.
 *
 * <p>The YUV matrix is the one the file names; where it names none, BT.709 from 720 lines on and
 * BT.601 below, as players do. Bit-exact scaling gives the same frames on every machine.
 */
final class FrameDecoding implements AutoCloseable {

  private static final int HD_LINES = 720;
  static final int EXACT =
      swscale.SWS_BICUBIC
          | swscale.SWS_ACCURATE_RND
          | swscale.SWS_FULL_CHR_H_INT
          | swscale.SWS_FULL_CHR_H_INP
          | swscale.SWS_BITEXACT;

  private final int width;
  private final int height;
  private final int quarterTurns;
  private final Closer natives = new Closer();
  private SwsContext scaler;
  private AVFrame rgb;
  private int pixelFormat = -1;
  private boolean deep;

  FrameDecoding(int width, int height, int quarterTurns) {
    this.width = width;
    this.height = height;
    this.quarterTurns = quarterTurns;
  }

  /** The YUV matrix for pictures of {@code lines} that name none, as swscale numbers them. */
  static int usualMatrix(int lines) {
    return lines >= HD_LINES ? swscale.SWS_CS_ITU709 : swscale.SWS_CS_ITU601;
  }

  Frame toFrame(AVFrame decoded) throws IOException {
    if (decoded.width() != width || decoded.height() != height) {
      throw new IOException(
          "the picture is %dx%d, but the first was %dx%d"
              .formatted(decoded.width(), decoded.height(), width, height));
    }
    if (decoded.format() != pixelFormat) {
      open(decoded);
    }
    Ffmpeg.check(swscale.sws_scale_frame(scaler, rgb, decoded), "cannot convert the picture");
    return deep ? copy16() : copy8();
  }

  private void open(AVFrame decoded) throws IOException {
    natives.close();
    pixelFormat = decoded.format();
    AVPixFmtDescriptor kind = avutil.av_pix_fmt_desc_get(pixelFormat);
    deep = kind.comp(0).depth() > 8;
    int target = deep ? AV_PIX_FMT_RGB48LE : AV_PIX_FMT_RGB24;
    rgb = natives.add(Ffmpeg.allocated(avutil.av_frame_alloc(), "a frame"), avutil::av_frame_free);
    rgb.width(width).height(height).format(target);
    Ffmpeg.check(avutil.av_frame_get_buffer(rgb, 0), "cannot allocate a picture");
    scaler =
        natives.add(
            Ffmpeg.allocated(
                swscale.sws_getContext(
                    width,
                    height,
                    pixelFormat,
                    width,
                    height,
                    target,
                    EXACT,
                    null,
                    null,
                    (DoublePointer) null),
                "a converter"),
            swscale::sws_freeContext);
    if ((kind.flags() & AV_PIX_FMT_FLAG_RGB) == 0) {
      int fullRange = decoded.color_range() == AVCOL_RANGE_JPEG ? 1 : 0;
      int matrix = matrix(decoded.colorspace());
      Ffmpeg.check(
          swscale.sws_setColorspaceDetails(
              scaler,
              swscale.sws_getCoefficients(matrix),
              fullRange,
              swscale.sws_getCoefficients(matrix),
              1,
              0,
              1 << 16,
              1 << 16),
          "cannot set the colours");
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
    return usualMatrix(height);
  }

  private Frame copy8() {
    byte[] samples = new byte[width * height * 3];
    var rows = rgb.data(0);
    for (int y = 0; y < height; y++) {
      rows.position((long) y * rgb.linesize(0)).get(samples, y * width * 3, width * 3);
    }
    return quarterTurns == 0
        ? Frame.ofRgb8(width, height, samples)
        : Frame.ofRgb8(uprightWidth(), uprightHeight(), turned(samples));
  }

  private Frame copy16() {
    short[] samples = new short[width * height * 3];
    long stride = rgb.linesize(0);
    ShortBuffer rows =
        rgb.data(0)
            .capacity(stride * height)
            .asByteBuffer()
            .order(ByteOrder.LITTLE_ENDIAN)
            .asShortBuffer();
    for (int y = 0; y < height; y++) {
      rows.position((int) (y * stride / 2)).get(samples, y * width * 3, width * 3);
    }
    return quarterTurns == 0
        ? Frame.ofRgb16(width, height, samples)
        : Frame.ofRgb16(uprightWidth(), uprightHeight(), turned(samples));
  }

  private int uprightWidth() {
    return quarterTurns % 2 == 0 ? width : height;
  }

  private int uprightHeight() {
    return quarterTurns % 2 == 0 ? height : width;
  }

  /** Index of the first sample of the stored pixel that belongs at (x, y) when upright. */
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

  private byte[] turned(byte[] stored) {
    byte[] upright = new byte[stored.length];
    for (int y = 0, i = 0; y < uprightHeight(); y++) {
      for (int x = 0; x < uprightWidth(); x++, i += 3) {
        System.arraycopy(stored, storedAt(x, y), upright, i, 3);
      }
    }
    return upright;
  }

  private short[] turned(short[] stored) {
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
