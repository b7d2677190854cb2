package org.diffsynth.control;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.diffsynth.internal.text.Text;
import org.diffsynth.io.Resampler;

/**
 * Returns the pictures of a control video one after the other, scaled to the size of the frames.
 *
 * <p>A control video is often made for the original size of the clip, while frames have had their
 * sides rounded to multiples of 64 for a model. A picture is therefore accepted if its proportions
 * differ by at most a tenth, or by at most what such rounding explains.
 */
final class ControlVideoAnnotator implements Annotator {

  /** Largest ratio of the two scale factors that is accepted in any case. */
  private static final double MAX_STRETCH = 1.1;

  /** Largest distance, in pixels, between a side and its nearest multiple of 64. */
  private static final double ROUNDING = 32;

  /** Largest ratio of the two scale factors that rounding of small sides may explain. */
  private static final double MAX_ROUNDED_STRETCH = 1.7;

  private final FrameSource source;
  private final Video clip;
  private int read;

  /**
   * Creates an annotator.
   *
   * @param clip the clip that {@code source} reads, so that each run can begin with its first
   *     picture; null if the source can be read only once
   */
  private ControlVideoAnnotator(FrameSource source, Video clip) {
    this.source = Objects.requireNonNull(source, "source");
    this.clip = clip;
  }

  static ControlVideoAnnotator of(FrameSource source) {
    return new ControlVideoAnnotator(source, null);
  }

  static ControlVideoAnnotator of(Video clip) {
    return new ControlVideoAnnotator(clip.open(), clip);
  }

  @Override
  public Frame annotate(Frame frame) {
    Frame picture;
    try {
      picture = source.read();
    } catch (IOException e) {
      throw new UncheckedIOException(
          Text.format("control picture %d: %s", read, e.getMessage()), e);
    }
    if (picture == null) {
      throw new IllegalArgumentException(
          Text.format("the control video has %d pictures, but there are more frames", read));
    }
    if (isDistorted(picture, frame)) {
      throw new IllegalArgumentException(
          Text.format(
                  "control picture %d is %s, which cannot be scaled to the %s of its frame without",
                  read, picture.size(), frame.size())
              + " distortion");
    }
    read++;
    return Resampler.resized(picture, frame.size());
  }

  @Override
  public Annotator forRun() {
    if (read == 0) {
      return this;
    }
    if (clip == null) {
      throw new IllegalStateException(
          Text.format(
              "an earlier run has read %d control pictures from this source; give each run a new source",
              read));
    }
    return of(clip);
  }

  private static boolean isDistorted(Frame picture, Frame frame) {
    double across = (double) frame.width() / picture.width();
    double down = (double) frame.height() / picture.height();
    double stretch = Math.max(across / down, down / across);
    // Rounding explains the stretch if one scale gives both sides to within the rounding.
    double least =
        Math.max(across - ROUNDING / picture.width(), down - ROUNDING / picture.height());
    double most = Math.min(across + ROUNDING / picture.width(), down + ROUNDING / picture.height());
    boolean rounded = least <= most && stretch <= MAX_ROUNDED_STRETCH;
    return stretch > MAX_STRETCH && !rounded;
  }
}
