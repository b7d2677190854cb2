package org.diffsynth.app.frames;

import java.io.IOException;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.io.Enhancement;

/** Passes frames on in one depth, with contrast and sharpness, and counts them. */
public final class CountingSink implements FrameSink {

  private final FrameSink sink;
  private final Frame.Depth depth;
  private final Enhancement enhancement;
  private int frames;

  public CountingSink(FrameSink sink, Frame.Depth depth, Enhancement enhancement) {
    this.sink = sink;
    this.depth = depth;
    this.enhancement = enhancement;
  }

  public int frames() {
    return frames;
  }

  @Override
  public void write(Frame frame) throws IOException {
    sink.write(enhancement.apply(frame.as(depth)).as(depth));
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
