package org.diffsynth.internal.diffusion;

import java.io.IOException;
import java.util.Optional;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.io.Palette;
import org.diffsynth.request.StyleState.ColourChange;

/**
 * Keeps a finished clip in a temporary file until its palette is known, then gives all of its
 * frames one colour change: that of an example. One change for the whole clip cannot flicker.
 */
final class ColourMatch implements FrameSink {

  private final ColourChange change;
  private final FrameStore frames;
  private final Palette.Collector colours = new Palette.Collector();

  ColourMatch(ColourChange change, RenderPlan plan) throws IOException {
    FrameSize size = plan.output().size();
    this.change = change;
    this.frames =
        new FrameStore(size.width(), size.height(), plan.compute().memory().temporaryPath());
  }

  @Override
  public void write(Frame frame) throws IOException {
    frames.add(frame);
    colours.add(frame);
  }

  /**
   * Writes the frames with changed colours.
   *
   * @param input input of the clip, or null if it was made from noise
   */
  void copyTo(FrameSink sink, FrameStore input) throws IOException {
    Palette.Transfer transfer = change.correction(palette(input), colours.palette());
    for (int i = 0; i < frames.size(); i++) {
      sink.write(transfer.apply(frames.get(i)));
    }
  }

  private static Optional<Palette> palette(FrameStore input) throws IOException {
    if (input == null) {
      return Optional.empty();
    }
    Palette.Collector palette = new Palette.Collector();
    for (int i = 0; i < input.size(); i++) {
      palette.add(input.get(i));
    }
    return Optional.of(palette.palette());
  }

  @Override
  public void commit() {}

  @Override
  public void close() throws IOException {
    frames.close();
  }
}
