package org.diffsynth.deflicker;

import java.io.IOException;
import java.util.Objects;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.blend.AccuratePlan;
import org.diffsynth.internal.blend.AgreementPlan;
import org.diffsynth.internal.blend.AgreementRun;
import org.diffsynth.internal.blend.BalancedPlan;
import org.diffsynth.internal.blend.BlendPlan;
import org.diffsynth.internal.blend.BlendRun;
import org.diffsynth.internal.blend.CarryActions;
import org.diffsynth.internal.blend.CarryRun;
import org.diffsynth.internal.blend.FastPlan;
import org.diffsynth.match.FieldCache;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.SearchSchedule;

/**
 * Deflickers a video by carrying the frames around each frame onto it, along matches found in the
 * guide, and averaging them.
 *
 * <p>Memory depends on frame size and window, never on the length of the clip. {@link
 * BlendMode#SHARP} with radius w keeps up to w²/2 + 2w fields of 4 bytes a pixel and 2w + 1 frames:
 * 140 fields or 130 MB for 640 by 360 at radius 15; the others keep at most 4w fields. The result
 * depends on {@code mode}, {@code windowRadius} and {@code matching} only, not on engine or
 * threads. Frames come out with 16 bits a sample.
 *
 * <pre>{@code
 * Video steady = PatchBlending.DEFAULT.apply(guide, style);
 * }</pre>
 *
 * @param mode how the frames of a window are brought together
 * @param windowRadius frames on each side that are blended into one, 0 to 10000; 0 changes nothing.
 *     Wider is steadier, and softer in the modes that average
 * @param matching how correspondences are searched
 * @param engine which hardware works
 * @see <a href="https://arxiv.org/abs/2311.09265">Duan et al. 2023, FastBlend</a>
 */
public record PatchBlending(
    BlendMode mode, int windowRadius, PatchMatchOptions matching, Engine engine)
    implements Deflicker {

  /** {@link BlendMode#SHARP} over 15 frames on each side: what to use unless there is a reason. */
  public static final PatchBlending DEFAULT = sharp(15);

  private static final int MAX_RADIUS = 10_000;

  /** Checks the ranges. */
  public PatchBlending {
    Objects.requireNonNull(mode, "mode");
    Objects.requireNonNull(matching, "matching");
    Objects.requireNonNull(engine, "engine");
    if (windowRadius < 0 || windowRadius > MAX_RADIUS) {
      throw new IllegalArgumentException(
          "windowRadius must be in [0, %d], was %d".formatted(MAX_RADIUS, windowRadius));
    }
  }

  /** {@link BlendMode#SHARP} with default matching on the fastest engine. */
  public static PatchBlending sharp(int windowRadius) {
    return of(BlendMode.SHARP, windowRadius);
  }

  /** {@link BlendMode#FAST} with default matching on the fastest engine. */
  public static PatchBlending fast(int windowRadius) {
    return of(BlendMode.FAST, windowRadius);
  }

  /** {@link BlendMode#BALANCED} with default matching on the fastest engine. */
  public static PatchBlending balanced(int windowRadius) {
    return of(BlendMode.BALANCED, windowRadius);
  }

  /** {@link BlendMode#ACCURATE} with default matching on the fastest engine. */
  public static PatchBlending accurate(int windowRadius) {
    return of(BlendMode.ACCURATE, windowRadius);
  }

  /** Any mode with default matching on the fastest engine. */
  public static PatchBlending of(BlendMode mode, int windowRadius) {
    return new PatchBlending(mode, windowRadius, PatchMatchOptions.DEFAULT, Engine.AUTO);
  }

  /** The same with another mode. */
  public PatchBlending withMode(BlendMode newMode) {
    return new PatchBlending(newMode, windowRadius, matching, engine);
  }

  /** The same with another window. */
  public PatchBlending withWindowRadius(int newRadius) {
    return new PatchBlending(mode, newRadius, matching, engine);
  }

  /** The same with another way of matching. */
  public PatchBlending withMatching(PatchMatchOptions newMatching) {
    return new PatchBlending(mode, windowRadius, newMatching, engine);
  }

  /** The same with other patch sizes; see {@link PatchMatchOptions#patchSizes}. */
  public PatchBlending withPatchSizes(int... sizes) {
    return withMatching(matching.withPatchSizes(sizes));
  }

  /** The same with another guide weight; see {@link PatchMatchOptions#guideWeight}. */
  public PatchBlending withGuideWeight(float weight) {
    return withMatching(matching.withGuideWeight(weight));
  }

  /** The same with another seed. */
  public PatchBlending withSeed(long seed) {
    return withMatching(matching.withSeed(seed));
  }

  /** The same on another engine. The result is the same too. */
  public PatchBlending withEngine(Engine newEngine) {
    return new PatchBlending(mode, windowRadius, matching, newEngine);
  }

  @Override
  public void apply(FrameSource guide, FrameSource style, FrameSink sink, Monitor monitor)
      throws IOException {
    run(monitor).deflicker(guide, style, sink);
  }

  /**
   * {@inheritDoc} Fields depend on mode, window and matching besides the guide; {@link
   * BlendMode#ACCURATE} and the published schedule look at the style too and do without.
   */
  @Override
  public void apply(
      FrameSource guide, FrameSource style, FrameSink sink, Monitor monitor, FieldCache fields)
      throws IOException {
    BlendRun<?, ?> run = run(monitor);
    if (mode != BlendMode.ACCURATE && matching.schedule() == SearchSchedule.SWEEP) {
      run.useFields(fields, withEngine(Engine.AUTO));
    }
    run.deflicker(guide, style, sink);
  }

  private BlendRun<?, ?> run(Monitor monitor) {
    if (mode == BlendMode.SHARP && windowRadius > 0) {
      return new AgreementRun(new AgreementPlan(windowRadius), matching, engine, monitor);
    }
    BlendPlan<CarryActions> plan =
        switch (mode) {
          case FAST -> new FastPlan(windowRadius);
          case ACCURATE -> new AccuratePlan(windowRadius);
          case BALANCED, SHARP -> new BalancedPlan(windowRadius); // a window of 0 changes nothing
        };
    return new CarryRun(plan, matching, engine, monitor);
  }
}
