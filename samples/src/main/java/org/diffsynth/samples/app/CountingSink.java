package org.diffsynth.samples.app;

import java.io.IOException;
import org.diffsynth.Frame;
import org.diffsynth.FrameSink;

/** Passes frames on in one depth and counts them. */
final class CountingSink implements FrameSink {

  private final FrameSink sink;
  private final Frame.Depth depth;
  private int frames;

  CountingSink(FrameSink sink, Frame.Depth depth) {
    this.sink = sink;
    this.depth = depth;
  }

  int frames() {
    return frames;
  }

  @Override
  public void write(Frame frame) throws IOException {
    sink.write(frame.as(depth));
    frames++;
  }

  @Override
  public void commit() throws IOException {
    sink.commit();
  }

  @Override
  public void close() throws IOException {
    sink.close();
  }
}
