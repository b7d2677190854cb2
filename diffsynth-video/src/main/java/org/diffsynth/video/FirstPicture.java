package org.diffsynth.video;

import static org.bytedeco.ffmpeg.presets.avutil.AVERROR_EAGAIN;

import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.diffsynth.compute.Closer;

/**
 * The first picture of a file that can be decoded.
 *
 * @param time when the picture is shown, in ticks of the stream, or {@code AV_NOPTS_VALUE}
 * @param width width of the picture, less than that of the stream if the file crops it
 */
record FirstPicture(long time, int width, int height) {

  /** AV_FRAME_FLAG_CORRUPT of libavutil/frame.h, a macro that the Java bindings lack. */
  static final int IS_CORRUPT = 1;

  /** Decodes a file up to its first undamaged picture; returns null if there is none. */
  static FirstPicture of(Path file) throws IOException {
    try (VideoInput input = VideoInput.open(file);
        Closer natives = new Closer()) {
      AVStream stream = input.video();
      AVCodec codec = avcodec.avcodec_find_decoder(stream.codecpar().codec_id());
      if (codec == null) {
        return null; // reported when the file is read
      }
      AVCodecContext decoder =
          natives.add(
              Ffmpeg.allocated(avcodec.avcodec_alloc_context3(codec), "a decoder"),
              avcodec::avcodec_free_context);
      Ffmpeg.check(
          avcodec.avcodec_parameters_to_context(decoder, stream.codecpar()),
          "cannot open a decoder for " + file);
      decoder.pkt_timebase(stream.time_base());
      decoder.thread_count(1);
      Ffmpeg.check(
          avcodec.avcodec_open2(decoder, codec, (AVDictionary) null),
          "cannot open a decoder for " + file);
      AVPacket packet =
          natives.add(
              Ffmpeg.allocated(avcodec.av_packet_alloc(), "a packet"), avcodec::av_packet_free);
      AVFrame picture =
          natives.add(Ffmpeg.allocated(avutil.av_frame_alloc(), "a frame"), avutil::av_frame_free);
      return decode(input, decoder, packet, picture);
    }
  }

  private static FirstPicture decode(
      VideoInput input, AVCodecContext decoder, AVPacket packet, AVFrame picture)
      throws IOException {
    int index = input.videoIndex();
    boolean drained = false;
    while (true) {
      int code = avcodec.avcodec_receive_frame(decoder, picture);
      if (code >= 0 && !isDamaged(picture)) {
        return new FirstPicture(picture.best_effort_timestamp(), picture.width(), picture.height());
      }
      if (code == avutil.AVERROR_EOF()) {
        return null;
      }
      if (code != AVERROR_EAGAIN()) {
        continue; // a damaged picture, or an error of a packet before the first key frame
      }
      if (drained) {
        return null;
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
