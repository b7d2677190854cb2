package org.diffsynth.internal.blend;

import java.io.Closeable;
import java.io.IOException;
import java.util.Map;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.VideoFormat;

/**
 * A deflicker whose results are mixed, frame by frame, with their inputs.
 *
 * @param <D> type of deflickers
 */
public interface Controlled<D> {

  /** Returns the deflicker that computes the results. */
  D deflicker();

  /** Returns whether the inputs are written as they are, so that nothing needs to be computed. */
  boolean isUnchanged();

  /** Returns the settings of the mixture by name, without the pictures of a mask. */
  Map<String, String> settings();

  /**
   * Opens a mixture that begins with frame {@code first} of a video. The caller closes it.
   *
   * @throws IllegalArgumentException if a mask does not fit the video
   */
  Mixture mixture(VideoFormat video, int first) throws IOException;

  /** Mixes the frames of a video in order. */
  interface Mixture extends Closeable {

    /** Returns the mixture of the next input with its result. */
    Frame mix(Frame input, Frame result) throws IOException;

    /**
     * Checks that the pictures of a mask end where the video ends.
     *
     * @throws IllegalArgumentException if the mask has further pictures
     */
    void checkEnd() throws IOException;
  }
}
