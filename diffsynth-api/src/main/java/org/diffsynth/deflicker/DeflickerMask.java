package org.diffsynth.deflicker;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.diffsynth.internal.text.Text;

/**
 * Where a video is deflickered: white pixels of the mask are deflickered, black pixels keep the
 * input, and grey pixels get a mixture.
 *
 * <p>The brightness of a pixel counts, its colour does not. Brightness up to 16 of 255 is black and
 * from 239 is white, because compressed masks have noise there. A mask of another size is scaled to
 * the video, if it has the proportions of the video.
 *
 * <p>A feather softens the edge of the deflickered region towards its inside: the effect grows
 * evenly from the black pixels to its full amount at the feather's distance from them. So black
 * pixels keep the input exactly, with any feather. The border of the picture is not an edge.
 *
 * <pre>{@code
 * Deflicker sky = PatchBlending.DEFAULT.withMask(DeflickerMask.of(picture).withFeather(20));
 * }</pre>
 *
 * <p>Masks are immutable, and threads may share them.
 */
public final class DeflickerMask {

  /** The feather that a mask has by default, in pixels of the video. */
  public static final int DEFAULT_FEATHER = 8;

  private static final int MAX_FEATHER = 10_000;

  private final Opener opener;
  private final int feather;

  /** Opens the pictures of a mask at the first one. */
  @FunctionalInterface
  public interface Opener {

    /**
     * Returns a new source of mask pictures: one picture for all frames, or one for each frame of
     * the video. A run closes the source that it opened.
     *
     * @throws IOException if the pictures cannot be read
     */
    FrameSource open() throws IOException;
  }

  private DeflickerMask(Opener opener, int feather) {
    this.opener = Objects.requireNonNull(opener, "opener");
    this.feather = feather;
  }

  /** Returns a mask of one picture, which applies to all frames. */
  public static DeflickerMask of(Frame picture) {
    Video still = Video.of(List.of(picture), FrameRate.DEFAULT);
    return of(still);
  }

  /** Returns a mask with one picture for each frame of the video, or with one picture for all. */
  public static DeflickerMask of(Video pictures) {
    Objects.requireNonNull(pictures, "pictures");
    return of(pictures::open);
  }

  /**
   * Returns a mask whose pictures are read while the video is deflickered: one for each frame of
   * the video, or one for all.
   *
   * @param opener opens the pictures; each run over a video calls it once
   */
  public static DeflickerMask of(Opener opener) {
    return new DeflickerMask(opener, DEFAULT_FEATHER);
  }

  /**
   * Returns a copy of this mask with the given feather.
   *
   * @param pixels width of the soft edge in pixels of the video, 0 to 10000; default 8. 0 uses the
   *     brightness of the mask as it is; about a hundredth of the picture's width hides most edges
   */
  public DeflickerMask withFeather(int pixels) {
    if (pixels < 0 || pixels > MAX_FEATHER) {
      throw new IllegalArgumentException(
          Text.format("feather must be in [0, %d], but was %d", MAX_FEATHER, pixels));
    }
    return new DeflickerMask(opener, pixels);
  }

  /** Returns the width of the soft edge in pixels of the video. */
  public int feather() {
    return feather;
  }

  FrameSource open() throws IOException {
    return opener.open();
  }
}
