package org.diffsynth.video;

import java.io.IOException;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avcodec;

/** One stream on its way from a file into a container. */
interface StreamTrack extends AutoCloseable {

  /**
   * Passes a packet on.
   *
   * @param packet packet whose times are in the time base of the source and count from the first
   *     frame; it is released
   */
  void write(AVPacket packet) throws IOException;

  /** Writes what a codec has held back. */
  default void finish() throws IOException {}

  @Override
  default void close() {}

  /** Returns a track that copies packets unchanged except for their times. */
  static StreamTrack copy(AVRational from, AVStream to, Muxer muxer) {
    return packet -> {
      avcodec.av_packet_rescale_ts(packet, from, to.time_base());
      muxer.write(packet, to);
    };
  }
}
