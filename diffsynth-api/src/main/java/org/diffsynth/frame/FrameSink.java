package org.diffsynth.frame;

import java.io.Closeable;
import java.io.IOException;

/**
 * Where finished frames go, in order.
 *
 * <p>A sink over a file writes under a temporary name. {@link #commit} gives the result its real
 * name; closing a sink that was not committed leaves nothing behind. Not for use by several threads
 * at once.
 */
public interface FrameSink extends Closeable {

  /**
   * Takes the next frame. The first frame fixes the size of all.
   *
   * @throws IllegalArgumentException if the frame's size is not that of the first
   * @throws IOException naming file and frame when it cannot be written
   */
  void write(Frame frame) throws IOException;

  /** Completes the output with the frames written so far; after it only {@link #close} is legal. */
  void commit() throws IOException;

  /** Frees what writing holds, and removes an output that was not committed. */
  @Override
  void close() throws IOException;
}
