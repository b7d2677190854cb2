package org.diffsynth.app.report;

import java.io.IOException;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.io.Resampler;

/** A video of before (left) and after (right) for a page. */
final class SideBySide implements AutoCloseable {

  private final PageClip clip;
  private final int width;
  private final int height;

  private SideBySide(VideoFormat format) throws IOException {
    int[] size = PageClip.size(format);
    width = size[0];
    height = size[1];
    clip = new PageClip(format.frameRate());
  }

  static SideBySide create(VideoFormat format) throws IOException {
    return new SideBySide(format);
  }

  void add(Frame before, Frame after) throws IOException {
    if (clip.isFull()) {
      return;
    }
    byte[] left = Resampler.resized(before, new FrameSize(width, height)).toRgb8();
    byte[] right = Resampler.resized(after, new FrameSize(width, height)).toRgb8();
    byte[] both = new byte[left.length * 2];
    int row = width * 3;
    for (int y = 0; y < height; y++) {
      System.arraycopy(left, y * row, both, 2 * y * row, row);
      System.arraycopy(right, y * row, both, (2 * y + 1) * row, row);
    }
    clip.add(Frame.ofRgb8(2 * width, height, both));
  }

  /** Completes the video and returns it as text. */
  String dataUri() throws IOException {
    return clip.dataUri();
  }

  @Override
  public void close() throws IOException {
    clip.close();
  }
}
