package org.diffsynth.spi;

import java.util.Optional;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.QuantizedLatents;

/**
 * An engine that is open: finds correspondences between frames and carries pictures along them, on
 * one kind of hardware.
 *
 * <p>Every matcher gives the same bytes for the same options and frames, on any hardware, with any
 * number of threads and any size of batches. The caller that opens a matcher closes it, after the
 * sessions that the matcher opened. Only one thread at a time may call a matcher; inside, it works
 * with several.
 */
public interface PatchMatcher extends AutoCloseable {

  /**
   * Opens a matcher on the engine and with the threads of {@code compute}. The caller closes it.
   *
   * @throws IllegalArgumentException if no engine has that name; the message lists the known names
   * @throws IllegalStateException if the engine cannot run here; the message has its reason
   */
  static PatchMatcher open(ComputeOptions compute, PatchMatchOptions options) {
    return PatchMatchers.open(compute, options);
  }

  /** Returns the options with which the matcher was opened. */
  PatchMatchOptions options();

  /**
   * Finds, for each pixel of {@code target}, the pixel of {@code source} whose patch looks most
   * like the patch around it.
   *
   * @throws IllegalArgumentException if the sizes differ or are smaller than the largest patch
   */
  NearestNeighborField match(Frame source, Frame target);

  /** Side of the square patches that {@link #matchLatents} compares, in latent pixels. */
  int LATENT_PATCH = 5;

  /**
   * Finds the most similar patch of {@code source} for each patch of {@code target} by exhaustive
   * search. The error is the sum of squared differences of the 5 by 5 by 4 samples; of equal
   * errors, the first in reading order wins. Pixels too close to an edge for a patch get the offset
   * of the nearest pixel that has one. No option of the matcher plays a part.
   *
   * <p>The cost grows with the square of the number of pixels: for 64×64 latents there are 13
   * million pairs of patches to compare.
   *
   * @throws IllegalArgumentException if the sizes differ or are smaller than one patch
   */
  NearestNeighborField matchLatents(QuantizedLatents source, QuantizedLatents target);

  /**
   * Carries a picture along a field. Each pixel of the result is the weighted mean of the source
   * pixels to which the matches around it point: of 3 by 3 matches, where its own counts most; or,
   * with {@link org.diffsynth.match.PatchMatchOptions.SearchSchedule#PUBLISHED}, of all matches
   * over the smallest patch with equal weights.
   *
   * @param picture picture over the source frame of the field
   * @param field field of any origin; {@link NearestNeighborField#withPatchesInside} is applied to
   *     it
   * @return the picture over the target frame, 16 bits a sample
   * @throws IllegalArgumentException if the sizes differ or are smaller than one such patch
   */
  Frame remap(Frame picture, NearestNeighborField field);

  /**
   * Opens a session that matches and carries, for one run over frames of one size.
   *
   * @return the session; the caller closes it before this matcher
   * @throws IllegalArgumentException if the size is smaller than the largest patch
   */
  BlendSession openSession(int width, int height);

  /**
   * Opens a session of the default blend that computes on this engine's own device.
   *
   * @return the session, which the caller closes; empty if this engine can only match and carry.
   *     {@link AgreementSession#open} then computes the blend on the CPU
   * @throws IllegalArgumentException if the size is smaller than the largest patch
   */
  default Optional<AgreementSession> openAgreement(int width, int height) {
    return Optional.empty();
  }

  /** Frees everything that the matcher holds. A second call does nothing. */
  @Override
  void close();
}
