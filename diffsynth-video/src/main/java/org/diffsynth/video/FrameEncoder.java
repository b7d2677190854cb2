package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_FLAG_GLOBAL_HEADER;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_FLAG_QSCALE;
import static org.bytedeco.ffmpeg.global.avutil.FF_QP2LAMBDA;
import static org.bytedeco.ffmpeg.presets.avutil.AVERROR_EAGAIN;

import java.io.IOException;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.diffsynth.compute.Closer;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.internal.text.Text;

/** Encodes RGB frames of one size into packets of one codec. */
final class FrameEncoder implements AutoCloseable {

  private static final int BEST = 100;

  private final Closer natives = new Closer();
  private final PacketSink packets;
  private final OutputClock clock;
  private AVCodecContext context;
  private AVPacket packet;
  private RgbPicture rgb;
  private YuvPicture yuv;
  private AVFrame coded;
  private PixelConversion conversion;
  private PaletteFilter palette;

  /** Receives packets, whose times are in the time base of the encoder. */
  interface PacketSink {
    void write(AVPacket packet) throws IOException;
  }

  private FrameEncoder(OutputClock clock, PacketSink packets) {
    this.clock = clock;
    this.packets = packets;
  }

  /**
   * Returns FFmpeg's encoder with the exact name that the codec gives; there is no substitute.
   *
   * @throws IOException if this build of FFmpeg does not have the encoder
   */
  static AVCodec find(VideoCodec codec) throws IOException {
    AVCodec found = avcodec.avcodec_find_encoder_by_name(codec.encoder());
    if (found == null) {
      throw new IOException(
          Text.format(
              "this FFmpeg has no encoder %s for %s; use the native libraries of org.bytedeco:ffmpeg, or"
                  + " another codec",
              codec.encoder(), codec));
    }
    return found;
  }

  /**
   * Opens an encoder for frames of the size and depth of a first frame.
   *
   * @param clock times of the frames
   * @param headerApart whether the container stores the codec's header, instead of the packets
   * @param packets receives all packets
   */
  static FrameEncoder open(
      VideoCodec codec,
      Frame first,
      VideoSettings settings,
      OutputClock clock,
      boolean headerApart,
      PacketSink packets)
      throws IOException {
    FrameEncoder encoder = new FrameEncoder(clock, packets);
    try {
      encoder.openCodec(codec, first, settings, headerApart);
      encoder.openConversion(codec, first, settings.tags());
      return encoder;
    } catch (IOException | RuntimeException e) {
      encoder.close();
      throw e;
    }
  }

  private void openCodec(VideoCodec codec, Frame first, VideoSettings settings, boolean headerApart)
      throws IOException {
    AVCodec found = find(codec);
    FrameRate rate = clock.rate();
    context =
        natives.add(
            Ffmpeg.silent(Ffmpeg.allocated(avcodec.avcodec_alloc_context3(found), "an encoder")),
            avcodec::avcodec_free_context);
    context.width(first.width()).height(first.height());
    context.pix_fmt(codec.pixelFormat(first.depth()));
    context.time_base().num(clock.tickNumerator()).den(clock.tickDenominator());
    context.framerate().num(rate.numerator()).den(rate.denominator());
    context.thread_count(1); // gives the same bytes on every machine
    EncodedColors.of(codec, first.size(), settings.tags()).describe(context);
    context
        .sample_aspect_ratio()
        .num(settings.tags().pixelAspect().width())
        .den(settings.tags().pixelAspect().height());
    if (headerApart) {
      context.flags(context.flags() | AV_CODEC_FLAG_GLOBAL_HEADER);
    }
    AVDictionary options = new AVDictionary(null);
    try {
      setQuality(codec, settings, options);
      Ffmpeg.check(
          avcodec.avcodec_open2(context, found, options),
          "cannot open the encoder " + codec.encoder());
    } finally {
      avutil.av_dict_free(options);
    }
    packet =
        natives.add(
            Ffmpeg.allocated(avcodec.av_packet_alloc(), "a packet"), avcodec::av_packet_free);
  }

  private void setQuality(VideoCodec codec, VideoSettings settings, AVDictionary options) {
    double quality = settings.quality() / 100.0;
    switch (codec) {
      case H264 -> {
        // One quantiser for all frames: with a fixed bit rate, the quality of short or busy clips
        // was measured to be 6 to 14 dB lower.
        int quantiser = (int) Math.round(51 - 40 * quality);
        if (settings.quality() == BEST) {
          context.gop_size(1); // motion compensation rounds up, which drifts over generations
        }
        context.qmin(quantiser).qmax(quantiser);
        avutil.av_dict_set(options, "rc_mode", "quality", 0);
        avutil.av_dict_set(options, "allow_skip_frames", "0", 0);
        avutil.av_dict_set(options, "profile", "high", 0);
      }
      case VP9 -> {
        avutil.av_dict_set(options, "crf", Long.toString(Math.round(63 - 55 * quality)), 0);
        avutil.av_dict_set(options, "b", "0", 0);
        avutil.av_dict_set(options, "deadline", "good", 0);
        avutil.av_dict_set(options, "cpu-used", "4", 0);
        if (settings.quality() == BEST) {
          avutil.av_dict_set(options, "lossless", "1", 0);
          avutil.av_dict_set(options, "crf", "0", 0);
        }
      }
      case AV1 -> {
        // The mode "good" of this encoder was 12 times slower, at the same PSNR.
        avutil.av_dict_set(options, "crf", Long.toString(Math.round(63 - 55 * quality)), 0);
        avutil.av_dict_set(options, "usage", "realtime", 0);
        avutil.av_dict_set(options, "cpu-used", "8", 0);
        avutil.av_dict_set(options, "row-mt", "0", 0);
        if (settings.quality() == BEST) {
          avutil.av_dict_set(options, "aom-params", "lossless=1", 0);
        }
      }
      case PRORES -> {
        avutil.av_dict_set(options, "profile", "hq", 0);
        avutil.av_dict_set(options, "vendor", "apl0", 0);
        int quantiser = (int) Math.max(1, Math.round(21 - 20 * quality));
        context.flags(context.flags() | AV_CODEC_FLAG_QSCALE);
        context.global_quality(quantiser * FF_QP2LAMBDA);
      }
      case FFV1 -> {
        avutil.av_dict_set(options, "level", "3", 0);
        avutil.av_dict_set(options, "slicecrc", "1", 0);
      }
      case GIF -> {}
    }
  }

  private void openConversion(VideoCodec codec, Frame first, PictureTags tags) throws IOException {
    int width = first.width();
    int height = first.height();
    if (codec == VideoCodec.GIF) {
      rgb = natives.add(new RgbPicture(width, height, false));
      palette = natives.add(PaletteFilter.open(width, height, context.time_base()));
      return;
    }
    coded =
        natives.add(
            Ffmpeg.allocatedPicture(width, height, context.pix_fmt()), avutil::av_frame_free);
    EncodedColors colors = EncodedColors.of(codec, first.size(), tags);
    colors.describe(coded);
    int depth = avutil.av_pix_fmt_desc_get(context.pix_fmt()).comp(0).depth();
    if (codec.isYuv() && (depth > 8 || colors.fullRange())) {
      yuv =
          natives.add(
              YuvPicture.forWriting(width, height, depth, colors.matrix(), colors.fullRange()));
      conversion =
          natives.add(
              new PixelConversion(width, height, yuv.picture().format(), context.pix_fmt()));
      conversion.setColors(colors.matrix(), colors.fullRange(), colors.fullRange());
      return;
    }
    boolean deep = depth > 8;
    rgb = natives.add(new RgbPicture(width, height, deep));
    conversion =
        natives.add(new PixelConversion(width, height, RgbPicture.format(deep), context.pix_fmt()));
    if (codec.isYuv()) {
      conversion.setColors(colors.matrix(), true, false);
    }
  }

  /** Returns the codec's context, which is valid until this encoder is closed. */
  AVCodecContext context() {
    return context;
  }

  /**
   * Encodes a frame. Packets may be written by a later call.
   *
   * @param tick time of the frame in ticks of the clock
   */
  void encode(Frame frame, long tick) throws IOException {
    if (yuv == null) {
      rgb.fill(frame);
    } else {
      yuv.fill(frame);
    }
    if (palette != null) {
      rgb.picture().pts(tick);
      AVFrame indexed = palette.apply(rgb.picture());
      try {
        send(indexed);
      } finally {
        avutil.av_frame_unref(indexed);
      }
      return;
    }
    Ffmpeg.check(avutil.av_frame_make_writable(coded), "cannot allocate a picture");
    conversion.apply(yuv == null ? rgb.picture() : yuv.picture(), coded);
    coded.pts(tick);
    send(coded);
  }

  /** Encodes the frames that the codec has held back. */
  void finish() throws IOException {
    send(null);
  }

  private void send(AVFrame frame) throws IOException {
    Ffmpeg.check(avcodec.avcodec_send_frame(context, frame), "encoding failed");
    while (true) {
      int code = avcodec.avcodec_receive_packet(context, packet);
      if (code == AVERROR_EAGAIN() || code == avutil.AVERROR_EOF()) {
        return;
      }
      Ffmpeg.check(code, "encoding failed");
      packet.duration(clock.durationAt(packet.pts()));
      try {
        packets.write(packet);
      } finally {
        avcodec.av_packet_unref(packet);
      }
    }
  }

  @Override
  public void close() {
    natives.close();
  }
}
