package org.diffsynth.control;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.diffsynth.io.Resampler;

/**
 * Control pictures that exist already, handed out one for each frame: depth from a renderer, normal
 * maps, edges drawn by hand, poses drawn by {@code PoseDrawing}. Unlike a control video of a
 * request they are read one at a time.
 *
 * <p>Remembers its position in the pictures; use it from one thread. Pictures in memory ({@link
 * #of}) start again with each run. A source can be read in one run only; the caller closes it.
 */
public final class GivenPictures implements Annotator {

  /** Proportions that differ by less are taken as they are. */
  private static final double MAX_STRETCH = 1.1;

  /** A frame's sides may have been rounded to a multiple of 64 on the way to a model... */
  private static final double ROUNDING = 32;

  /** ...which stretches small frames much, but not so that a wide one becomes a tall one. */
  private static final double MAX_ROUNDED_STRETCH = 1.7;

  private final FrameSource source;
  private final Video clip;
  private int given;

  /** Pictures read as they are asked for. */
  public GivenPictures(FrameSource source) {
    this(Objects.requireNonNull(source, "source"), null);
  }

  private GivenPictures(FrameSource source, Video clip) {
    this.source = source;
    this.clip = clip;
  }

  /** The frames of a clip. */
  public static GivenPictures of(Video pictures) {
    return new GivenPictures(pictures.open(), pictures);
  }

  /**
   * The next picture, whatever the frame shows, scaled to the frame's size.
   *
   * @throws IllegalArgumentException if there are fewer pictures than frames, or the picture's
   *     proportions differ from the frame's by more than a tenth, and by more than comes of
   *     rounding its sides to multiples of 64
   * @throws UncheckedIOException if it cannot be read
   */
  @Override
  public Frame annotate(Frame frame) {
    Frame picture;
    try {
      picture = source.read();
    } catch (IOException e) {
      throw new UncheckedIOException("control picture %d: %s".formatted(given, e.getMessage()), e);
    }
    if (picture == null) {
      throw new IllegalArgumentException(
          "there are %d control pictures, but more frames".formatted(given));
    }
    if (isDistorted(picture, frame)) {
      throw new IllegalArgumentException(
          "control picture %d is %s, which cannot be made %s like its frame without distortion"
              .formatted(given, picture.size(), frame.size()));
    }
    given++;
    return Resampler.resized(picture, frame.size());
  }

  /**
   * Returns control pictures that begin with the first one.
   *
   * @throws IllegalStateException if pictures of a source were already used by another run
   */
  @Override
  public Annotator forRun() {
    if (given == 0) {
      return this;
    }
    if (clip == null) {
      throw new IllegalStateException(
          "an earlier run has read %d control pictures from this source; give each run a new source"
              .formatted(given));
    }
    return of(clip);
  }

  private static boolean isDistorted(Frame picture, Frame frame) {
    double across = (double) frame.width() / picture.width();
    double down = (double) frame.height() / picture.height();
    double stretch = Math.max(across / down, down / across);
    // Some scale gives both sides before they were rounded.
    double least =
        Math.max(across - ROUNDING / picture.width(), down - ROUNDING / picture.height());
    double most = Math.min(across + ROUNDING / picture.width(), down + ROUNDING / picture.height());
    boolean rounded = least <= most && stretch <= MAX_ROUNDED_STRETCH;
    return stretch > MAX_STRETCH && !rounded;
  }
}
