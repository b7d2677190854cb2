package org.diffsynth.spi;

import java.util.Optional;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.QuantizedLatents;

/**
 * Finds correspondences between frames and carries pictures along them, on one kind of hardware.
 *
 * <p>Every matcher gives the same bytes for the same options and frames, whatever it runs on, and
 * whatever its number of threads or the size of its batches. Who opens a matcher closes it, after
 * the sessions it opened. One thread at a time may call it; it uses as many as it likes inside.
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

  /** The options it was opened with. */
  PatchMatchOptions options();

  /**
   * Where each patch of {@code target} is found in {@code source}.
   *
   * @throws IllegalArgumentException if the sizes differ or are smaller than the largest patch
   */
  NearestNeighborField match(Frame source, Frame target);

  /** Side of the square patches that {@link #matchLatents} compares, in latent pixels. */
  int LATENT_PATCH = 5;

  /**
   * Where each patch of {@code target} is found in {@code source}, having compared it with every
   * one there: the smallest sum of squared differences of the 5 by 5 by 4 samples, and where that
   * is equal the first in reading order. Pixels too close to an edge for a patch take the offset of
   * the nearest that is not. No option of the matcher plays a part.
   *
   * <p>The cost grows with the square of the number of pixels: for 64×64 latents there are 13
   * million pairs of patches to compare.
   *
   * @throws IllegalArgumentException if the sizes differ or are smaller than one patch
   */
  NearestNeighborField matchLatents(QuantizedLatents source, QuantizedLatents target);

  /**
   * Carries {@code picture}, which lies over the field's source, to the field's target. Each pixel
   * is the weighted mean of what the matches around it point to: 3 by 3 of them, its own most, or
   * with the published schedule all over the smallest patch alike.
   *
   * @param field of any origin; see {@link NearestNeighborField#withPatchesInside} for what happens
   *     at edges
   * @throws IllegalArgumentException if the sizes differ or are smaller than one such patch
   */
  Frame remap(Frame picture, NearestNeighborField field);

  /**
   * Opens the engine side of one blending run over frames of one size.
   *
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

  /** Frees what it holds; a second call does nothing. */
  @Override
  void close();
}
