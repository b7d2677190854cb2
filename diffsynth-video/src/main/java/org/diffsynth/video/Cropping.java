package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_DATA_FRAME_CROPPING;
import static org.bytedeco.ffmpeg.global.avutil.AV_FRAME_CROP_UNALIGNED;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;

/** Columns and rows of decoded pictures that a container says are not shown. */
record Cropping(int top, int bottom, int left, int right) {

  /** Returns what the container of a stream says. */
  static Cropping of(AVCodecParameters stream) {
    var data =
        avcodec.av_packet_side_data_get(
            stream.coded_side_data(), stream.nb_coded_side_data(), AV_PKT_DATA_FRAME_CROPPING);
    if (data == null || data.size() < 16) {
      return new Cropping(0, 0, 0, 0);
    }
    IntBuffer edges =
        data.data().capacity(16).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
    return new Cropping(edges.get(0), edges.get(1), edges.get(2), edges.get(3));
  }

  /** Removes the columns and rows from a picture. */
  void apply(AVFrame picture) throws IOException {
    if (top == 0 && bottom == 0 && left == 0 && right == 0) {
      return;
    }
    picture.crop_top(top).crop_bottom(bottom).crop_left(left).crop_right(right);
    Ffmpeg.check(
        avutil.av_frame_apply_cropping(picture, AV_FRAME_CROP_UNALIGNED),
        "cannot crop the picture");
  }
}
