package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV444P;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV444P10LE;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV444P16LE;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.diffsynth.frame.Frame;

/**
 * A picture in native memory with three planes of YUV samples at full resolution, which is
 * converted from and to RGB samples of 16 bits.
 */
final class YuvPicture implements AutoCloseable {

  private static final int PLANES = 3;

  private final int width;
  private final int height;
  private final int bytes;
  private final YuvMatrix matrix;
  private final AVFrame picture;
  private final short[][] row;
  private final byte[] packed;
  private boolean open = true;

  private YuvPicture(int width, int height, int format, YuvMatrix matrix) throws IOException {
    this.width = width;
    this.height = height;
    this.bytes = format == AV_PIX_FMT_YUV444P ? 1 : 2;
    this.matrix = matrix;
    this.picture = Ffmpeg.allocatedPicture(width, height, format);
    this.row = new short[PLANES][width];
    this.packed = new byte[width];
  }

  /**
   * Creates a picture that is filled from frames.
   *
   * @param depth bits per sample, 8 or 10
   */
  static YuvPicture forWriting(int width, int height, int depth, int colorspace, boolean fullRange)
      throws IOException {
    return new YuvPicture(
        width,
        height,
        depth == 8 ? AV_PIX_FMT_YUV444P : AV_PIX_FMT_YUV444P10LE,
        new YuvMatrix(colorspace, fullRange, depth, 0));
  }

  /**
   * Creates a picture that receives decoded samples, in the upper bits of 16.
   *
   * @param depth bits per sample of the decoded pictures, 9 to 16
   */
  static YuvPicture forReading(int width, int height, int depth, int colorspace, boolean fullRange)
      throws IOException {
    return new YuvPicture(
        width,
        height,
        AV_PIX_FMT_YUV444P16LE,
        new YuvMatrix(colorspace, fullRange, depth, 16 - depth));
  }

  /** Returns the native picture, which is valid until this object is closed. */
  AVFrame picture() {
    return picture;
  }

  /** Converts a frame of the same size into this picture. */
  void fill(Frame frame) throws IOException {
    Ffmpeg.check(avutil.av_frame_make_writable(picture), "cannot allocate a picture");
    short[] rgb = frame.toRgb16();
    for (int y = 0; y < height; y++) {
      matrix.toYuv(rgb, y * width * 3, row[0], row[1], row[2]);
      for (int plane = 0; plane < PLANES; plane++) {
        put(plane, y);
      }
    }
  }

  private void put(int plane, int y) {
    if (bytes == 2) {
      shorts(plane).position(y * picture.linesize(plane) / 2).put(row[plane]);
      return;
    }
    for (int x = 0; x < width; x++) {
      packed[x] = (byte) row[plane][x];
    }
    BytePointer rows = picture.data(plane);
    rows.position((long) y * picture.linesize(plane)).put(packed);
  }

  /** Returns the picture as interleaved RGB samples of 16 bits. */
  short[] toRgb16() {
    short[] rgb = new short[width * height * 3];
    ShortBuffer[] planes = {shorts(0), shorts(1), shorts(2)};
    for (int y = 0; y < height; y++) {
      for (int plane = 0; plane < PLANES; plane++) {
        planes[plane].position(y * picture.linesize(plane) / 2).get(row[plane]);
      }
      matrix.toRgb(row[0], row[1], row[2], rgb, y * width * 3);
    }
    return rgb;
  }

  private ShortBuffer shorts(int plane) {
    return picture
        .data(plane)
        .capacity((long) picture.linesize(plane) * height)
        .asByteBuffer()
        .order(ByteOrder.LITTLE_ENDIAN)
        .asShortBuffer();
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      avutil.av_frame_free(picture);
    }
  }
}
