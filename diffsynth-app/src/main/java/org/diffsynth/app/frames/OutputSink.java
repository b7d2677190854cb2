package org.diffsynth.app.frames;

import java.io.IOException;
import java.util.Optional;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.io.Enhancement;
import org.diffsynth.io.Palette;

/**
 * Gives finished frames the depth, contrast and sharpness of the output, counts them, and passes
 * them on to another sink.
 */
public final class OutputSink implements FrameSink {

  private final FrameSink sink;
  private final Frame.Depth depth;
  private final Enhancement enhancement;
  private final Optional<Palette.Transfer> colours;
  private int frames;

  /**
   * Creates a sink in front of another sink. Closing or committing this sink also closes or commits
   * the other sink.
   *
   * @param depth depth of the frames that are passed on
   * @param enhancement contrast and sharpness, applied at that depth
   * @param colours change of colours, applied before
   */
  public OutputSink(
      FrameSink sink,
      Frame.Depth depth,
      Enhancement enhancement,
      Optional<Palette.Transfer> colours) {
    this.sink = sink;
    this.depth = depth;
    this.enhancement = enhancement;
    this.colours = colours;
  }

  /** Returns the number of frames written so far. */
  public int frames() {
    return frames;
  }

  @Override
  public void write(Frame frame) throws IOException {
    Frame changed = colours.map(change -> change.apply(frame)).orElse(frame);
    sink.write(enhancement.apply(changed.as(depth)).as(depth));
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
