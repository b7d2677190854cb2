package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_DATA_DISPLAYMATRIX;
import static org.bytedeco.ffmpeg.presets.avutil.AVERROR_EAGAIN;

import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.IntPointer;
import org.diffsynth.compute.Closer;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.text.Text;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decodes the video stream of a file, frame by frame. */
final class VideoReader implements FrameSource {

  private static final Logger LOG = LoggerFactory.getLogger(VideoReader.class);

  /** Each decoder thread adds one frame of delay and memory; more than 2 hardly help. */
  private static final int DECODER_THREADS = 2;

  /** AV_FRAME_FLAG_CORRUPT of libavutil/frame.h, a macro that the Java bindings lack. */
  private static final int FRAME_IS_CORRUPT = 1;

  private final Path file;
  private final VideoFormat format;
  private final Closer natives = new Closer();
  private VideoInput input;
  private AVCodecContext decoder;
  private AVPacket packet;
  private AVFrame decoded;
  private FrameConverter converter;
  private int videoIndex;
  private int framesRead;
  private boolean drained;

  VideoReader(Path file, FrameRate forcedRate) throws IOException {
    this.file = file;
    PacketScan scan = PacketScan.of(file, forcedRate);
    try {
      input = natives.add(VideoInput.open(file), VideoInput::close);
      videoIndex = input.videoIndex();
      AVStream stream = input.video();
      decoder = openDecoder(stream);
      packet =
          natives.add(
              Ffmpeg.allocated(avcodec.av_packet_alloc(), "a packet"), avcodec::av_packet_free);
      decoded =
          natives.add(Ffmpeg.allocated(avutil.av_frame_alloc(), "a frame"), avutil::av_frame_free);
      int width = stream.codecpar().width();
      int height = stream.codecpar().height();
      if (width < 1 || height < 1) {
        throw new IOException(file + " is damaged: its pictures have no size");
      }
      int turns = quarterTurns(stream.codecpar());
      converter = natives.add(new FrameConverter(width, height, turns));
      format =
          new VideoFormat(
              turns % 2 == 0 ? new FrameSize(width, height) : new FrameSize(height, width),
              scan.frameRate(),
              scan.frameCount());
    } catch (IOException | RuntimeException e) {
      natives.close();
      throw e;
    }
  }

  private AVCodecContext openDecoder(AVStream stream) throws IOException {
    AVCodecParameters parameters = stream.codecpar();
    AVCodec codec = avcodec.avcodec_find_decoder(parameters.codec_id());
    if (codec == null) {
      throw new IOException(
          Text.format(
              "%s is compressed with %s, which this build of FFmpeg cannot decode",
              file, avcodec.avcodec_get_name(parameters.codec_id()).getString()));
    }
    AVCodecContext context =
        natives.add(
            Ffmpeg.silent(Ffmpeg.allocated(avcodec.avcodec_alloc_context3(codec), "a decoder")),
            avcodec::avcodec_free_context);
    String failedTo = "cannot open a decoder for " + file;
    Ffmpeg.check(avcodec.avcodec_parameters_to_context(context, parameters), failedTo);
    context.pkt_timebase(stream.time_base());
    context.thread_count(DECODER_THREADS);
    Ffmpeg.check(avcodec.avcodec_open2(context, codec, (AVDictionary) null), failedTo);
    if (parameters.sample_aspect_ratio().num() > 0
        && parameters.sample_aspect_ratio().num() != parameters.sample_aspect_ratio().den()) {
      LOG.warn(
          "{} has pixels that are not square ({}:{}); they are read as square",
          file,
          parameters.sample_aspect_ratio().num(),
          parameters.sample_aspect_ratio().den());
    }
    return context;
  }

  /** Returns how often a picture must be turned right by 90° to be upright, 0 to 3. */
  private int quarterTurns(AVCodecParameters parameters) {
    var data =
        avcodec.av_packet_side_data_get(
            parameters.coded_side_data(),
            parameters.nb_coded_side_data(),
            AV_PKT_DATA_DISPLAYMATRIX);
    if (data == null) {
      return 0;
    }
    double turnedLeft = avutil.av_display_rotation_get(new IntPointer(data.data()));
    double turns = -turnedLeft / 90;
    if (Double.isNaN(turns) || Math.abs(turns - Math.rint(turns)) > 0.01) {
      LOG.warn("{} states a rotation by {} degrees, which is ignored", file, -turnedLeft);
      return 0;
    }
    return Math.floorMod((int) Math.rint(turns), 4);
  }

  @Override
  public VideoFormat format() {
    return format;
  }

  @Override
  public Frame read() throws IOException {
    if (decoder == null) {
      throw new IOException(file + " is closed");
    }
    while (true) {
      int code = avcodec.avcodec_receive_frame(decoder, decoded);
      if (code >= 0) {
        return convert();
      }
      if (code == avutil.AVERROR_EOF()) {
        checkAllRead();
        return null;
      }
      if (code != AVERROR_EAGAIN()) {
        throw broken(Ffmpeg.message(code));
      }
      feed();
    }
  }

  private Frame convert() throws IOException {
    try {
      if (decoded.decode_error_flags() != 0 || (decoded.flags() & FRAME_IS_CORRUPT) != 0) {
        throw broken("its data are damaged");
      }
      Frame frame = converter.toFrame(decoded);
      framesRead++;
      return frame;
    } catch (IOException e) {
      throw broken(e.getMessage());
    } finally {
      avutil.av_frame_unref(decoded);
    }
  }

  private void feed() throws IOException {
    while (!drained) {
      if (!input.readPacket(packet)) {
        drained = true;
        avcodec.avcodec_send_packet(decoder, null);
        return;
      }
      try {
        if (packet.stream_index() == videoIndex) {
          int code = avcodec.avcodec_send_packet(decoder, packet);
          if (code < 0) {
            throw broken(Ffmpeg.message(code));
          }
          return;
        }
      } finally {
        avcodec.av_packet_unref(packet);
      }
    }
  }

  /** Reports frames of a damaged file that the decoder left out without an error. */
  private void checkAllRead() throws IOException {
    if (framesRead < format.frameCount()) {
      throw broken(
          Text.format("only %d of %d frames could be decoded", framesRead, format.frameCount()));
    }
  }

  private IOException broken(String why) {
    String prefix = Text.format("%s, frame %d: ", file, framesRead);
    return new IOException(why.startsWith(prefix) ? why : prefix + why);
  }

  @Override
  public void close() {
    decoder = null;
    natives.close();
  }
}
