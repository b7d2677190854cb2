package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_FLAG_GLOBAL_HEADER;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_MPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_SMPTE170M;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB48LE;
import static org.bytedeco.ffmpeg.presets.avutil.AVERROR_EAGAIN;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.DoublePointer;
import org.diffsynth.compute.Closer;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;

/** Turns RGB frames into packets of one codec. */
final class FrameEncoder implements AutoCloseable {

  private final Closer natives = new Closer();
  private final PacketSink packets;
  private AVCodecContext context;
  private AVPacket packet;
  private AVFrame rgb;
  private AVFrame coded;
  private SwsContext scaler;
  private PaletteFilter palette;
  private boolean deep;

  /** Where packets go, in the encoder's time base. */
  interface PacketSink {
    void write(AVPacket packet) throws IOException;
  }

  private FrameEncoder(PacketSink packets) {
    this.packets = packets;
  }

  /**
   * The encoder itself and no other.
   *
   * @throws IOException if this build of FFmpeg lacks it
   */
  static AVCodec find(VideoCodec codec) throws IOException {
    AVCodec found = avcodec.avcodec_find_encoder_by_name(codec.encoder());
    if (found == null) {
      throw new IOException(
          "this FFmpeg has no encoder %s for %s; use its natives of org.bytedeco, or another codec"
              .formatted(codec.encoder(), codec));
    }
    return found;
  }

  /** An encoder for frames like {@code first}. */
  static FrameEncoder open(
      VideoCodec codec,
      Frame first,
      VideoSettings settings,
      boolean headerApart,
      PacketSink packets)
      throws IOException {
    FrameEncoder encoder = new FrameEncoder(packets);
    try {
      encoder.openCodec(codec, first, settings, headerApart);
      encoder.openConversion(codec, first);
      return encoder;
    } catch (IOException | RuntimeException e) {
      encoder.close();
      throw e;
    }
  }

  private void openCodec(VideoCodec codec, Frame first, VideoSettings settings, boolean headerApart)
      throws IOException {
    AVCodec found = find(codec);
    FrameRate rate = settings.frameRate();
    context =
        natives.add(
            Ffmpeg.allocated(avcodec.avcodec_alloc_context3(found), "an encoder"),
            avcodec::avcodec_free_context);
    context.width(first.width()).height(first.height());
    context.pix_fmt(codec.pixelFormat(first.depth()));
    context.time_base().num(rate.denominator()).den(rate.numerator());
    context.framerate().num(rate.numerator()).den(rate.denominator());
    context.thread_count(1); // the same bytes whatever the machine
    if (codec.needsEvenSize()) {
      context.color_range(AVCOL_RANGE_MPEG);
      context.colorspace(
          FrameDecoding.usualMatrix(first.height()) == swscale.SWS_CS_ITU709
              ? AVCOL_SPC_BT709
              : AVCOL_SPC_SMPTE170M);
    }
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
        // One quantiser for all frames: at a fixed rate, short or busy clips came out 6 to 14 dB
        // worse.
        int quantiser = (int) Math.round(51 - 40 * quality);
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
      }
      case FFV1 -> {
        avutil.av_dict_set(options, "level", "3", 0);
        avutil.av_dict_set(options, "slicecrc", "1", 0);
      }
      case GIF -> {}
    }
  }

  private void openConversion(VideoCodec codec, Frame first) throws IOException {
    deep = codec == VideoCodec.FFV1 && first.depth() != Frame.Depth.UINT8;
    int format = deep ? AV_PIX_FMT_RGB48LE : AV_PIX_FMT_RGB24;
    rgb = picture(first, format);
    if (codec == VideoCodec.GIF) {
      palette =
          natives.add(
              PaletteFilter.open(first.width(), first.height(), context.time_base()),
              PaletteFilter::close);
      return;
    }
    coded = picture(first, context.pix_fmt());
    scaler =
        natives.add(
            Ffmpeg.allocated(
                swscale.sws_getContext(
                    first.width(),
                    first.height(),
                    format,
                    first.width(),
                    first.height(),
                    context.pix_fmt(),
                    FrameDecoding.EXACT,
                    null,
                    null,
                    (DoublePointer) null),
                "a converter"),
            swscale::sws_freeContext);
    if (codec.needsEvenSize()) {
      var matrix = swscale.sws_getCoefficients(FrameDecoding.usualMatrix(first.height()));
      Ffmpeg.check(
          swscale.sws_setColorspaceDetails(scaler, matrix, 1, matrix, 0, 0, 1 << 16, 1 << 16),
          "cannot set the colours");
    }
  }

  private AVFrame picture(Frame like, int format) throws IOException {
    AVFrame frame =
        natives.add(Ffmpeg.allocated(avutil.av_frame_alloc(), "a frame"), avutil::av_frame_free);
    frame.width(like.width()).height(like.height()).format(format);
    Ffmpeg.check(avutil.av_frame_get_buffer(frame, 0), "cannot allocate a picture");
    return frame;
  }

  AVCodecContext context() {
    return context;
  }

  /** Encodes frame {@code index}; packets may come later. */
  void encode(Frame frame, long index) throws IOException {
    Ffmpeg.check(avutil.av_frame_make_writable(rgb), "cannot allocate a picture");
    fill(frame);
    if (palette != null) {
      rgb.pts(index);
      AVFrame indexed = palette.apply(rgb);
      try {
        send(indexed);
      } finally {
        avutil.av_frame_unref(indexed);
      }
      return;
    }
    Ffmpeg.check(avutil.av_frame_make_writable(coded), "cannot allocate a picture");
    Ffmpeg.check(swscale.sws_scale_frame(scaler, coded, rgb), "cannot convert the picture");
    coded.pts(index);
    send(coded);
  }

  private void fill(Frame frame) {
    int row = frame.width() * 3;
    if (deep) {
      short[] samples = frame.toRgb16();
      long stride = rgb.linesize(0);
      ShortBuffer rows =
          rgb.data(0)
              .capacity(stride * frame.height())
              .asByteBuffer()
              .order(ByteOrder.LITTLE_ENDIAN)
              .asShortBuffer();
      for (int y = 0; y < frame.height(); y++) {
        rows.position((int) (y * stride / 2)).put(samples, y * row, row);
      }
    } else {
      byte[] samples = frame.toRgb8();
      var rows = rgb.data(0);
      for (int y = 0; y < frame.height(); y++) {
        rows.position((long) y * rgb.linesize(0)).put(samples, y * row, row);
      }
    }
  }

  /** Encodes what the codec still holds back. */
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
      packet.duration(1);
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
