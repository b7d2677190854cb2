package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_AUDIO;
import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.global.avcodec;
import org.diffsynth.compute.Closer;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.internal.text.Text;

/**
 * Scans the packets of a video file, decoding only its first frame, to find the exact number of
 * frames and their times.
 *
 * <p>The frames of a file are its packets, in the order of their times, with these exceptions:
 *
 * <ul>
 *   <li>Frames that an edit list hides are left out. The decoder leaves them out, too.
 *   <li>Frames before the first that can be decoded are left out. A file that was cut out of a
 *       longer one without decoding has them: they need a key frame that is not there.
 *   <li>In AVI, where time is counted in frames, a frame without a packet repeats the frame before.
 *   <li>A last packet that is cut off is left out if the file was never finished, as after a crash
 *       of the program that recorded it.
 * </ul>
 */
final class PacketScan {

  /** The largest packet that can say "as before": a header without any data of a picture. */
  private static final int LARGEST_SKIP = 24;

  /** Frames that a deinterlacer and frames that are shown before a key frame need. */
  private static final int SETTLED = 8;

  private final Path file;
  private final PacketLog log = new PacketLog();
  private int hidden;
  private boolean statesLength;
  private boolean endsBroken;
  private boolean cutOff;
  private FirstPicture first;
  private long[] slots;
  private int[] packets;
  private FrameTimes times;

  private PacketScan(Path file) {
    this.file = file;
  }

  /**
   * Scans the best video stream of a file.
   *
   * @throws IOException if there are no frames, fewer than the header states, or damaged ones
   */
  static PacketScan of(Path file) throws IOException {
    PacketScan scan = new PacketScan(file);
    boolean hasLength = StatedLength.check(file);
    try (VideoInput input = VideoInput.open(file)) {
      AVStream stream = input.video();
      scan.statesLength = hasLength || stream.nb_frames() > 0;
      scan.readPackets(input);
      scan.log.finish(stream.codecpar().video_delay() > 0);
      scan.checkComplete(stream, hasLength);
      scan.first = FirstPicture.of(file);
      scan.arrange(input, hasLength);
    }
    return scan;
  }

  private void readPackets(VideoInput input) throws IOException {
    try (Closer natives = new Closer()) {
      AVPacket packet =
          natives.add(
              Ffmpeg.allocated(avcodec.av_packet_alloc(), "a packet"), avcodec::av_packet_free);
      while (next(input, packet)) {
        if (packet.stream_index() == input.videoIndex()) {
          if ((packet.flags() & avcodec.AV_PKT_FLAG_DISCARD) != 0) {
            hidden++;
          } else {
            log.add(packet);
          }
        }
        avcodec.av_packet_unref(packet);
      }
    }
  }

  private boolean next(VideoInput input, AVPacket packet) throws IOException {
    try {
      return input.readPacket(packet);
    } catch (IOException e) {
      if (statesLength || log.count() == 0) {
        throw e;
      }
      endsBroken = true;
      return false;
    }
  }

  private void checkComplete(AVStream stream, boolean hasLength) throws IOException {
    if (!statesLength && log.count() > 1 && log.isCorrupt(log.count() - 1)) {
      log.dropLast();
      cutOff = true;
    }
    for (int i = 0; i < log.count(); i++) {
      if (log.isCorrupt(i)) {
        throw new IOException(Text.format("%s is damaged or truncated at frame %d", file, i));
      }
    }
    if (log.count() == 0) {
      throw new IOException(file + " holds no frames");
    }
    // In an AVI file of the stated length, the frames that are missing repeat the frame before.
    if (log.count() + hidden < stream.nb_frames() && !(hasLength && isAvi(file))) {
      throw new IOException(
          Text.format(
              "%s is truncated: it should have %d frames, and %d are there",
              file, stream.nb_frames(), log.count() + hidden));
    }
  }

  private static boolean isAvi(Path file) {
    return VideoFiles.extension(file).equals("avi");
  }

  /** Puts the frames in order and finds their times. */
  private void arrange(VideoInput input, boolean hasLength) throws IOException {
    AVStream stream = input.video();
    packets = log.inOrder();
    int leading = leading();
    packets = Arrays.copyOfRange(packets, leading, packets.length);
    slots = Arrays.stream(packets).mapToLong(log::time).toArray();
    int tickNumerator = stream.time_base().num();
    int tickDenominator = stream.time_base().den();
    double tick = (double) tickNumerator / tickDenominator;
    List<FrameRate> stated = RateFinder.stated(input, stream);
    if (!log.timed()) {
      FrameRate rate = stated.isEmpty() ? FrameRate.DEFAULT : stated.get(0);
      tickNumerator = rate.denominator();
      tickDenominator = rate.numerator();
      tick = (double) tickNumerator / tickDenominator;
    } else {
      spread();
      if (isAvi(file)) {
        repeatMissing(hasLength ? stream.nb_frames() - hidden - leading : 0);
      }
    }
    int last = slots.length - 1;
    long lastDuration = packets[last] < 0 ? 1 : log.timed() ? log.duration(packets[last]) : 1;
    if (lastDuration == 0) {
      lastDuration =
          last == 0 ? 1 : Math.max(1, Math.round((slots[last] - slots[0]) / (double) last));
    }
    RateFinder finder = new RateFinder(slots, slots[last] + lastDuration, tick);
    FrameRate rate = slots.length == 1 ? null : finder.constant(stated);
    boolean constant = rate != null || slots.length == 1;
    if (slots.length == 1) {
      rate = stated.isEmpty() ? FrameRate.DEFAULT : stated.get(0);
    }
    times =
        FrameTimes.of(
            constant ? rate : finder.average(),
            constant,
            slots,
            slots[last] + lastDuration,
            tickNumerator,
            tickDenominator,
            soundStart(input.context()),
            leading,
            file);
  }

  /** Returns how many frames come before the first that can be decoded. */
  private int leading() throws IOException {
    if (first == null) {
      return 0; // the decoder's error is reported when the first frame is read
    }
    int count = 0;
    if (!log.shownKnown()) {
      while (count < packets.length - 1 && !log.isKey(count)) {
        count++;
      }
      return count == packets.length - 1 ? 0 : count;
    }
    if (first.time() == AV_NOPTS_VALUE) {
      return 0;
    }
    while (count < packets.length && log.time(packets[count]) < first.time()) {
      count++;
    }
    boolean isDecodable = count < packets.length && log.time(packets[count]) == first.time();
    boolean startsAtKey = log.isKey(0);
    if (!isDecodable || (startsAtKey && !log.isKey(packets[count]))) {
      return 0;
    }
    // FFmpeg writes frames that should be shown before a key frame at the time of the key frame.
    while (count < packets.length - 1
        && log.time(packets[count + 1]) == first.time()
        && first.nextTime() > first.time()) {
      count++;
    }
    return count;
  }

  /** Makes times that are equal, which some files have, increase by a tick. */
  private void spread() {
    for (int i = 1; i < slots.length; i++) {
      slots[i] = Math.max(slots[i], slots[i - 1] + 1);
    }
  }

  /**
   * Adds a frame for each place without a packet, unless they would be the majority, as in a file
   * that uses a high frame rate as a clock.
   */
  private void repeatMissing(long statedFrames) {
    long span = Math.max(slots[slots.length - 1] - slots[0] + 1, statedFrames);
    if (span <= slots.length || span > 2L * slots.length) {
      return;
    }
    long[] filled = new long[(int) span];
    int[] from = new int[(int) span];
    int next = 0;
    for (int i = 0; i < filled.length; i++) {
      filled[i] = slots[0] + i;
      boolean isThere = next < slots.length && slots[next] == filled[i];
      from[i] = isThere ? packets[next++] : -1;
    }
    slots = filled;
    packets = from;
  }

  private static double soundStart(AVFormatContext context) {
    double earliest = Double.NaN;
    for (int i = 0; i < context.nb_streams(); i++) {
      AVStream stream = context.streams(i);
      if (stream.codecpar().codec_type() == AVMEDIA_TYPE_AUDIO
          && stream.start_time() != AV_NOPTS_VALUE) {
        double start =
            (double) stream.start_time() * stream.time_base().num() / stream.time_base().den();
        earliest = start < earliest || Double.isNaN(earliest) ? start : earliest;
      }
    }
    return earliest;
  }

  /** Returns the times of the frames. */
  FrameTimes times() {
    return times;
  }

  /** Returns the first picture, or null if nothing can be decoded. */
  FirstPicture first() {
    return first;
  }

  /** Returns the number of frames that are shown. */
  int frameCount() {
    return slots.length;
  }

  /** Returns whether a frame has no packet and repeats the frame before it. */
  boolean repeats(int frame) {
    return packets[frame] < 0;
  }

  /** Returns whether the packet of a frame is so small that it can repeat the frame before it. */
  boolean mayRepeat(int frame) {
    return packets[frame] < 0 || log.size(packets[frame]) <= LARGEST_SKIP;
  }

  /**
   * Returns the frame that is shown at a time that the decoder states, in ticks of the stream, or
   * -1 if there is none, or if the decoder's clock is not that of the packets.
   */
  int frameAt(long time) {
    boolean sameClock = log.shownKnown() && first != null && first.time() == slots[0];
    return sameClock ? Math.max(-1, Arrays.binarySearch(slots, time)) : -1;
  }

  /**
   * Returns the number of a frame whose packet is a key frame, so that decoding from there on gives
   * a later frame as decoding from the beginning does; 0 if there is none. It is the key frame
   * before the last one, because a decoder that begins at a recovery point of H.264 without a whole
   * picture is right one period later.
   *
   * @param frame a frame at which decoding has been right for {@value #SETTLED} frames or more
   */
  int decodableFrom(int frame) {
    if (!log.shownKnown() || first == null || first.time() != slots[0]) {
      return 0; // the times of packets are not those of frames
    }
    int keys = 0;
    for (int i = frame - SETTLED; i > 0; i--) {
      if (packets[i] < 0) {
        return 0;
      }
      if (log.isKey(packets[i]) && ++keys == 2) {
        return i;
      }
    }
    return 0;
  }

  /** Returns the place of a frame's packet among the packets of the video in the file. */
  int packetOf(int frame) {
    return packets[frame];
  }

  /** Returns whether the file was never finished, so that its last frames may be damaged. */
  boolean isUnfinished() {
    return !statesLength;
  }

  /** Returns whether reading beyond the last frame fails. */
  boolean endsBroken() {
    return endsBroken;
  }

  /** Returns whether a last packet is cut off. */
  boolean isCutOff() {
    return cutOff || endsBroken;
  }
}
