package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;
import static org.bytedeco.ffmpeg.presets.avutil.AVERROR_EAGAIN;

import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.diffsynth.compute.Closer;

/**
 * The first picture of a file that can be decoded.
 *
 * @param time when the picture is shown, in ticks of the stream, or {@code AV_NOPTS_VALUE}
 * @param nextTime when the picture after it is shown, or {@code AV_NOPTS_VALUE}
 * @param width width of the picture, less than that of the stream if the file crops it
 */
record FirstPicture(long time, long nextTime, int width, int height) {

  /** AV_FRAME_FLAG_CORRUPT of libavutil/frame.h, a macro that the Java bindings lack. */
  static final int IS_CORRUPT = 1;

  /** Decodes a file up to its first undamaged picture; returns null if there is none. */
  static FirstPicture of(Path file) throws IOException {
    try (VideoInput input = VideoInput.open(file);
        Closer natives = new Closer()) {
      AVStream stream = input.video();
      AVCodecContext decoder = Decoders.open(file, stream, 1, natives);
      AVPacket packet =
          natives.add(
              Ffmpeg.allocated(avcodec.av_packet_alloc(), "a packet"), avcodec::av_packet_free);
      AVFrame picture =
          natives.add(Ffmpeg.allocated(avutil.av_frame_alloc(), "a frame"), avutil::av_frame_free);
      if (!decode(input, decoder, packet, picture)) {
        return null;
      }
      Cropping.of(stream.codecpar()).apply(picture);
      long time = picture.best_effort_timestamp();
      int width = picture.width();
      int height = picture.height();
      boolean hasNext = decode(input, decoder, packet, picture);
      long nextTime = hasNext ? picture.best_effort_timestamp() : AV_NOPTS_VALUE;
      return new FirstPicture(time, nextTime, width, height);
    }
  }

  /**
   * Decodes up to the first undamaged picture.
   *
   * @param packet used while decoding
   * @param picture receives the picture
   * @return whether there is such a picture
   */
  static boolean decode(VideoInput input, AVCodecContext decoder, AVPacket packet, AVFrame picture)
      throws IOException {
    int index = input.videoIndex();
    boolean drained = false;
    while (true) {
      int code = avcodec.avcodec_receive_frame(decoder, picture);
      if (code >= 0 && !isDamaged(picture)) {
        return true;
      }
      if (code == avutil.AVERROR_EOF()) {
        return false;
      }
      if (code != AVERROR_EAGAIN()) {
        continue; // a damaged picture, or an error of a packet before the first key frame
      }
      if (drained) {
        return false;
      }
      if (!input.readPacket(packet)) {
        avcodec.avcodec_send_packet(decoder, null);
        drained = true;
      } else if (packet.stream_index() == index && packet.size() > 0) {
        avcodec.avcodec_send_packet(decoder, packet);
      }
      avcodec.av_packet_unref(packet);
    }
  }

  /** Returns whether a decoder filled gaps of a picture. */
  static boolean isDamaged(AVFrame picture) {
    return picture.decode_error_flags() != 0 || (picture.flags() & IS_CORRUPT) != 0;
  }
}
