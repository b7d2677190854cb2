package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB48LE;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.diffsynth.frame.Frame;

/**
 * A picture in native memory with packed RGB samples of 8 or 16 bits, which are copied row by row
 * from and to Java arrays. Rows of the picture may be padded, rows of the arrays are not.
 */
final class RgbPicture implements AutoCloseable {

  private final int width;
  private final int height;
  private final boolean deep;
  private final AVFrame picture;
  private boolean open = true;

  /**
   * Allocates an RGB picture in native memory.
   *
   * @param deep whether samples have 16 bits, little endian, instead of 8
   */
  RgbPicture(int width, int height, boolean deep) throws IOException {
    this.width = width;
    this.height = height;
    this.deep = deep;
    this.picture = Ffmpeg.allocatedPicture(width, height, format(deep));
  }

  /** Returns FFmpeg's number of the pixel format. */
  static int format(boolean deep) {
    return deep ? AV_PIX_FMT_RGB48LE : AV_PIX_FMT_RGB24;
  }

  /** Returns the native picture, which is valid until this object is closed. */
  AVFrame picture() {
    return picture;
  }

  /** Copies the samples of a frame of the same size into this picture. */
  void fill(Frame frame) throws IOException {
    Ffmpeg.check(avutil.av_frame_make_writable(picture), "cannot allocate a picture");
    int row = width * 3;
    if (deep) {
      short[] samples = frame.toRgb16();
      ShortBuffer rows = shorts();
      for (int y = 0; y < height; y++) {
        rows.position(y * picture.linesize(0) / 2).put(samples, y * row, row);
      }
    } else {
      byte[] samples = frame.toRgb8();
      BytePointer rows = picture.data(0);
      for (int y = 0; y < height; y++) {
        rows.position((long) y * picture.linesize(0)).put(samples, y * row, row);
      }
    }
  }

  /** Returns the samples of a picture of 8 bits. */
  byte[] toRgb8() {
    byte[] samples = new byte[width * height * 3];
    BytePointer rows = picture.data(0);
    for (int y = 0; y < height; y++) {
      rows.position((long) y * picture.linesize(0)).get(samples, y * width * 3, width * 3);
    }
    return samples;
  }

  /** Returns the samples of a picture of 16 bits. */
  short[] toRgb16() {
    short[] samples = new short[width * height * 3];
    ShortBuffer rows = shorts();
    for (int y = 0; y < height; y++) {
      rows.position(y * picture.linesize(0) / 2).get(samples, y * width * 3, width * 3);
    }
    return samples;
  }

  private ShortBuffer shorts() {
    return picture
        .data(0)
        .capacity((long) picture.linesize(0) * height)
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
