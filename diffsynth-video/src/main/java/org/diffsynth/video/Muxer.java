package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avformat.AVFMT_GLOBALHEADER;

import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVOutputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.diffsynth.compute.Closer;
import org.diffsynth.frame.FrameRate;

/**
 * The container of a video file that is written: one video stream, and streams of other files.
 *
 * <p>Calls in order: {@link #begin}, {@link #write} for each packet of the video, {@link #finish}.
 */
final class Muxer implements AutoCloseable {

  private final Path file;
  private final Closer natives = new Closer();
  private final AVFormatContext container;
  private final AVStream stream;
  private final AVDictionary options = new AVDictionary(null);
  private AVRational encoderTimeBase;
  private long lead;
  private double earliest;
  private MediaIo io;

  /**
   * Creates a container with a video stream. Nothing is written yet.
   *
   * @param file name of the finished file, whose extension decides the kind of container
   */
  Muxer(Path file) throws IOException {
    this.file = file;
    this.container = new AVFormatContext(null);
    Ffmpeg.check(
        avformat.avformat_alloc_output_context2(
            container, (AVOutputFormat) null, null, file.getFileName().toString()),
        "cannot create " + file);
    natives.add(container, avformat::avformat_free_context);
    natives.add(options, avutil::av_dict_free);
    try {
      // Without random numbers and dates, so that equal frames give equal files.
      container.flags(container.flags() | AVFormatContext.AVFMT_FLAG_BITEXACT);
      stream =
          Ffmpeg.allocated(avformat.avformat_new_stream(container, null), "a stream of " + file);
    } catch (IOException | RuntimeException e) {
      natives.close();
      throw e;
    }
  }

  /** Returns the container, which is valid until this object is closed. */
  AVFormatContext container() {
    return container;
  }

  /** Returns whether the container stores the header of a codec itself. */
  boolean storesCodecHeader() {
    return (container.oformat().flags() & AVFMT_GLOBALHEADER) != 0;
  }

  /**
   * Opens a file and writes the header of the container.
   *
   * @param target file to write, which exists already
   * @param encoder context of the opened encoder
   * @param rate constant frame rate, or null if each frame has a time of its own
   * @param leadSeconds when the first frame is shown, in seconds
   * @param crop columns and rows that are coded at the right and at the bottom and not shown
   * @param light light levels that the header states, as far as the container can
   */
  void begin(
      Path target,
      AVCodecContext encoder,
      FrameRate rate,
      double leadSeconds,
      PaddedSize crop,
      HdrLight light)
      throws IOException {
    encoderTimeBase = encoder.time_base();
    Ffmpeg.check(
        avcodec.avcodec_parameters_from_context(stream.codecpar(), encoder),
        "cannot describe the video in " + file);
    light.describe(stream.codecpar());
    stream
        .sample_aspect_ratio()
        .num(encoder.sample_aspect_ratio().num())
        .den(encoder.sample_aspect_ratio().den());
    crop.describe(stream.codecpar());
    stream.time_base().num(encoderTimeBase.num()).den(encoderTimeBase.den());
    if (rate != null) {
      stream.avg_frame_rate().num(rate.numerator()).den(rate.denominator());
    }
    String failedTo = "cannot write " + file;
    io = natives.add(MediaIo.write(target, failedTo));
    container.pb(io.context());
    natives.add(container, c -> c.pb(null));
    io.check(avformat.avformat_write_header(container, options), failedTo);
    lead = Math.round(leadSeconds * stream.time_base().den() / stream.time_base().num());
  }

  /** Writes a packet of the video, whose times are in the time base of the encoder. */
  void write(AVPacket packet) throws IOException {
    avcodec.av_packet_rescale_ts(packet, encoderTimeBase, stream.time_base());
    packet.pts(packet.pts() + lead);
    packet.dts(packet.dts() + lead);
    packet.stream_index(stream.index());
    io.check(avformat.av_interleaved_write_frame(container, packet), "writing failed");
  }

  /** Returns the video stream, which is valid until this object is closed. */
  AVStream video() {
    return stream;
  }

  /** Adds a stream beside the video. Call this before {@link #begin}. */
  AVStream addStream() throws IOException {
    return Ffmpeg.allocated(avformat.avformat_new_stream(container, null), "a stream of " + file);
  }

  /** Returns the time of the earliest packet beside the video, in seconds; at most 0. */
  double earliest() {
    return earliest;
  }

  /** Sets an option of FFmpeg's writer of the container. Call this before {@link #begin}. */
  void setOption(String name, String value) {
    avutil.av_dict_set(options, name, value, 0);
  }

  /**
   * Writes a packet of another stream than the video, and releases it.
   *
   * @param packet packet whose times are in the time base of the stream
   */
  void write(AVPacket packet, AVStream to) throws IOException {
    double time = (double) packet.pts() * to.time_base().num() / to.time_base().den();
    earliest = Math.min(earliest, time);
    packet.stream_index(to.index());
    packet.pos(-1);
    io.check(avformat.av_interleaved_write_frame(container, packet), "writing failed");
  }

  /** Writes the end of the container and closes the file. */
  void finish() throws IOException {
    io.check(avformat.av_write_trailer(container), "writing the end failed");
    container.pb(null);
    io.finish("closing failed");
  }

  @Override
  public void close() {
    natives.close();
  }
}
