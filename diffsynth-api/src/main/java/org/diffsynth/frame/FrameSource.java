package org.diffsynth.frame;

import java.io.Closeable;
import java.io.IOException;

/**
 * A stream of equally sized frames, read once from first to last.
 *
 * <p>Whoever opens a source closes it; a method that is passed one only reads. Not for use by
 * several threads at once.
 */
public interface FrameSource extends Closeable {

  /** Size, frame rate and, where known, length. */
  VideoFormat format();

  /**
   * The next frame, or {@code null} at the end.
   *
   * @throws IOException naming file and frame when the next frame cannot be decoded
   */
  Frame read() throws IOException;

  /** Frees what reading holds; a second call does nothing. */
  @Override
  void close() throws IOException;
}
