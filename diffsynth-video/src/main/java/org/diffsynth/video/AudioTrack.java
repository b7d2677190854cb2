package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_FLAG_GLOBAL_HEADER;
import static org.bytedeco.ffmpeg.global.avutil.AV_SAMPLE_FMT_FLT;
import static org.bytedeco.ffmpeg.global.avutil.AV_SAMPLE_FMT_FLTP;
import static org.bytedeco.ffmpeg.global.avutil.AV_SAMPLE_FMT_S16;

import java.io.IOException;
import java.util.Set;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.diffsynth.compute.Closer;
import org.diffsynth.internal.text.Text;

/** Converts sound to another codec: it is decoded, resampled where needed, and encoded. */
final class AudioTrack implements StreamTrack {

  private static final Set<Integer> AAC_RATES =
      Set.of(8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000);
  private static final int OPUS_RATE = 48000;
  private static final long BITS_PER_CHANNEL = 96_000;
  private static final int BLOCK = 1024;

  private final Closer natives = new Closer();
  private final AVStream to;
  private final String encoderName;
  private final Muxer muxer;
  private AVCodecContext decoder;
  private AVCodecContext encoder;
  private AVPacket coded;
  private AVFrame decoded;
  private AVFrame converted;
  private AudioFilter filter;
  private String format = "";
  private long nextTime = Long.MIN_VALUE;

  private AudioTrack(AVStream to, String encoderName, Muxer muxer) {
    this.to = to;
    this.encoderName = encoderName;
    this.muxer = muxer;
  }

  /**
   * Opens a conversion and describes the new stream.
   *
   * @param encoderName FFmpeg's name of the encoder
   */
  static AudioTrack open(AVStream from, AVStream to, String encoderName, Muxer muxer)
      throws IOException {
    AudioTrack track = new AudioTrack(to, encoderName, muxer);
    try {
      track.openDecoder(from);
      track.openEncoder(from);
      return track;
    } catch (IOException | RuntimeException e) {
      track.close();
      throw e;
    }
  }

  private void openDecoder(AVStream from) throws IOException {
    String failedTo = "cannot decode the sound of " + CopyReport.describe(from);
    AVCodec codec = avcodec.avcodec_find_decoder(from.codecpar().codec_id());
    decoder = context(codec);
    Ffmpeg.check(avcodec.avcodec_parameters_to_context(decoder, from.codecpar()), failedTo);
    decoder.pkt_timebase(from.time_base());
    Ffmpeg.check(avcodec.avcodec_open2(decoder, codec, (AVDictionary) null), failedTo);
  }

  private AVCodecContext context(AVCodec codec) throws IOException {
    return natives.add(
        Ffmpeg.silent(Ffmpeg.allocated(avcodec.avcodec_alloc_context3(codec), "a codec")),
        avcodec::avcodec_free_context);
  }

  private void openEncoder(AVStream from) throws IOException {
    AVCodec codec = avcodec.avcodec_find_encoder_by_name(encoderName);
    if (codec == null) {
      throw new IOException(
          "this build of FFmpeg lacks the encoder "
              + encoderName
              + " for the sound; write an .mkv file, or leave the sound out (--no-audio)");
    }
    encoder = context(codec);
    int rate = sampleRate(from.codecpar().sample_rate());
    int channels = from.codecpar().ch_layout().nb_channels();
    avutil.av_channel_layout_default(encoder.ch_layout(), channels > 8 ? 2 : channels);
    encoder.sample_rate(rate).sample_fmt(sampleFormat());
    encoder.bit_rate(BITS_PER_CHANNEL * encoder.ch_layout().nb_channels());
    encoder.time_base().num(1).den(rate);
    encoder.thread_count(1);
    if (muxer.storesCodecHeader()) {
      encoder.flags(encoder.flags() | AV_CODEC_FLAG_GLOBAL_HEADER);
    }
    encoder.flags(encoder.flags() | avcodec.AV_CODEC_FLAG_BITEXACT);
    String failedTo = "cannot encode sound with " + encoderName;
    Ffmpeg.check(avcodec.avcodec_open2(encoder, codec, (AVDictionary) null), failedTo);
    Ffmpeg.check(avcodec.avcodec_parameters_from_context(to.codecpar(), encoder), failedTo);
    to.time_base().num(1).den(rate);
    coded =
        natives.add(
            Ffmpeg.allocated(avcodec.av_packet_alloc(), "a packet"), avcodec::av_packet_free);
    decoded =
        natives.add(Ffmpeg.allocated(avutil.av_frame_alloc(), "a frame"), avutil::av_frame_free);
    converted =
        natives.add(Ffmpeg.allocated(avutil.av_frame_alloc(), "a frame"), avutil::av_frame_free);
  }

  private int sampleRate(int wanted) {
    return switch (encoderName) {
      case "libopus" -> OPUS_RATE;
      case "aac" -> AAC_RATES.contains(wanted) ? wanted : OPUS_RATE;
      default -> wanted;
    };
  }

  private int sampleFormat() {
    return switch (encoderName) {
      case "aac" -> AV_SAMPLE_FMT_FLTP;
      case "libopus" -> AV_SAMPLE_FMT_FLT;
      default -> AV_SAMPLE_FMT_S16;
    };
  }

  @Override
  public void write(AVPacket packet) throws IOException {
    try {
      // A damaged packet is a short silence; the picture beside it is not affected.
      if (avcodec.avcodec_send_packet(decoder, packet) >= 0) {
        receive();
      }
    } finally {
      avcodec.av_packet_unref(packet);
    }
  }

  private void receive() throws IOException {
    while (avcodec.avcodec_receive_frame(decoder, decoded) >= 0) {
      try {
        prepareFilter();
        filter.put(decoded);
      } finally {
        avutil.av_frame_unref(decoded);
      }
      encodeConverted();
    }
  }

  /** Sets the filter up for the first block, and for a block whose format has changed. */
  private void prepareFilter() throws IOException {
    String now =
        decoded.sample_rate() + " " + decoded.format() + " " + decoded.ch_layout().nb_channels();
    if (now.equals(format)) {
      return;
    }
    drainFilter();
    format = now;
    int block = encoder.frame_size() > 0 ? encoder.frame_size() : BLOCK;
    String chain =
        Text.format(
            "aresample=async=1:min_hard_comp=0.1,aformat=sample_fmts=%s:sample_rates=%d:"
                + "channel_layouts=%s,asetnsamples=n=%d:p=0",
            avutil.av_get_sample_fmt_name(encoder.sample_fmt()).getString(),
            encoder.sample_rate(),
            AudioFilter.layout(encoder.ch_layout()),
            block);
    filter = new AudioFilter(decoded, decoder.pkt_timebase(), chain);
  }

  private void drainFilter() throws IOException {
    if (filter != null) {
      filter.put(null);
      encodeConverted();
      filter.close();
      filter = null;
    }
  }

  private void encodeConverted() throws IOException {
    while (filter.take(converted)) {
      try {
        // The filter's times are in its own time base, which is that of the encoder.
        converted.pts(Math.max(converted.pts(), nextTime));
        nextTime = converted.pts() + converted.nb_samples();
        Ffmpeg.check(avcodec.avcodec_send_frame(encoder, converted), "encoding sound failed");
      } finally {
        avutil.av_frame_unref(converted);
      }
      writeCoded();
    }
  }

  private void writeCoded() throws IOException {
    while (avcodec.avcodec_receive_packet(encoder, coded) >= 0) {
      avcodec.av_packet_rescale_ts(coded, encoder.time_base(), to.time_base());
      muxer.write(coded, to);
    }
  }

  @Override
  public void finish() throws IOException {
    avcodec.avcodec_send_packet(decoder, null);
    receive();
    drainFilter();
    avcodec.avcodec_send_frame(encoder, null);
    writeCoded();
  }

  @Override
  public void close() {
    if (filter != null) {
      filter.close();
      filter = null;
    }
    natives.close();
  }
}
