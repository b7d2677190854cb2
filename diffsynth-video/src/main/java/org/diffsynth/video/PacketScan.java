package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.diffsynth.compute.Closer;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.internal.text.Text;

/**
 * Scans the packets of a video file without decoding them, to find the exact number of frames and
 * whether they are evenly spaced.
 */
final class PacketScan {

  private final Path file;
  private long[] times = new long[256];
  private int count;
  private int hidden;
  private boolean timed = true;
  private FrameRate rate;

  private PacketScan(Path file) {
    this.file = file;
  }

  /**
   * Scans the best video stream of a file.
   *
   * @param forced frame rate that replaces the one in the file, or null
   * @throws IOException if there are no frames, fewer than the header states, or damaged ones, or
   *     if they are not evenly spaced and no frame rate is forced
   */
  static PacketScan of(Path file, FrameRate forced) throws IOException {
    PacketScan scan = new PacketScan(file);
    MatroskaLength.check(file);
    try (VideoInput input = VideoInput.open(file);
        Closer natives = new Closer()) {
      AVPacket packet =
          natives.add(
              Ffmpeg.allocated(avcodec.av_packet_alloc(), "a packet"), avcodec::av_packet_free);
      while (input.readPacket(packet)) {
        if (packet.stream_index() == input.videoIndex()) {
          scan.add(packet);
        }
        avcodec.av_packet_unref(packet);
      }
      scan.checkComplete(input.video());
      scan.rate = forced != null ? forced : scan.findRate(input);
    }
    return scan;
  }

  private void add(AVPacket packet) throws IOException {
    if ((packet.flags() & avcodec.AV_PKT_FLAG_CORRUPT) != 0) {
      throw new IOException(Text.format("%s is damaged or truncated at frame %d", file, count));
    }
    if ((packet.flags() & avcodec.AV_PKT_FLAG_DISCARD) != 0) {
      hidden++; // an edit list hides the frame, and the decoder leaves it out, too
      return;
    }
    if (count == times.length) {
      times = Arrays.copyOf(times, count * 2);
    }
    timed &= packet.pts() != AV_NOPTS_VALUE;
    times[count++] = packet.pts();
  }

  private void checkComplete(AVStream stream) throws IOException {
    if (count == 0) {
      throw new IOException(file + " holds no frames");
    }
    if (count + hidden < stream.nb_frames()) {
      throw new IOException(
          Text.format(
              "%s is truncated: it should have %d frames, and %d are there",
              file, stream.nb_frames(), count + hidden));
    }
  }

  /** Returns the frame rate that all frames follow, with deviations of at most half a frame. */
  private FrameRate findRate(VideoInput input) throws IOException {
    AVStream stream = input.video();
    FrameRate guessed;
    FrameRate average = Ffmpeg.rate(stream.avg_frame_rate());
    FrameRate lowest = Ffmpeg.rate(stream.r_frame_rate());
    try (var rational = avformat.av_guess_frame_rate(input.context(), stream, null)) {
      guessed = Ffmpeg.rate(rational);
    }
    Arrays.sort(times, 0, count);
    double tick = (double) stream.time_base().num() / stream.time_base().den();
    FrameRate any = null;
    for (FrameRate candidate : new FrameRate[] {guessed, average, lowest}) {
      if (candidate != null && (!timed || count == 1 || follows(candidate, tick))) {
        return candidate;
      }
      any = any == null ? candidate : any;
    }
    if (any == null && count == 1) {
      return FrameRate.DEFAULT;
    }
    throw new IOException(variable(any == null ? FrameRate.DEFAULT : any, tick));
  }

  private boolean follows(FrameRate candidate, double tick) {
    for (int i = 1; i < count; i++) {
      if (Math.abs(deviation(i, candidate, tick)) > 0.5) {
        return false;
      }
    }
    return true;
  }

  /** Returns how far frame {@code i} is from its place on an even grid, in frames. */
  private double deviation(int i, FrameRate candidate, double tick) {
    return (times[i] - times[0]) * tick * candidate.framesPerSecond() - i;
  }

  private String variable(FrameRate nominal, double tick) {
    int first = 1;
    while (first < count - 1 && Math.abs(deviation(first, nominal, tick)) <= 0.5) {
      first++;
    }
    return Text.format(
        "%s has a variable frame rate (at %s frames per second, frame %d should be at %.3f s but"
            + " is at %.3f s). Give a frame rate to read it at (--frame-rate %s), or convert it"
            + " to a constant rate first",
        file, nominal, first, nominal.secondsAt(first), (times[first] - times[0]) * tick, nominal);
  }

  /** Returns the number of frames that the decoder shows. */
  int frameCount() {
    return count;
  }

  /** Returns the forced frame rate, or else the frame rate that all frames follow. */
  FrameRate frameRate() {
    return rate;
  }
}
