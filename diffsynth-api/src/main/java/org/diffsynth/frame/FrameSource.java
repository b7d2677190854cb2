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

  /** Releases all resources. A second call does nothing. */
  @Override
  void close() throws IOException;
}
