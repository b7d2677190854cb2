package org.diffsynth.match;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.diffsynth.internal.text.Text;

/**
 * How PatchMatch searches for correspondences between two frames.
 *
 * @param schedule order of the candidates
 * @param patchSizes side of the square patch in each iteration of a pyramid level, in pixels; odd,
 *     3 to 63, largest first. Cost grows with the sum of their squares
 * @param randomProbes random candidates per pixel and iteration, 0 to 16
 * @param probeRadius largest distance of a random candidate from the present match, in pixels of
 *     the level, 1 to 1024; {@link SearchSchedule#SWEEP} halves it from probe to probe
 * @param guideWeight weight of the guide error against a style error of weight 1, where a style
 *     error is used; finite, at least 0
 * @param seed seed of the random candidates; equal seeds give equal bytes on every engine
 * @see <a href="https://doi.org/10.1145/1531326.1531330">Barnes et al. 2009, PatchMatch, section
 *     3</a>
 */
public record PatchMatchOptions(
    SearchSchedule schedule,
    List<Integer> patchSizes,
    int randomProbes,
    int probeRadius,
    float guideWeight,
    long seed) {

  /**
   * Default options for matching and blending: two sweeping iterations with patches of 5 by 5
   * pixels.
   */
  public static final PatchMatchOptions DEFAULT =
      new PatchMatchOptions(SearchSchedule.SWEEP, List.of(5, 5), 3, 8, 10f, 0);

  /** FastBlend's published schedule and defaults. */
  public static final PatchMatchOptions PUBLISHED =
      new PatchMatchOptions(SearchSchedule.PUBLISHED, List.of(13, 11, 9, 7, 5), 3, 4, 10f, 0);

  private static final int MIN_PATCH = 3;
  private static final int MAX_PATCH = 63;
  private static final int MAX_ITERATIONS = 32;

  /**
   * Creates a {@code PatchMatchOptions} from its components.
   *
   * @throws IllegalArgumentException if a component is outside its documented range
   */
  public PatchMatchOptions {
    Objects.requireNonNull(schedule, "schedule");
    patchSizes = List.copyOf(patchSizes);
    if (patchSizes.isEmpty() || patchSizes.size() > MAX_ITERATIONS) {
      throw new IllegalArgumentException(
          Text.format(
              "patchSizes must have 1 to %d entries, but had %d",
              MAX_ITERATIONS, patchSizes.size()));
    }
    int previous = MAX_PATCH;
    for (int patchSize : patchSizes) {
      if (patchSize < MIN_PATCH || patchSize > MAX_PATCH || patchSize % 2 == 0) {
        throw new IllegalArgumentException(
            Text.format(
                "patchSize must be odd and in [%d, %d], but was %d",
                MIN_PATCH, MAX_PATCH, patchSize));
      }
      if (patchSize > previous) {
        throw new IllegalArgumentException(
            "patchSizes must not grow from iteration to iteration, but were " + patchSizes);
      }
      previous = patchSize;
    }
    if (randomProbes < 0 || randomProbes > 16) {
      throw new IllegalArgumentException(
          "randomProbes must be in [0, 16], but was " + randomProbes);
    }
    if (probeRadius < 1 || probeRadius > 1024) {
      throw new IllegalArgumentException(
          "probeRadius must be in [1, 1024], but was " + probeRadius);
    }
    if (!(guideWeight >= 0) || Float.isInfinite(guideWeight)) {
      throw new IllegalArgumentException(
          "guideWeight must be finite and at least 0, but was " + guideWeight);
    }
  }

  /**
   * Returns a copy of these options with the given patch sizes.
   *
   * @param sizes side of the patch in each iteration, in pixels; odd, 3 to 63, largest first
   */
  public PatchMatchOptions withPatchSizes(int... sizes) {
    return new PatchMatchOptions(
        schedule,
        Arrays.stream(sizes).boxed().toList(),
        randomProbes,
        probeRadius,
        guideWeight,
        seed);
  }

  /**
   * Returns a copy of these options with the given random candidates.
   *
   * @param count candidates per pixel and iteration, 0 to 16
   * @param radius largest distance from the present match in pixels, 1 to 1024
   */
  public PatchMatchOptions withRandomProbes(int count, int radius) {
    return new PatchMatchOptions(schedule, patchSizes, count, radius, guideWeight, seed);
  }

  /** Returns a copy of these options with the given guide weight, finite and at least 0. */
  public PatchMatchOptions withGuideWeight(float weight) {
    return new PatchMatchOptions(schedule, patchSizes, randomProbes, probeRadius, weight, seed);
  }

  /** Returns a copy of these options with the given seed of the random candidates. */
  public PatchMatchOptions withSeed(long newSeed) {
    return new PatchMatchOptions(
        schedule, patchSizes, randomProbes, probeRadius, guideWeight, newSeed);
  }

  /** Returns the side of the largest patch, in pixels. No frame may be smaller. */
  public int largestPatch() {
    return patchSizes.get(0);
  }

  /** Returns the side of the smallest patch, in pixels, which is the patch that remaps pictures. */
  public int smallestPatch() {
    return patchSizes.get(patchSizes.size() - 1);
  }

  /** The order in which PatchMatch tries candidates on each pyramid level. */
  public enum SearchSchedule {

    /**
     * Directional sweeps on the guide alone, the default. A pixel tries the match that the sweep
     * has just found for its neighbour, so a good match crosses the whole picture in one sweep.
     */
    SWEEP,

    /**
     * The schedule published with FastBlend: all pixels at once, one step per try, four tries in
     * random order, a fixed probe radius, and a style picture that is recomputed from the votes of
     * each iteration. It is slower and less exact, and is kept so that results can be compared.
     */
    PUBLISHED
  }
}
