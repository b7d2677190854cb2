package org.diffsynth.frame;

import java.io.Closeable;
import java.io.IOException;

/**
 * A stream of frames of one size, which can be read once from the first to the last.
 *
 * <p>The code that opens a source closes it; a method that receives a source as an argument reads
 * from it and leaves it open. A source must not be used by several threads at a time.
 */
public interface FrameSource extends Closeable {

  /** Returns size, frame rate and, if known, length. */
  VideoFormat format();

  /**
   * Returns the next frame, or {@code null} after the last one.
   *
   * @throws IOException if the frame cannot be decoded; the message names file and frame
   */
  Frame read() throws IOException;

  /**
   * Reads over frames. The default implementation calls {@link #read}; video files and folders of
   * pictures do not decode the frames in between, or decode few of them. The frames that follow are
   * those that reading frame by frame gives.
   *
   * @param count number of frames, at least 0
   * @return number of frames that were left out: less than {@code count} if the source ends
   * @throws IOException if the source cannot be read
   */
  default int skip(int count) throws IOException {
    int skipped = 0;
    while (skipped < count && read() != null) {
      skipped++;
    }
    return skipped;
  }

  /** Releases all resources. A second call does nothing. */
  @Override
  void close() throws IOException;
}
