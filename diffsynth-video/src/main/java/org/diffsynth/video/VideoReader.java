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

  /** How many frames at the end of a file that was never finished may be damaged. */
  private static final int LAST_FRAMES = 2;

  private final Path file;
  private final PacketScan scan;
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
  private Frame last;
  private boolean isHeld;

  VideoReader(Path file) throws IOException {
    this.file = file;
    scan = PacketScan.of(file);
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
      FirstPicture first = scan.first();
      int width = first == null ? stream.codecpar().width() : first.width();
      int height = first == null ? stream.codecpar().height() : first.height();
      if (width < 1 || height < 1) {
        throw new IOException(file + " cannot be decoded: the headers of its pictures are missing");
      }
      int turns = quarterTurns(stream.codecpar());
      converter = natives.add(new FrameConverter(width, height, turns));
      format =
          new VideoFormat(
              turns % 2 == 0 ? new FrameSize(width, height) : new FrameSize(height, width),
              scan.times().frameRate(),
              scan.frameCount());
      warnOfFramesLeftOut();
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
            Ffmpeg.allocated(avcodec.avcodec_alloc_context3(codec), "a decoder"),
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

  private void warnOfFramesLeftOut() {
    int leftOut = scan.times().leftOut();
    if (leftOut > 0) {
      LOG.warn(
          "{}: the first {} frames cannot be decoded and are left out, because the file starts"
              + " between two key frames; the video starts {} s later, and the sound stays in place",
          file,
          leftOut,
          Text.format("%.2f", scan.times().frameRate().secondsAt(leftOut)));
    }
    if (scan.isCutOff()) {
      LOG.warn(
          "{} was never finished; the {} frames that are complete are read",
          file,
          format.frameCount());
    }
  }

  /** Returns the times of the frames. */
  FrameTimes times() {
    return scan.times();
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
    if (framesRead == scan.frameCount()) {
      return null;
    }
    if (!scan.repeats(framesRead) && decodesNext()) {
      last = convert();
    } else if (last == null) {
      throw broken("it cannot be decoded");
    }
    framesRead++;
    return last;
  }

  /**
   * Decodes up to the next frame of the file, and returns whether it is there. If it is not, the
   * frame before is shown again.
   *
   * @throws IOException if the frame should be there
   */
  private boolean decodesNext() throws IOException {
    while (!isHeld && !drained()) {}
    if (!isHeld) {
      if (scan.mayRepeat(framesRead) || isCutOffHere()) {
        return false;
      }
      throw broken(
          Text.format("only %d of %d frames could be decoded", framesRead, format.frameCount()));
    }
    if (FirstPicture.isDamaged(decoded) && isCutOffHere()) {
      avutil.av_frame_unref(decoded);
      isHeld = false;
      return false;
    }
    if (scan.frameAt(decoded.best_effort_timestamp()) > framesRead) {
      if (scan.mayRepeat(framesRead)) {
        return false;
      }
      throw broken("its data are damaged, and the decoder left it out");
    }
    return true;
  }

  /** Returns whether the next frame is one of the last of a file that was never finished. */
  private boolean isCutOffHere() {
    return scan.isUnfinished() && framesRead > 0 && framesRead >= scan.frameCount() - LAST_FRAMES;
  }

  /** Decodes until a frame is held or the file ends; returns whether it ended. */
  private boolean drained() throws IOException {
    int code = avcodec.avcodec_receive_frame(decoder, decoded);
    if (code >= 0) {
      // A decoder may show damaged pictures before the first that is whole.
      boolean isLeftOut =
          framesRead == 0 && scan.times().leftOut() > 0 && FirstPicture.isDamaged(decoded);
      if (isLeftOut) {
        avutil.av_frame_unref(decoded);
      }
      isHeld = !isLeftOut;
      return false;
    }
    if (code == avutil.AVERROR_EOF()) {
      return true;
    }
    if (code != AVERROR_EAGAIN()) {
      throw broken(Ffmpeg.message(code));
    }
    feed();
    return false;
  }

  private Frame convert() throws IOException {
    try {
      if (FirstPicture.isDamaged(decoded)) {
        throw broken("its data are damaged");
      }
      return converter.toFrame(decoded);
    } catch (IOException e) {
      throw broken(e.getMessage());
    } finally {
      avutil.av_frame_unref(decoded);
      isHeld = false;
    }
  }

  private void feed() throws IOException {
    while (!drained) {
      if (!next()) {
        drained = true;
        avcodec.avcodec_send_packet(decoder, null);
        return;
      }
      try {
        // An empty packet would tell the decoder that the video ends.
        if (packet.stream_index() == videoIndex && packet.size() > 0) {
          int code = avcodec.avcodec_send_packet(decoder, packet);
          boolean isBeforeTheFirst = framesRead == 0 && scan.times().leftOut() > 0;
          if (code < 0 && !isBeforeTheFirst && !isCutOffHere()) {
            throw broken(Ffmpeg.message(code));
          }
          return;
        }
      } finally {
        avcodec.av_packet_unref(packet);
      }
    }
  }

  private boolean next() throws IOException {
    try {
      return input.readPacket(packet);
    } catch (IOException e) {
      if (scan.endsBroken()) {
        return false;
      }
      throw e;
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
