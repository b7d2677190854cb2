package org.diffsynth.video;

import java.io.IOException;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avcodec.AVSubtitle;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.diffsynth.compute.Closer;

/** Converts text subtitles to another codec. Italics, colours and line breaks are kept. */
final class SubtitleTrack implements StreamTrack {

  private static final int MOST_BYTES = 1 << 20;

  private final Closer natives = new Closer();
  private final AVStream to;
  private final Muxer muxer;
  private AVCodecContext decoder;
  private AVCodecContext encoder;
  private AVSubtitle subtitle;
  private AVPacket coded;
  private BytePointer buffer;
  private AVRational millis;

  private SubtitleTrack(AVStream to, Muxer muxer) {
    this.to = to;
    this.muxer = muxer;
  }

  /**
   * Opens a conversion and describes the new stream.
   *
   * @param encoderName FFmpeg's name of the encoder
   */
  static SubtitleTrack open(AVStream from, AVStream to, String encoderName, Muxer muxer)
      throws IOException {
    SubtitleTrack track = new SubtitleTrack(to, muxer);
    try {
      track.openCodecs(from, encoderName);
      return track;
    } catch (IOException | RuntimeException e) {
      track.close();
      throw e;
    }
  }

  private void openCodecs(AVStream from, String encoderName) throws IOException {
    String failedTo = "cannot convert subtitles to " + encoderName;
    decoder = context(avcodec.avcodec_find_decoder(from.codecpar().codec_id()), failedTo);
    Ffmpeg.check(avcodec.avcodec_parameters_to_context(decoder, from.codecpar()), failedTo);
    decoder.pkt_timebase(from.time_base());
    Ffmpeg.check(avcodec.avcodec_open2(decoder, (AVCodec) null, (AVDictionary) null), failedTo);
    encoder = context(avcodec.avcodec_find_encoder_by_name(encoderName), failedTo);
    encoder.time_base().num(1).den(1000);
    int headerBytes = decoder.subtitle_header_size();
    BytePointer header = new BytePointer(avutil.av_mallocz(headerBytes + 1L));
    header.capacity(headerBytes + 1L);
    if (headerBytes > 0) {
      header.put(bytes(decoder.subtitle_header(), headerBytes));
    }
    encoder.subtitle_header(header).subtitle_header_size(headerBytes);
    Ffmpeg.check(avcodec.avcodec_open2(encoder, (AVCodec) null, (AVDictionary) null), failedTo);
    Ffmpeg.check(avcodec.avcodec_parameters_from_context(to.codecpar(), encoder), failedTo);
    to.time_base().num(1).den(1000);
    subtitle = natives.add(new AVSubtitle(), AVSubtitle::deallocate);
    coded =
        natives.add(
            Ffmpeg.allocated(avcodec.av_packet_alloc(), "a packet"), avcodec::av_packet_free);
    buffer = natives.add(new BytePointer(MOST_BYTES), BytePointer::deallocate);
    millis = natives.add(new AVRational().num(1).den(1000), AVRational::deallocate);
  }

  private AVCodecContext context(AVCodec codec, String failedTo) throws IOException {
    if (codec == null) {
      throw new IOException(failedTo + ": this build of FFmpeg lacks a codec");
    }
    return natives.add(
        Ffmpeg.silent(Ffmpeg.allocated(avcodec.avcodec_alloc_context3(codec), "a codec")),
        avcodec::avcodec_free_context);
  }

  private static byte[] bytes(BytePointer pointer, int count) {
    byte[] bytes = new byte[count];
    pointer.get(bytes);
    return bytes;
  }

  @Override
  public void write(AVPacket packet) throws IOException {
    try {
      int[] found = new int[1];
      int decoded = avcodec.avcodec_decode_subtitle2(decoder, subtitle, found, packet);
      if (decoded >= 0 && found[0] != 0) {
        try {
          encode();
        } finally {
          avcodec.avsubtitle_free(subtitle);
        }
      }
    } finally {
      avcodec.av_packet_unref(packet);
    }
  }

  private void encode() throws IOException {
    if (subtitle.num_rects() == 0) {
      return; // the end of a subtitle, which the duration of the one before states
    }
    long start = subtitle.pts() / 1000 + subtitle.start_display_time();
    long duration = subtitle.end_display_time() - subtitle.start_display_time();
    subtitle.pts(start * 1000).end_display_time((int) duration).start_display_time(0);
    String failedTo = "cannot convert a subtitle";
    int size = avcodec.avcodec_encode_subtitle(encoder, buffer, MOST_BYTES, subtitle);
    Ffmpeg.check(size, failedTo);
    Ffmpeg.check(avcodec.av_new_packet(coded, size), failedTo);
    coded.data().put(bytes(buffer, size));
    coded.pts(start).dts(start).duration(duration);
    avcodec.av_packet_rescale_ts(coded, millis, to.time_base());
    muxer.write(coded, to);
  }

  @Override
  public void close() {
    natives.close();
  }
}
