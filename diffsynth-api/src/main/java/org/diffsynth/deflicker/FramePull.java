package org.diffsynth.deflicker;

import java.util.Objects;
import org.diffsynth.match.PatchMatchOptions;

/**
 * The guidance of Pix2Video: in the first part of a run, the estimate of every frame is pulled
 * toward the estimate of the previous frame.
 *
 * <p>After a step, x of frame i becomes
 *
 * <pre>
 * x_i − w·(x̂₀_i − x̂₀_{i−1}),   w = 2·weight/n
 * </pre>
 *
 * <p>where n is the number of samples in the latents of one frame. Both estimates are those of that
 * step, after deflickering. The difference is the gradient of weight·MSE(x̂₀_i, x̂₀_{i−1}) with
 * respect to x̂₀_i; the released code uses this gradient as it is and does not propagate it through
 * the UNet. At 512×512, n is 16384 and w is 0.0122 for a weight of 100; smaller pictures are pulled
 * more strongly. The first frame of a shot is not pulled.
 *
 * <table>
 * <caption>Notation</caption>
 * <tr><td>x_i</td><td>{@code latents}, frame i</td></tr>
 * <tr><td>x̂₀_i</td><td>{@code predictedOriginal}, frame i</td></tr>
 * <tr><td>w</td><td>{@code factor}</td></tr>
 * </table>
 *
 * @param toward picture of the previous frame that a frame is pulled toward
 * @param weight factor of the squared error; above 0 and at most n/2, at which a frame would become
 *     the previous frame. Default 100, the released value; larger values are steadier and follow
 *     motion less
 * @param until share of the run's steps that pull, in (0, 1]; a step pulls if it lies completely
 *     within this share. Default 0.52, the released 26 of 50 steps
 * @param matching search for correspondences, used by {@link Toward#REMAPPED_PREVIOUS}; {@link
 *     Toward#MATCHED_PREVIOUS} compares all patches and has no settings
 * @param shots where shots begin. Default {@link Shots#AUTO}, which finds the cuts in the input
 *     video; frames generated without one are one shot then
 * @see <a href="https://arxiv.org/abs/2303.12688">Ceylan et al. 2023, Pix2Video, section 3.2</a>
 */
public record FramePull(
    Toward toward, double weight, double until, PatchMatchOptions matching, Shots shots) {

  /** The picture of the previous frame that a frame is pulled toward. */
  public enum Toward {
    /**
     * The previous frame unchanged, sample by sample, as published. Moving things are pulled toward
     * their previous position.
     */
    PREVIOUS,
    /**
     * The previous frame carried along the motion of the input video. The motion is a
     * nearest-neighbor field between the two input frames, scaled to the size of the latents. Needs
     * an input video that is at least one patch large at that size.
     */
    REMAPPED_PREVIOUS,
    /**
     * The previous frame carried along correspondences between the two estimates themselves. In
     * every step that pulls, each patch of 5 by 5 latent pixels of a frame is compared with all
     * patches of the previous frame. Needs no input video, so it also works when frames are
     * generated from noise; with an input video that moves, {@link #REMAPPED_PREVIOUS} follows the
     * motion more closely. Needs latents of at least 5 by 5 pixels. The cost grows with the square
     * of the number of latent pixels.
     */
    MATCHED_PREVIOUS
  }

  private static final double RELEASED_WEIGHT = 100;
  private static final double RELEASED_SHARE = 0.52;

  /**
   * Creates a {@code FramePull} from its components.
   *
   * @throws IllegalArgumentException if a component is outside its documented range
   */
  public FramePull {
    Objects.requireNonNull(toward, "toward");
    Objects.requireNonNull(matching, "matching");
    Objects.requireNonNull(shots, "shots");
    if (!(weight > 0 && Double.isFinite(weight))) {
      throw new IllegalArgumentException("weight must be above 0 and finite, but was " + weight);
    }
    if (!(until > 0 && until <= 1)) {
      throw new IllegalArgumentException("until must be in (0, 1], but was " + until);
    }
  }

  /** Returns the released settings: a pull toward the unchanged previous frame. */
  public static FramePull toPrevious() {
    return released(Toward.PREVIOUS);
  }

  /**
   * Returns a pull toward the previous frame carried along the motion of the input, with the
   * released weight and share of steps.
   */
  public static FramePull toRemappedPrevious() {
    return released(Toward.REMAPPED_PREVIOUS);
  }

  /**
   * Returns a pull toward the previous frame carried along correspondences between the estimates,
   * with the released weight and share of steps. It needs no input video.
   */
  public static FramePull toMatchedPrevious() {
    return released(Toward.MATCHED_PREVIOUS);
  }

  private static FramePull released(Toward toward) {
    return new FramePull(
        toward, RELEASED_WEIGHT, RELEASED_SHARE, PatchMatchOptions.DEFAULT, Shots.AUTO);
  }

  /** Returns a copy of this pull with the given weight. */
  public FramePull withWeight(double newWeight) {
    return new FramePull(toward, newWeight, until, matching, shots);
  }

  /** Returns a copy of this pull that ends after the given share of the run's steps. */
  public FramePull withUntil(double share) {
    return new FramePull(toward, weight, share, matching, shots);
  }

  /** Returns a copy of this pull with the given search for correspondences. */
  public FramePull withMatching(PatchMatchOptions newMatching) {
    return new FramePull(toward, weight, until, newMatching, shots);
  }

  /** Returns a copy of this pull with the given shots. */
  public FramePull withShots(Shots newShots) {
    return new FramePull(toward, weight, until, matching, newShots);
  }

  /** Returns whether step {@code index} of {@code steps}, counted from 0, pulls. */
  public boolean pullsAt(int index, int steps) {
    // A share such as 0.3 has no exact double, and step 3 of 10 must still count as complete.
    return (index + 1.0) / steps <= until + 1e-9;
  }
}
