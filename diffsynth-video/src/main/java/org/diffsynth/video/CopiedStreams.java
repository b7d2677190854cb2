package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avcodec;
import org.diffsynth.compute.Closer;
import org.diffsynth.io.FrameFiles;

/**
 * Takes streams, chapters and texts of one file over into another. The first frame of the video is
 * at time 0.
 *
 * <p>Calls in order: {@link #open}, {@link #begin}, {@link #copyUntil} for each frame, {@link
 * #finish}.
 */
final class CopiedStreams implements AutoCloseable {

  private final Closer natives = new Closer();
  private final Map<Integer, StreamTrack> tracks = new TreeMap<>();
  private final Muxer muxer;
  private VideoInput input;
  private AVPacket packet;
  private StreamPlan plan;
  private double start;
  private boolean held;

  private CopiedStreams(Muxer muxer) {
    this.muxer = muxer;
  }

  /**
   * Decides what is copied, adds streams to a container, and logs one warning about what is left
   * out or converted.
   *
   * @param target name of the file that is written, whose extension decides the container
   * @param origin time of the source that becomes 0, in seconds, or NaN for that of the first frame
   * @throws IOException if the source cannot be read
   */
  static CopiedStreams open(StreamCopy streams, Path target, Muxer muxer, double origin)
      throws IOException {
    CopiedStreams copied = new CopiedStreams(muxer);
    Path source = streams.source();
    if (FrameFiles.isFolder(source) || FrameFiles.isPicture(source)) {
      return copied; // pictures have nothing to copy
    }
    try {
      copied.plan(streams, target, origin);
      return copied;
    } catch (IOException | RuntimeException e) {
      copied.close();
      throw e;
    }
  }

  private void plan(StreamCopy streams, Path target, double origin) throws IOException {
    input = natives.add(VideoInput.open(streams.source()), VideoInput::close);
    packet =
        natives.add(
            Ffmpeg.allocated(avcodec.av_packet_alloc(), "a packet"), avcodec::av_packet_free);
    int video = input.bestVideo();
    start = video < 0 ? 0 : startOf(input.context().streams(video));
    start = Double.isNaN(origin) ? start : origin;
    plan = new StreamPlan(streams, target, muxer, start);
    tracks.putAll(plan.add(input, natives));
    String warning = plan.report().warning(streams.source(), target);
    if (!warning.isEmpty()) {
      Notices.warn(warning);
    }
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
    if (plan == null) {
      return;
    }
    plan.writeCovers();
    held = !tracks.isEmpty() && next();
  }

  /** Copies all packets that start before a time, in seconds after the first frame. */
  void copyUntil(double time) throws IOException {
    while (held && at(packet.pts()) < time) {
      pass(Double.POSITIVE_INFINITY);
      held = next();
    }
  }

  /**
   * Copies what is left and starts before the end of the video, and adds the chapters.
   *
   * @param end length of the video in seconds
   */
  void finish(double end) throws IOException {
    if (plan == null) {
      return;
    }
    Set<Integer> complete = new HashSet<>();
    while (held && complete.size() < tracks.size()) {
      if (at(packet.pts()) < end) {
        pass(end);
      } else {
        complete.add(packet.stream_index());
        avcodec.av_packet_unref(packet);
      }
      held = next();
    }
    for (StreamTrack track : tracks.values()) {
      track.finish();
    }
    plan.addChapters(end);
  }

  private AVRational timeBase() {
    return input.context().streams(packet.stream_index()).time_base();
  }

  private double at(long time) {
    return time * seconds(timeBase()) - start;
  }

  private void pass(double end) throws IOException {
    double tick = seconds(timeBase());
    long shift = Math.round(start / tick);
    packet.pts(packet.pts() - shift);
    packet.dts(packet.dts() == AV_NOPTS_VALUE ? packet.pts() : packet.dts() - shift);
    if (plan.isSubtitle(packet.stream_index())) {
      long first = Math.max(0, packet.pts());
      long last = Math.min(packet.pts() + packet.duration(), Math.round(Math.min(end, 1e9) / tick));
      if (last < first || (last == first && packet.duration() > 0)) {
        avcodec.av_packet_unref(packet); // ends before the first frame
        return;
      }
      packet.pts(first).dts(first).duration(last - first);
    }
    tracks.get(packet.stream_index()).write(packet);
  }

  /** Reads the next packet that is copied and has a time. */
  private boolean next() throws IOException {
    while (input.readPacket(packet)) {
      if (tracks.containsKey(packet.stream_index()) && packet.pts() != AV_NOPTS_VALUE) {
        return true;
      }
      avcodec.av_packet_unref(packet);
    }
    return false;
  }

  @Override
  public void close() {
    natives.close();
  }
}
