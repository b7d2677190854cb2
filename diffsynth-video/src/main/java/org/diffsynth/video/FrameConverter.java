package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_JPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_UNSPECIFIED;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_UNSPECIFIED;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_FLAG_RGB;

import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVPixFmtDescriptor;
import org.bytedeco.ffmpeg.global.avutil;
import org.diffsynth.compute.Closer;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.internal.text.Text;

/**
 * Converts decoded pictures, mostly YUV with subsampled color, into upright RGB frames of 8 bits
 * per sample, or of 16 bits if the file has more than 8.
 *
 * <p>The YUV matrix is the matrix that the file names, or else the matrix that players use for the
 * picture size ({@link PixelConversion#defaultMatrix}). Pictures of a high dynamic range are
 * tone-mapped, unless they shall be kept.
 */
final class FrameConverter implements AutoCloseable {

  private final Path file;
  private final int width;
  private final int height;
  private final PictureProbe probe;
  private final ToneMapping toneMapping;
  private final Closer natives = new Closer();
  private PixelConversion conversion;
  private RgbPicture rgb;
  private YuvPicture yuv;
  private AlphaCheck alpha;
  private int pixelFormat = -1;
  private boolean deep;

  /**
   * Creates a converter from decoded pictures to upright frames.
   *
   * @param file name of the file, for messages
   * @param width width of the pictures in the file
   * @param height height of the pictures in the file
   * @param probe how the pictures are shown
   * @param hdr what is done with a high dynamic range
   */
  FrameConverter(Path file, int width, int height, PictureProbe probe, Hdr hdr) {
    this.file = file;
    this.width = width;
    this.height = height;
    this.probe = probe;
    this.toneMapping =
        hdr == Hdr.TONE_MAP && probe.tags().isHdr() ? new ToneMapping(probe.tags()) : null;
  }

  /** Returns the size of upright frames. */
  FrameSize uprightSize() {
    return probe.orientation().transposed()
        ? new FrameSize(height, width)
        : new FrameSize(width, height);
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
    if (alpha.isSeenIn(decoded)) {
      Notices.warn(file + " has transparent pixels; the transparency is left out");
    }
    decoded.format(PixelConversion.plain(pixelFormat));
    conversion.apply(decoded, yuv == null ? rgb.picture() : yuv.picture());
    FrameSize size = uprightSize();
    if (!deep) {
      return Frame.ofRgb8(size.width(), size.height(), upright(rgb.toRgb8()));
    }
    short[] samples = yuv == null ? rgb.toRgb16() : yuv.toRgb16();
    if (toneMapping != null) {
      toneMapping.apply(samples);
    }
    return Frame.ofRgb16(size.width(), size.height(), upright(samples));
  }

  private void open(AVFrame decoded) throws IOException {
    natives.close();
    pixelFormat = decoded.format();
    AVPixFmtDescriptor format = avutil.av_pix_fmt_desc_get(pixelFormat);
    int depth = format.comp(0).depth();
    deep = depth > 8 || probe.tags().isHdr();
    alpha = new AlphaCheck(format);
    rgb = null;
    yuv = null;
    boolean isYuv = (format.flags() & AV_PIX_FMT_FLAG_RGB) == 0;
    if (isYuv && depth > 8 && depth <= 16) {
      boolean full = isFullRange(decoded, format);
      yuv = natives.add(YuvPicture.forReading(width, height, depth, matrix(decoded), full));
      conversion =
          natives.add(new PixelConversion(width, height, pixelFormat, yuv.picture().format()));
      conversion.setColors(matrix(decoded), full, full);
      return;
    }
    rgb = natives.add(new RgbPicture(width, height, deep));
    conversion =
        natives.add(new PixelConversion(width, height, pixelFormat, RgbPicture.format(deep)));
    if (isYuv) {
      conversion.setColors(matrix(decoded), isFullRange(decoded, format), true);
    }
  }

  private int matrix(AVFrame decoded) {
    int stated = decoded.colorspace();
    return PixelConversion.usableMatrix(
        stated == AVCOL_SPC_UNSPECIFIED ? probe.tags().colors().matrix() : stated, width, height);
  }

  private boolean isFullRange(AVFrame decoded, AVPixFmtDescriptor format) {
    int stated = decoded.color_range();
    if (stated == AVCOL_RANGE_UNSPECIFIED) {
      stated = probe.tags().colors().range();
    }
    if (stated == AVCOL_RANGE_UNSPECIFIED) {
      // As FFmpeg does: pixel formats of JPEG, and gray.
      return format.name().getString().startsWith("yuvj") || format.nb_components() < 3;
    }
    return stated == AVCOL_RANGE_JPEG;
  }

  private byte[] upright(byte[] stored) {
    return probe.orientation().equals(Orientation.UPRIGHT)
        ? stored
        : probe.orientation().upright(stored, width, height);
  }

  private short[] upright(short[] stored) {
    return probe.orientation().equals(Orientation.UPRIGHT)
        ? stored
        : probe.orientation().upright(stored, width, height);
  }

  @Override
  public void close() {
    natives.close();
  }
}
