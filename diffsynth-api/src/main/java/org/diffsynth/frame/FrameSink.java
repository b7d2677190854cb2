package org.diffsynth.frame;

import java.io.Closeable;
import java.io.IOException;

/**
 * Receives the frames of a clip in order, for example to write them to a file.
 *
 * <p>A sink for a file writes under a temporary name. {@link #commit} gives the file its final
 * name; closing a sink without a commit deletes the temporary file. A sink must not be used by
 * several threads at a time.
 */
public interface FrameSink extends Closeable {

  /**
   * Writes the next frame. All frames must have the size of the first.
   *
   * @throws IllegalArgumentException if the frame has another size than the first
   * @throws IOException if the frame cannot be written; the message names file and frame
   */
  void write(Frame frame) throws IOException;

  /** Completes the output with the frames written so far. Only {@link #close} may follow. */
  void commit() throws IOException;

  /** Releases all resources, and deletes output that was not committed. */
  @Override
  void close() throws IOException;
}
