package org.diffsynth.spark;

import java.io.IOException;
import org.apache.spark.util.LongAccumulator;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;

/** Converts frames to a depth and counts them. The caller commits and closes the other sink. */
final class CountingSink implements FrameSink {

  private final FrameSink sink;
  private final Frame.Depth depth;
  private final LongAccumulator all;
  private long frames;

  /**
   * Creates a sink.
   *
   * @param all also counts the frames, together with those of other clips
   */
  CountingSink(FrameSink sink, Frame.Depth depth, LongAccumulator all) {
    this.sink = sink;
    this.depth = depth;
    this.all = all;
  }

  /** Returns the number of frames that were written. */
  long frames() {
    return frames;
  }

  @Override
  public void write(Frame frame) throws IOException {
    sink.write(frame.as(depth));
    frames++;
    all.add(1);
  }

  @Override
  public void commit() {}

  @Override
  public void close() {}
}
