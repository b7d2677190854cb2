package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_AUDIO;
import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.diffsynth.compute.Closer;
import org.diffsynth.internal.text.Text;
import org.diffsynth.io.FrameFiles;

/**
 * Copies the audio packets of one file into another, unchanged except for their times: the first
 * frame of the video is at time 0.
 */
final class AudioCopy implements AutoCloseable {

  private final Closer natives = new Closer();
  private final AVFormatContext container;
  private final Map<Integer, AVStream> copies = new HashMap<>();
  private VideoInput input;
  private AVPacket packet;
  private double start;
  private boolean held;
  private boolean ended;

  private AudioCopy(AVFormatContext container) {
    this.container = container;
  }

  /**
   * Adds a stream to a container for each audio stream of a source.
   *
   * @param target name of the file that is written, for error messages
   * @param origin time of the source that becomes 0, in seconds, or NaN for the first frame
   * @throws IOException if the source cannot be read, or the container cannot hold its audio
   */
  static AudioCopy open(StreamCopy streams, Path target, AVFormatContext container, double origin)
      throws IOException {
    AudioCopy copy = new AudioCopy(container);
    Path source = streams.source();
    if (!streams.kinds().contains(StreamCopy.Kind.AUDIO)
        || FrameFiles.isFolder(source)
        || FrameFiles.isPicture(source)) {
      copy.ended = true; // pictures are silent
      return copy;
    }
    try {
      copy.input = copy.natives.add(VideoInput.open(source), VideoInput::close);
      copy.packet =
          copy.natives.add(
              Ffmpeg.allocated(avcodec.av_packet_alloc(), "a packet"), avcodec::av_packet_free);
      copy.addStreams(source, target);
      copy.start = Double.isNaN(origin) ? copy.start : origin;
      return copy;
    } catch (IOException | RuntimeException e) {
      copy.close();
      throw e;
    }
  }

  private void addStreams(Path source, Path target) throws IOException {
    AVFormatContext context = input.context();
    for (int i = 0; i < context.nb_streams(); i++) {
      AVStream stream = context.streams(i);
      if (stream.codecpar().codec_type() != AVMEDIA_TYPE_AUDIO) {
        continue;
      }
      int codec = stream.codecpar().codec_id();
      if (avformat.avformat_query_codec(container.oformat(), codec, 0) != 1) {
        throw new IOException(
            Text.format(
                "%s cannot hold the %s audio of %s; write an .mkv file, or leave the audio out",
                target, avcodec.avcodec_get_name(codec).getString(), source));
      }
      AVStream copy =
          Ffmpeg.allocated(avformat.avformat_new_stream(container, null), "an audio stream");
      Ffmpeg.check(
          avcodec.avcodec_parameters_copy(copy.codecpar(), stream.codecpar()),
          "cannot copy the audio of " + source);
      copy.codecpar().codec_tag(0);
      copy.time_base().num(stream.time_base().num()).den(stream.time_base().den());
      copies.put(i, copy);
    }
    ended = copies.isEmpty();
    int video = input.bestVideo();
    start = video < 0 ? 0 : startOf(context.streams(video));
  }

  private static double startOf(AVStream video) {
    return video.start_time() == AV_NOPTS_VALUE
        ? 0
        : video.start_time() * seconds(video.time_base());
  }

  private static double seconds(AVRational timeBase) {
    return (double) timeBase.num() / timeBase.den();
  }

  /** Starts the copy. The header of the container, which may change time bases, must be written. */
  void begin() throws IOException {
    held = !ended && next();
  }

  /** Copies all packets that start before a time, in seconds after the first frame. */
  void copyUntil(double time) throws IOException {
    while (held) {
      AVStream from = input.context().streams(packet.stream_index());
      double at = packet.pts() * seconds(from.time_base()) - start;
      if (at >= time) {
        return;
      }
      AVStream to = copies.get(packet.stream_index());
      long shift = Math.round(start / seconds(from.time_base()));
      packet.pts(packet.pts() - shift);
      packet.dts(packet.dts() - shift);
      avcodec.av_packet_rescale_ts(packet, from.time_base(), to.time_base());
      packet.stream_index(to.index());
      packet.pos(-1);
      Ffmpeg.check(
          avformat.av_interleaved_write_frame(container, packet), "writing the audio failed");
      held = next();
    }
  }

  /** Reads the next audio packet that has a time. */
  private boolean next() throws IOException {
    while (input.readPacket(packet)) {
      if (copies.containsKey(packet.stream_index()) && packet.pts() != AV_NOPTS_VALUE) {
        return true;
      }
      avcodec.av_packet_unref(packet);
    }
    ended = true;
    return false;
  }

  @Override
  public void close() {
    natives.close();
  }
}
