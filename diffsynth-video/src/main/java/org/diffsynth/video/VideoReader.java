package org.diffsynth.video;

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
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.text.Text;

/** Decodes the video stream of a file, frame by frame. */
final class VideoReader implements FrameSource {

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
  private Deinterlacer deinterlacer;
  private int videoIndex;
  private int framesRead;
  private boolean drained;

  VideoReader(Path file, ReadSettings settings) throws IOException {
    this.file = file;
    PacketScan scan = PacketScan.of(file, settings.frameRate().orElse(null));
    PictureProbe probe = PictureProbe.of(file);
    try {
      input = natives.add(VideoInput.open(file), VideoInput::close);
      videoIndex = input.videoIndex();
      AVStream stream = input.video();
      decoder = Decoders.open(file, stream, DECODER_THREADS, natives);
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
      converter = natives.add(new FrameConverter(file, width, height, probe, settings.hdr()));
      deinterlacer =
          natives.add(new Deinterlacer(settings.deinterlace(), FieldOrder.of(stream.codecpar())));
      format = new VideoFormat(converter.uprightSize(), scan.frameRate(), scan.frameCount());
      if (settings.hdr() == Hdr.TONE_MAP && probe.tags().isHdr()) {
        Notices.warn(
            Text.format(
                "%s has a high dynamic range (%s); it is tone-mapped to BT.709. --hdr keep, or"
                    + " ReadSettings.withHdr(Hdr.KEEP), keeps it",
                file, probe.tags().transfer()));
      }
    } catch (IOException | RuntimeException e) {
      natives.close();
      throw e;
    }
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
      AVFrame ready = filtered();
      if (ready != null) {
        return convert(ready);
      }
      int code = avcodec.avcodec_receive_frame(decoder, decoded);
      if (code >= 0) {
        checkIntact();
        if (!deinterlacer.wants(decoded)) {
          return convert(decoded);
        }
        deinterlace();
      } else if (code == avutil.AVERROR_EOF()) {
        if (!deinterlacer.end()) {
          checkAllRead();
          return null;
        }
      } else if (code == AVERROR_EAGAIN()) {
        feed();
      } else {
        throw broken(Ffmpeg.message(code));
      }
    }
  }

  private AVFrame filtered() throws IOException {
    try {
      return deinterlacer.pull();
    } catch (IOException e) {
      throw broken(e.getMessage());
    }
  }

  private void deinterlace() throws IOException {
    try {
      Notices.warn(
          file
              + " is interlaced; it is deinterlaced, one frame for each frame (bwdif)."
              + " --deinterlace off leaves it as it is");
      deinterlacer.push(decoded, input.video().time_base());
    } catch (IOException e) {
      throw broken(e.getMessage());
    } finally {
      avutil.av_frame_unref(decoded);
    }
  }

  private void checkIntact() throws IOException {
    if (decoded.decode_error_flags() != 0 || (decoded.flags() & FRAME_IS_CORRUPT) != 0) {
      avutil.av_frame_unref(decoded);
      throw broken("its data are damaged");
    }
  }

  private Frame convert(AVFrame picture) throws IOException {
    try {
      Frame frame = converter.toFrame(picture);
      framesRead++;
      return frame;
    } catch (IOException e) {
      throw broken(e.getMessage());
    } finally {
      avutil.av_frame_unref(picture);
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
