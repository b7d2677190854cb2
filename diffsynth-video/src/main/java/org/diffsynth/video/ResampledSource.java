package org.diffsynth.video;

import java.io.IOException;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;

/**
 * Shows the frames of another source at a constant frame rate: at each time the frame that the
 * other source shows then, to half a frame. Frames are repeated or left out where the rates differ.
 */
final class ResampledSource implements FrameSource {

  private final FrameSource source;
  private final SteadyGrid grid;
  private final VideoFormat format;
  private Frame current;
  private int read;
  private int given;
  private int until;

  ResampledSource(FrameSource source, FrameTimes times, FrameRate rate) {
    this.source = source;
    this.grid = new SteadyGrid(times, rate);
    this.format = source.format().withFrameRate(rate).withFrameCount(grid.placeOf(times.count()));
  }

  @Override
  public VideoFormat format() {
    return format;
  }

  @Override
  public Frame read() throws IOException {
    while (given >= until) {
      Frame next = source.read();
      if (next == null) {
        return null;
      }
      current = next;
      read++;
      until = grid.placeOf(read);
    }
    given++;
    return current;
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
