package org.diffsynth.control;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.diffsynth.Frame;
import org.diffsynth.FrameSource;
import org.diffsynth.Video;

/**
 * Control pictures that exist already, handed out one for each frame: depth from a renderer, normal
 * maps, edges drawn by hand, poses drawn by {@link PoseDrawing}.
 *
 * <p>Holds its place in the source: make a new one for each run, and use it from one thread. The
 * caller keeps and closes the source.
 */
public final class GivenPictures implements Annotator {

  private final FrameSource source;
  private int given;

  /** Pictures read as they are asked for. */
  public GivenPictures(FrameSource source) {
    this.source = source;
  }

  /** The frames of a clip. */
  public static GivenPictures of(Video pictures) {
    return new GivenPictures(pictures.open());
  }

  /**
   * The next picture, whatever the frame shows.
   *
   * @throws IllegalArgumentException if there are fewer pictures than frames, or the picture is of
   *     another size than the frame
   * @throws UncheckedIOException if it cannot be read
   */
  @Override
  public Frame annotate(Frame frame) {
    Frame picture;
    try {
      picture = source.read();
    } catch (IOException e) {
      throw new UncheckedIOException("control picture " + given + ": " + e.getMessage(), e);
    }
    if (picture == null) {
      throw new IllegalArgumentException(
          "there are %d control pictures, but more frames".formatted(given));
    }
    if (!picture.sameSize(frame)) {
      throw new IllegalArgumentException(
          "control picture %d is %s, but its frame is %s"
              .formatted(given, picture.size(), frame.size()));
    }
    given++;
    return picture;
  }
}
