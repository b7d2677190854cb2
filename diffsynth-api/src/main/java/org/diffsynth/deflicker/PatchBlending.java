package org.diffsynth.deflicker;

import java.io.IOException;
import java.util.Objects;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.blend.AccuratePlan;
import org.diffsynth.internal.blend.AgreementRun;
import org.diffsynth.internal.blend.BalancedPlan;
import org.diffsynth.internal.blend.BlendPlan;
import org.diffsynth.internal.blend.BlendRun;
import org.diffsynth.internal.blend.BlindRun;
import org.diffsynth.internal.blend.CarryActions;
import org.diffsynth.internal.blend.CarryRun;
import org.diffsynth.internal.blend.FastPlan;
import org.diffsynth.internal.text.Text;
import org.diffsynth.match.FieldCache;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.PatchMatchOptions.SearchSchedule;

/**
 * Deflickers a video by patch blending: the frames around each frame are carried onto it, along
 * correspondences found in the guide, and combined.
 *
 * <p>Frames of the result have 16 bits per sample. The result depends on {@code mode}, {@code
 * windowRadius}, {@code matching} and {@code shots} only, never on {@code compute}. Memory depends
 * on the frame size and the window, never on the length of the clip. {@link BlendMode#SHARP} with
 * radius w keeps up to w²/2 + 2w correspondence fields of 4 bytes per pixel and 2w + 1 frames: 140
 * fields or 130 MB for 640×360 at radius 15. The other modes keep at most 4w fields.
 *
 * <pre>{@code
 * Video steady = PatchBlending.DEFAULT.apply(guide, style);
 * }</pre>
 *
 * @param mode how the frames of a window are combined
 * @param windowRadius number of frames on each side that are combined into one, 0 to 10000; default
 *     15, and 5 to 30 is typical. A larger window is steadier and slower, and softer in the modes
 *     that average. 0 leaves the style unchanged
 * @param matching search for correspondences
 * @param compute engine and threads that match and blend; never changes the result
 * @param shots where shots begin, which no window crosses. Default {@link Shots#AUTO}
 * @see <a href="https://arxiv.org/abs/2311.09265">Duan et al. 2023, FastBlend</a>
 */
public record PatchBlending(
    BlendMode mode,
    int windowRadius,
    PatchMatchOptions matching,
    ComputeOptions compute,
    Shots shots)
    implements Deflicker {

  /**
   * Blending with {@link BlendMode#SHARP} over 15 frames on each side: the recommended settings.
   */
  public static final PatchBlending DEFAULT = sharp(15);

  private static final int MAX_RADIUS = 10_000;

  /**
   * Creates a {@code PatchBlending} from its components.
   *
   * @throws IllegalArgumentException if a component is outside its documented range
   */
  public PatchBlending {
    Objects.requireNonNull(mode, "mode");
    Objects.requireNonNull(matching, "matching");
    Objects.requireNonNull(compute, "compute");
    Objects.requireNonNull(shots, "shots");
    if (windowRadius < 0 || windowRadius > MAX_RADIUS) {
      throw new IllegalArgumentException(
          Text.format("windowRadius must be in [0, %d], but was %d", MAX_RADIUS, windowRadius));
    }
  }

  /** Returns blending by {@link BlendMode#SHARP} with default matching on the fastest engine. */
  public static PatchBlending sharp(int windowRadius) {
    return of(BlendMode.SHARP, windowRadius);
  }

  /** Returns blending by {@link BlendMode#FAST} with default matching on the fastest engine. */
  public static PatchBlending fast(int windowRadius) {
    return of(BlendMode.FAST, windowRadius);
  }

  /** Returns blending by {@link BlendMode#BALANCED} with default matching on the fastest engine. */
  public static PatchBlending balanced(int windowRadius) {
    return of(BlendMode.BALANCED, windowRadius);
  }

  /** Returns blending by {@link BlendMode#ACCURATE} with default matching on the fastest engine. */
  public static PatchBlending accurate(int windowRadius) {
    return of(BlendMode.ACCURATE, windowRadius);
  }

  /** Returns blending by the given mode with default matching on the fastest engine. */
  public static PatchBlending of(BlendMode mode, int windowRadius) {
    return new PatchBlending(
        mode, windowRadius, PatchMatchOptions.DEFAULT, ComputeOptions.AUTO, Shots.AUTO);
  }

  /** Returns a copy of this blending with the given mode. */
  public PatchBlending withMode(BlendMode newMode) {
    return new PatchBlending(newMode, windowRadius, matching, compute, shots);
  }

  /** Returns a copy of this blending with the given number of frames on each side. */
  public PatchBlending withWindowRadius(int newRadius) {
    return new PatchBlending(mode, newRadius, matching, compute, shots);
  }

  /** Returns a copy of this blending with the given search for correspondences. */
  public PatchBlending withMatching(PatchMatchOptions newMatching) {
    return new PatchBlending(mode, windowRadius, newMatching, compute, shots);
  }

  /**
   * Returns a copy of this blending with the given patch sizes; see {@link
   * PatchMatchOptions#patchSizes}.
   */
  public PatchBlending withPatchSizes(int... sizes) {
    return withMatching(matching.withPatchSizes(sizes));
  }

  /**
   * Returns a copy of this blending with the given guide weight; see {@link
   * PatchMatchOptions#guideWeight}.
   */
  public PatchBlending withGuideWeight(float weight) {
    return withMatching(matching.withGuideWeight(weight));
  }

  /** Returns a copy of this blending with the given seed of the random search. */
  public PatchBlending withSeed(long seed) {
    return withMatching(matching.withSeed(seed));
  }

  /** Returns a copy of this blending with the given engine and threads. */
  public PatchBlending withCompute(ComputeOptions newCompute) {
    return new PatchBlending(mode, windowRadius, matching, newCompute, shots);
  }

  /** Returns a copy of this blending with the given shots, which no window crosses. */
  public PatchBlending withShots(Shots newShots) {
    return new PatchBlending(mode, windowRadius, matching, compute, newShots);
  }

  @Override
  public PatchBlending withDefaultCompute(ComputeOptions defaults) {
    return withCompute(compute.withDefaults(defaults));
  }

  @Override
  public void apply(FrameSource guide, FrameSource style, FrameSink sink, Monitor monitor)
      throws IOException {
    checkDistinct(guide, style);
    run(monitor).deflicker(guide, style, sink);
  }

  /**
   * {@inheritDoc} Fields depend on mode, window and matching besides the guide. {@link
   * BlendMode#ACCURATE} and the published search schedule also depend on the style and do not use
   * the cache.
   */
  @Override
  public void apply(
      FrameSource guide, FrameSource style, FrameSink sink, Monitor monitor, FieldCache fields)
      throws IOException {
    checkDistinct(guide, style);
    BlendRun<?, ?> run = run(monitor);
    if (mode != BlendMode.ACCURATE && matching.schedule() == SearchSchedule.SWEEP) {
      run.useFields(fields, withCompute(ComputeOptions.AUTO));
    }
    run.deflicker(guide, style, sink);
  }

  /**
   * {@inheritDoc}
   *
   * <p>The guide is derived from the style: motion is found in pictures of normalised contrast,
   * which changes of tone do not touch, over several frames at once; each guide frame is the mean
   * of its neighbours along that motion. The style is blended by {@code mode} with that guide. The
   * first result comes about {@code windowRadius} + 25 frames after its frame was read.
   *
   * <p>Cuts are found as with a guide. Fades and lasting changes of the lighting stay; a flash of a
   * single frame counts as flicker and disappears.
   */
  @Override
  public void apply(FrameSource style, FrameSink sink, Monitor monitor) throws IOException {
    if (windowRadius == 0) {
      Deflicker.super.apply(style, sink, monitor);
      return;
    }
    new BlindRun(blend(monitor), shots.starts().orElse(null), compute, monitor)
        .deflicker(style, sink);
  }

  /** Two readers of one stream would each get half of its frames. */
  private static void checkDistinct(FrameSource guide, FrameSource style) {
    if (guide == style) {
      throw new IllegalArgumentException(
          "guide and style must be two sources, but were one object; a video guides itself with"
              + " apply(style, sink, monitor)");
    }
  }

  private BlendRun<?, ?> blend(Monitor monitor) {
    return mode == BlendMode.SHARP && windowRadius > 0
        ? new AgreementRun(windowRadius, matching, compute, monitor)
        : new CarryRun(this::plan, matching, compute, monitor);
  }

  private BlendRun<?, ?> run(Monitor monitor) {
    BlendRun<?, ?> run = blend(monitor);
    shots.starts().ifPresent(run::useShots);
    return run;
  }

  private BlendPlan<CarryActions> plan() {
    return switch (mode) {
      case FAST -> new FastPlan(windowRadius);
      case ACCURATE -> new AccuratePlan(windowRadius);
      case BALANCED, SHARP -> new BalancedPlan(windowRadius); // a radius of 0 changes nothing
    };
  }

  /** How {@link PatchBlending} combines the frames of a window. */
  public enum BlendMode {

    /**
     * Computes the colour on which the frames of a window agree, instead of their mean, and then
     * smooths along smooth motion. The default: keeps fine detail and leaves out outliers and wrong
     * correspondences. Finds as many correspondences as {@link #BALANCED}; combining the frames
     * takes about as much time again.
     */
    SHARP,

    /**
     * Averages in a tree of blends: O(n log n) remaps for n frames, for any window. For long clips
     * and large windows. A pixel may be carried twice, which makes the result slightly softer.
     */
    FAST,

    /** Carries every frame of the window directly to the target and averages: O(n·w) remaps. */
    BALANCED,

    /**
     * Works like {@link #BALANCED}, and aligns the frames of a window to their common mean in two
     * more rounds. Measured at 11 times the time of {@code BALANCED}. For styles whose texture
     * moves by itself.
     */
    ACCURATE
  }
}
