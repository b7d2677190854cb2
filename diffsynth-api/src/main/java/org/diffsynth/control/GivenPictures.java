package org.diffsynth.control;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.diffsynth.Frame;
import org.diffsynth.FrameSource;
import org.diffsynth.Video;
import org.diffsynth.io.Lanczos;

/**
 * Control pictures that exist already, handed out one for each frame: depth from a renderer, normal
 * maps, edges drawn by hand, poses drawn by {@link PoseDrawing}. Unlike a control video of a
 * request they are read one at a time.
 *
 * <p>Holds its place in the source: make a new one for each run, and use it from one thread. The
 * caller keeps and closes the source.
 */
public final class GivenPictures implements Annotator {

  /** Sides may be rounded to a multiple, of 8 at most, on the way to a model. */
  private static final double MAX_STRETCH = 1.1;

  private final FrameSource source;
  private int given;

  /** Pictures read as they are asked for. */
  public GivenPictures(FrameSource source) {
    this.source = Objects.requireNonNull(source, "source");
  }

  /** The frames of a clip. */
  public static GivenPictures of(Video pictures) {
    return new GivenPictures(pictures.open());
  }

  /**
   * The next picture, whatever the frame shows, scaled to the frame's size.
   *
   * @throws IllegalArgumentException if there are fewer pictures than frames, or the picture's
   *     proportions differ from the frame's by more than a tenth
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
    double stretch =
        (double) picture.width() * frame.height() / ((double) picture.height() * frame.width());
    if (Math.max(stretch, 1 / stretch) > MAX_STRETCH) {
      throw new IllegalArgumentException(
          "control picture %d is %s, which cannot be made %s like its frame without distortion"
              .formatted(given, picture.size(), frame.size()));
    }
    given++;
    return Lanczos.resized(picture, frame.width(), frame.height());
  }
}
