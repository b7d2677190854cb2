package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_DATA_FRAME_CROPPING;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacketSideData;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;

/**
 * Frames of a size that a codec accepts, and how much of them is shown. Codecs that store color at
 * half the size need an even width and height: a frame of another size gets one more column or row,
 * a copy of its last, and the container says that it is not shown.
 *
 * @param columns number of added columns, 0 or 1
 * @param rows number of added rows, 0 or 1
 */
record PaddedSize(int columns, int rows) {

  private static final int CROPPING_BYTES = 16;

  /** Returns the smallest padding that makes width and height even, or none. */
  static PaddedSize of(FrameSize size, boolean needsEven) {
    return needsEven ? new PaddedSize(size.width() % 2, size.height() % 2) : new PaddedSize(0, 0);
  }

  private boolean isNone() {
    return columns == 0 && rows == 0;
  }

  /** Returns a frame with copies of its last column and row added. */
  Frame pad(Frame frame) {
    if (isNone()) {
      return frame;
    }
    int width = frame.width() + columns;
    int height = frame.height() + rows;
    if (frame.depth() == Frame.Depth.UINT8) {
      byte[] from = frame.toRgb8();
      byte[] to = new byte[width * height * 3];
      forEachRow(
          frame, (source, target, count) -> System.arraycopy(from, source, to, target, count));
      return Frame.ofRgb8(width, height, to);
    }
    short[] from = frame.toRgb16();
    short[] to = new short[width * height * 3];
    forEachRow(frame, (source, target, count) -> System.arraycopy(from, source, to, target, count));
    return Frame.ofRgb16(width, height, to);
  }

  private interface RowCopy {
    void copy(int source, int target, int count);
  }

  private void forEachRow(Frame frame, RowCopy copy) {
    int row = frame.width() * 3;
    for (int y = 0; y < frame.height() + rows; y++) {
      int source = Math.min(y, frame.height() - 1) * row;
      int target = y * (row + columns * 3);
      copy.copy(source, target, row);
      copy.copy(source + row - 3, target + row, columns * 3);
    }
  }

  /** Stores the padding in the description of a stream, from which containers write it. */
  void describe(AVCodecParameters stream) throws IOException {
    if (isNone()) {
      return;
    }
    AVPacketSideData all = stream.coded_side_data();
    if (all == null) {
      all = new AVPacketSideData((Pointer) null);
    }
    int[] count = {stream.nb_coded_side_data()};
    AVPacketSideData added =
        Ffmpeg.allocated(
            avcodec.av_packet_side_data_new(
                all, count, AV_PKT_DATA_FRAME_CROPPING, CROPPING_BYTES, 0),
            "a stream");
    byte[] crop =
        ByteBuffer.allocate(CROPPING_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(0) // top
            .putInt(rows)
            .putInt(0) // left
            .putInt(columns)
            .array();
    new BytePointer(added.data()).put(crop);
    stream.coded_side_data(all).nb_coded_side_data(count[0]);
  }
}
