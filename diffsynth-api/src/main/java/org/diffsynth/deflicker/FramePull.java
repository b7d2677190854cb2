package org.diffsynth.deflicker;

import java.util.Objects;
import org.diffsynth.match.PatchMatchOptions;

/**
 * Pix2Video's guidance: in the first part of the run every frame is pulled toward the estimate of
 * the frame before it.
 *
 * <p>After a step, x of frame i becomes x − w·(x̂₀ of frame i − x̂₀ of frame i−1), both as
 * predicted (and deflickered) in that step, with w = 2·weight/n for n samples in one frame of
 * latents. That is the gradient of weight·MSE(x̂₀, x̂₀ of the frame before) by x̂₀ itself, which is
 * all that the released code takes. At 512×512, n is 16384 and w = 0.0122 for a weight of 100;
 * smaller pictures are pulled harder. Frame 0 is not pulled.
 *
 * @param toward which picture of the frame before
 * @param weight factor of the squared error, above 0; released 100. At most n/2, where a pull would
 *     go the whole way
 * @param until the share of the run's steps that pull, in (0, 1]; a step counts when it lies in
 *     that part wholly. Default 0.52, the released 26 of 50
 * @param matching how correspondences are searched for {@link Toward#REMAPPED_PREVIOUS}
 * @param engine which hardware searches them
 * @see <a href="https://arxiv.org/abs/2303.12688">Ceylan et al. 2023, Pix2Video, section 3.2</a>
 */
public record FramePull(
    Toward toward, double weight, double until, PatchMatchOptions matching, Engine engine) {

  /** Which picture of the frame before a frame is pulled toward. */
  public enum Toward {
    /** As it is, sample by sample, as published: what moves is pulled toward where it was. */
    PREVIOUS,
    /**
     * Carried along the motion of the input video: each latent pixel takes the one that a
     * nearest-neighbour field names, searched between the two input frames at the size of the
     * latents. Needs an input video of at least one patch at that size.
     */
    REMAPPED_PREVIOUS
  }

  private static final double RELEASED_WEIGHT = 100;
  private static final double RELEASED_SHARE = 0.52;

  /** Checks the ranges. */
  public FramePull {
    Objects.requireNonNull(toward, "toward");
    Objects.requireNonNull(matching, "matching");
    Objects.requireNonNull(engine, "engine");
    if (!(weight > 0 && Double.isFinite(weight))) {
      throw new IllegalArgumentException("weight must be above 0 and finite, was " + weight);
    }
    if (!(until > 0 && until <= 1)) {
      throw new IllegalArgumentException("until must be in (0, 1], was " + until);
    }
  }

  /** As released. */
  public static FramePull toPrevious() {
    return new FramePull(
        Toward.PREVIOUS, RELEASED_WEIGHT, RELEASED_SHARE, PatchMatchOptions.DEFAULT, Engine.AUTO);
  }

  /** Toward the frame before carried along the input's motion, as strongly. */
  public static FramePull toRemappedPrevious() {
    return new FramePull(
        Toward.REMAPPED_PREVIOUS,
        RELEASED_WEIGHT,
        RELEASED_SHARE,
        PatchMatchOptions.DEFAULT,
        Engine.AUTO);
  }

  /** The same with another weight. */
  public FramePull withWeight(double newWeight) {
    return new FramePull(toward, newWeight, until, matching, engine);
  }

  /** The same in another part of the run. */
  public FramePull until(double share) {
    return new FramePull(toward, weight, share, matching, engine);
  }

  /** The same with another way of matching. */
  public FramePull withMatching(PatchMatchOptions newMatching) {
    return new FramePull(toward, weight, until, newMatching, engine);
  }

  /** The same on another engine. The result is the same too. */
  public FramePull withEngine(Engine newEngine) {
    return new FramePull(toward, weight, until, matching, newEngine);
  }

  /** Whether step {@code index} of {@code steps}, counted from 0, pulls. */
  public boolean pullsAt(int index, int steps) {
    // Shares such as 0.3 are not exact, and 3/10 must count as reaching them.
    return (index + 1.0) / steps <= until + 1e-9;
  }
}
