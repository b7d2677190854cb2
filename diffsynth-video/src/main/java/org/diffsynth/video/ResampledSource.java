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
  private final int frames;
  private final SteadyGrid grid;
  private final VideoFormat format;
  private Frame current;
  private int read;
  private int given;
  private int until;

  ResampledSource(FrameSource source, FrameTimes times, FrameRate rate) {
    this.source = source;
    this.frames = times.count();
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
  public int skip(int count) throws IOException {
    int before = given;
    int target = (int) Math.min(Integer.MAX_VALUE, (long) given + count);
    int over = read; // frames of the file that fill no place from the target on
    while (over < frames && grid.placeOf(over + 1) <= target) {
      over++;
    }
    if (over > read) {
      read += source.skip(over - read);
      until = grid.placeOf(read);
      given = Math.max(given, until);
    }
    return given - before + FrameSource.super.skip(target - given);
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
