package org.diffsynth.spi;

import java.util.function.Supplier;
import org.diffsynth.frame.Frame;

/**
 * The default blend ({@code SHARP}) on top of matching: the frames of a window agree on each pixel,
 * the agreed picture gets back the detail that the guide shows, and neighbouring agreed pictures
 * are averaged along smooth motion. A session sees the frames of one shot.
 *
 * <p>A caller puts guide and style of each frame, matches, and then calls, in order of frames,
 * {@link #agree} and {@link #steady}. The result depends on guides, styles and fields only, never
 * on the engine or its threads.
 *
 * @see <a href="https://doi.org/10.1109/34.1000236">Comaniciu and Meer 2002, Mean Shift</a>
 * @see <a href="https://doi.org/10.1109/TPAMI.2012.213">He, Sun and Tang 2013, Guided Image
 *     Filtering</a>
 */
public interface AgreementSession extends MatchSession {

  /**
   * Opens a session of the default blend for a matcher: on the matcher's own device where it can,
   * otherwise on the CPU from the fields that the matcher finds, by the fastest provider that
   * offers {@link PatchMatcherProvider#openAgreementOver}.
   *
   * @param threads number of threads to work with on the CPU, at least 1
   * @return the session; the caller closes it before the matcher
   * @throws IllegalArgumentException if the size is smaller than the largest patch
   * @throws IllegalStateException if no provider can compute the blend, with the remedy
   */
  static AgreementSession open(PatchMatcher matcher, int width, int height, int threads) {
    return PatchMatchers.openAgreement(matcher, width, height, threads);
  }

  /**
   * Computes and keeps the agreed picture of a frame from the frames of its window.
   *
   * @param first first frame of the window, at most {@code frame}
   * @param last last frame of the window, at least {@code frame}
   * @throws IllegalStateException if a guide, a style or a field from a frame of the window to
   *     {@code frame} is missing
   */
  void agree(int frame, int first, int last);

  /**
   * Averages the agreed picture of a frame with those of its neighbours, carried along smooth
   * motion. The session may free the agreed pictures of the frames before {@code first}.
   *
   * @param first first frame that takes part, at most {@code frame}, and not before the first frame
   *     of an earlier call
   * @param last last frame that takes part, at least {@code frame}
   * @return the finished frame, 16 bits a sample
   * @throws IllegalStateException if a guide or an agreed picture is missing or freed
   */
  Frame steady(int frame, int first, int last);

  /**
   * Does what {@link #steady} does and returns the finished frame when it is asked for: an engine
   * can go on with the next frames while the caller writes this one. By default, the frame is
   * computed at once.
   *
   * @return supplies the finished frame, and waits until it is computed. The thread that calls the
   *     session calls the supplier at most once, and before it closes the session
   */
  default Supplier<Frame> steadyLater(int frame, int first, int last) {
    Frame finished = steady(frame, first, last);
    return () -> finished;
  }
}
