package org.diffsynth.internal.blend;

import java.io.IOException;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.text.Text;

/**
 * Reads a guide and a style frame by frame, and checks that the two have the same proportions and
 * length.
 */
final class FramePairs {

  private final FrameSource guides;
  private final FrameSource styles;
  private long framesRead;
  private Frame guide;
  private Frame style;

  /**
   * Creates a reader of two sources, which the caller closes.
   *
   * @throws IllegalArgumentException if the formats of the sources differ in proportions or length
   */
  FramePairs(FrameSource guides, FrameSource styles) {
    this.guides = guides;
    this.styles = styles;
    checkAlike(guides.format(), styles.format());
  }

  /**
   * Reads the next frame of both sources, and returns whether there is one.
   *
   * @throws IllegalArgumentException if one source ends before the other
   */
  boolean advance() throws IOException {
    guide = guides.read();
    style = styles.read();
    if (guide == null && style == null) {
      return false;
    }
    if (guide == null || style == null) {
      throw unequalLength(
          guide == null ? framesRead : framesRead + 1 + countRest(guides),
          style == null ? framesRead : framesRead + 1 + countRest(styles));
    }
    framesRead++;
    return true;
  }

  /** Returns the frame of the guide that the last call of {@link #advance} read. */
  Frame guide() {
    return guide;
  }

  /** Returns the frame of the style that the last call of {@link #advance} read. */
  Frame style() {
    return style;
  }

  private static void checkAlike(VideoFormat guide, VideoFormat style) {
    if (!guide.size().isProportionalTo(style.size())) {
      throw new IllegalArgumentException(
          Text.format(
              "guide and style must have the same proportions, but were %s and %s; crop or pad one"
                  + " of them so that both show the same picture",
              guide.size(), style.size()));
    }
    if (guide.frameCount() > 0
        && style.frameCount() > 0
        && guide.frameCount() != style.frameCount()) {
      throw unequalLength(guide.frameCount(), style.frameCount());
    }
  }

  private static IllegalArgumentException unequalLength(long guide, long style) {
    return new IllegalArgumentException(
        Text.format(
            "guide and style must have one length, but were %d and %d frames", guide, style));
  }

  private static long countRest(FrameSource source) throws IOException {
    long count = 0;
    while (source.read() != null) {
      count++;
    }
    return count;
  }
}
