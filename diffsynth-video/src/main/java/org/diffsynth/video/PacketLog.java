package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.global.avcodec;

/** Times, sizes and flags of the packets of a video, in the order of the file. */
final class PacketLog {

  /** Frames before the first key frame have no times in some Matroska files that were cut. */
  private static final int FIRST_PACKETS = 16;

  private static final int KEY = 1;
  private static final int CORRUPT = 2;

  private long[] shown = new long[256];
  private long[] decoded = new long[256];
  private long[] durations = new long[256];
  private int[] sizes = new int[256];
  private byte[] flags = new byte[256];
  private int count;
  private boolean shownKnown = true;
  private boolean decodedKnown = true;
  private boolean decodedIsShown = true;
  private long earliest = Long.MAX_VALUE;

  void add(AVPacket packet) {
    if (count == sizes.length) {
      shown = Arrays.copyOf(shown, count * 2);
      decoded = Arrays.copyOf(decoded, count * 2);
      durations = Arrays.copyOf(durations, count * 2);
      sizes = Arrays.copyOf(sizes, count * 2);
      flags = Arrays.copyOf(flags, count * 2);
    }
    shown[count] = packet.pts();
    decoded[count] = packet.dts();
    shownKnown &= packet.pts() != AV_NOPTS_VALUE || count < FIRST_PACKETS;
    decodedIsShown &= packet.pts() == packet.dts();
    decodedKnown &= packet.dts() != AV_NOPTS_VALUE;
    if (packet.pts() != AV_NOPTS_VALUE) {
      earliest = Math.min(earliest, packet.pts());
    }
    durations[count] = Math.max(0, packet.duration());
    sizes[count] = packet.size();
    flags[count] =
        (byte)
            (((packet.flags() & avcodec.AV_PKT_FLAG_KEY) != 0 ? KEY : 0)
                | ((packet.flags() & avcodec.AV_PKT_FLAG_CORRUPT) != 0 ? CORRUPT : 0));
    count++;
  }

  /**
   * Completes the log.
   *
   * @param reorders whether the codec shows frames in another order than that of their packets
   */
  void finish(boolean reorders) {
    shownKnown &= earliest != Long.MAX_VALUE && !(reorders && decodedIsShown);
    if (shownKnown) {
      long before = earliest;
      for (int i = Math.min(count, FIRST_PACKETS) - 1; i >= 0; i--) {
        shown[i] = shown[i] == AV_NOPTS_VALUE ? --before : shown[i];
      }
    }
  }

  /** Forgets the last packet. */
  void dropLast() {
    count--;
  }

  int count() {
    return count;
  }

  /** Returns whether every packet says when its frame is shown. */
  boolean shownKnown() {
    return shownKnown;
  }

  /** Returns whether every packet says when its frame is shown, or at least when it is decoded. */
  boolean timed() {
    return shownKnown || decodedKnown;
  }

  boolean isKey(int packet) {
    return (flags[packet] & KEY) != 0;
  }

  boolean isCorrupt(int packet) {
    return (flags[packet] & CORRUPT) != 0;
  }

  int size(int packet) {
    return sizes[packet];
  }

  long duration(int packet) {
    return durations[packet];
  }

  /** Returns the time at which a packet is shown, or decoded if the former is not known. */
  long time(int packet) {
    return shownKnown ? shown[packet] : decodedKnown ? decoded[packet] : packet;
  }

  /** Returns the numbers of all packets, in the order in which their frames are shown. */
  int[] inOrder() {
    long[] order =
        LongStream.range(0, count)
            .boxed()
            .sorted((a, b) -> Long.compare(time(a.intValue()), time(b.intValue())))
            .mapToLong(Long::longValue)
            .toArray();
    return IntStream.range(0, count).map(i -> (int) order[i]).toArray();
  }
}
