package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_FLAG_ALPHA;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_FLAG_BE;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_FLAG_FLOAT;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_FLAG_PAL;

import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVPixFmtDescriptor;
import org.bytedeco.javacpp.BytePointer;

/** Looks for transparent pixels in the first pictures of a video, until one is found. */
final class AlphaCheck {

  private static final int PICTURES = 25;

  private final int plane;
  private final int step;
  private final int offset;
  private final int depth;
  private int left;

  /** Creates a check of pictures of a pixel format, which may have no alpha channel. */
  AlphaCheck(AVPixFmtDescriptor format) {
    int unreadable = AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_FLOAT | AV_PIX_FMT_FLAG_BE;
    boolean readable =
        (format.flags() & AV_PIX_FMT_FLAG_ALPHA) != 0 && (format.flags() & unreadable) == 0;
    var component = format.comp(Math.max(0, format.nb_components() - 1));
    plane = component.plane();
    step = component.step();
    offset = component.offset();
    depth = component.depth();
    left = readable ? PICTURES : 0;
  }

  /** Returns whether a picture has transparent pixels that no earlier call has seen. */
  boolean isSeenIn(AVFrame picture) {
    if (left == 0) {
      return false;
    }
    left--;
    byte[] row = new byte[picture.width() * step];
    BytePointer rows = picture.data(plane);
    for (int y = 0; y < picture.height(); y++) {
      rows.position((long) y * picture.linesize(plane)).get(row);
      for (int i = offset; i < row.length; i += step) {
        int high = depth > 8 ? (row[i + 1] & 0xFF) << 8 : 0;
        if ((row[i] & 0xFF | high) != (1 << depth) - 1) {
          left = 0;
          return true;
        }
      }
    }
    return false;
  }
}
