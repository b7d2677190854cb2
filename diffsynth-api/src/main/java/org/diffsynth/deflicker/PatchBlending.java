package org.diffsynth.deflicker;

import java.io.IOException;
import java.util.Objects;
import java.util.OptionalInt;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.blend.BlendRun;
import org.diffsynth.internal.blend.PatchRuns;
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
 * radius w keeps at most 10w correspondence fields of 4 bytes per pixel and 2w + 1 frames: 128
 * fields or 118 MB for 640×360 at radius 15. The other modes keep at most 4w fields.
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
 * @param delay greatest number of frames by which the result is late; see {@link #withDelay}.
 *     Default empty: each mode waits for the whole window, see {@link BlendMode}
 * @see <a href="https://arxiv.org/abs/2311.09265">Duan et al. 2023, FastBlend</a>
 */
public record PatchBlending(
    BlendMode mode,
    int windowRadius,
    PatchMatchOptions matching,
    ComputeOptions compute,
    Shots shots,
    OptionalInt delay)
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
    Objects.requireNonNull(delay, "delay");
    if (delay.isPresent() && (delay.getAsInt() < 0 || delay.getAsInt() > MAX_RADIUS)) {
      throw new IllegalArgumentException(
          Text.format("delay must be in [0, %d], but was %d", MAX_RADIUS, delay.getAsInt()));
    }
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

  /** Returns blending by the given mode with default matching on the fastest engine. */
  public static PatchBlending of(BlendMode mode, int windowRadius) {
    return new PatchBlending(
        mode,
        windowRadius,
        PatchMatchOptions.DEFAULT,
        ComputeOptions.AUTO,
        Shots.AUTO,
        OptionalInt.empty());
  }

  /** Returns a copy of this blending with the given mode. */
  public PatchBlending withMode(BlendMode newMode) {
    return new PatchBlending(newMode, windowRadius, matching, compute, shots, delay);
  }

  /** Returns a copy of this blending with the given number of frames on each side. */
  public PatchBlending withWindowRadius(int newRadius) {
    return new PatchBlending(mode, newRadius, matching, compute, shots, delay);
  }

  /** Returns a copy of this blending with the given search for correspondences. */
  public PatchBlending withMatching(PatchMatchOptions newMatching) {
    return new PatchBlending(mode, windowRadius, newMatching, compute, shots, delay);
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
    return new PatchBlending(mode, windowRadius, matching, newCompute, shots, delay);
  }

  /** Returns a copy of this blending with the given shots, which no window crosses. */
  public PatchBlending withShots(Shots newShots) {
    return new PatchBlending(mode, windowRadius, matching, compute, newShots, delay);
  }

  /**
   * Returns a copy of this blending whose frames come out at most {@code frames} frames late: when
   * frame t + n is read, frame t has been written. For live sources and previews.
   *
   * <p>A frame is combined with all {@code windowRadius} frames before it, but only with those
   * after it that have arrived in time. 2 to 8 is typical; a delay is less steady than the whole
   * window, mostly in the first frames of a shot. Where the delay is short, cuts are found with
   * less knowledge: a delay of at most 3 frames leaves nothing for looking ahead, 6 frames leave
   * all 3 that {@link Shots#AUTO} uses. With less:
   *
   * <ul>
   *   <li>a flash of more frames than the search for cuts looks ahead counts as a shot, and the
   *       frame after the flash begins another shot, whose window is empty;
   *   <li>a fade is recognised from its third frame on; before that, its brightness is blended;
   *   <li>the frames of a fade in at the beginning of a shot are written unchanged, with any delay.
   * </ul>
   *
   * <p>Shots that are given by {@link #withShots} need no looking ahead. {@link BlendMode#SHARP}
   * divides what is left of the delay between the window and the average of finished frames.
   *
   * @param frames greatest delay in frames, 0 to 10000; 0 writes each frame before the next one is
   *     read
   */
  public PatchBlending withDelay(int frames) {
    return new PatchBlending(mode, windowRadius, matching, compute, shots, OptionalInt.of(frames));
  }

  @Override
  public PatchBlending withDefaultCompute(ComputeOptions defaults) {
    return withCompute(compute.withDefaults(defaults));
  }

  @Override
  public void apply(FrameSource guide, FrameSource style, FrameSink sink, Monitor monitor)
      throws IOException {
    SharedSource.checkDistinct(guide, style);
    run(monitor).deflicker(guide, style, sink);
  }

  /**
   * {@inheritDoc} Fields depend on mode, window and matching besides the guide. With the published
   * search schedule they also depend on the style, and the cache is not used.
   */
  @Override
  public void apply(
      FrameSource guide, FrameSource style, FrameSink sink, Monitor monitor, FieldCache fields)
      throws IOException {
    SharedSource.checkDistinct(guide, style);
    BlendRun<?, ?> run = run(monitor);
    if (matching.schedule() == SearchSchedule.SWEEP) {
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
   * finished frames are 20 frames later than those with a guide, also with {@link #withDelay}.
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
    runs().blind(monitor).deflicker(style, sink);
  }

  /**
   * Starts a run into which the caller pushes frames as they arrive, for live sources and previews;
   * see {@link #withDelay} for how late the finished frames are.
   *
   * @param format size of the frames; the frame count serves the progress only and may be {@link
   *     VideoFormat#UNKNOWN_COUNT}
   * @param sink receives the finished frames while frames are pushed; the caller commits and closes
   *     it
   * @param monitor receives the progress after every frame and may cancel the run
   * @return the stream, which the caller closes
   * @throws IllegalStateException if the engine cannot run on this machine
   */
  public BlendingStream open(VideoFormat format, FrameSink sink, Monitor monitor) {
    return BlendingStream.open(run(monitor), format, sink);
  }

  private BlendRun<?, ?> run(Monitor monitor) {
    return runs().guided(monitor);
  }

  private PatchRuns runs() {
    PatchRuns.Kind kind =
        switch (mode) {
          case SHARP -> PatchRuns.Kind.AGREE;
          case FAST -> PatchRuns.Kind.TREE;
          case BALANCED -> PatchRuns.Kind.MEAN;
        };
    return new PatchRuns(kind, windowRadius, delay, shots.starts(), matching, compute);
  }

  /**
   * How {@link PatchBlending} combines the frames of a window.
   *
   * <p>Delays are for a window of w frames on each side, without {@link #withDelay}, and for frames
   * that are pushed into {@link #open}. Finding cuts, {@link Shots#AUTO}, adds 3 frames to each,
   * and up to 32 frames at a fade in with which a shot begins. A run that reads its sources writes
   * up to 4 frames later, so that all threads have work.
   */
  public enum BlendMode {

    /**
     * Computes the colour on which the frames of a window agree, instead of their mean, and then
     * smooths along smooth motion. The default: keeps fine detail and leaves out outliers and wrong
     * correspondences. Takes about twice the time of {@link #FAST}. A frame is w + 4 frames late.
     */
    SHARP,

    /**
     * Averages in a tree of blends: O(n log n) remaps for n frames, for any window. For long clips
     * and large windows. A pixel may be carried twice, which makes the result slightly softer. A
     * frame is up to w + 3 frames late, because the frames are processed 4 at a time; {@link
     * #withDelay} processes them one by one.
     */
    FAST,

    /**
     * Carries every frame of the window directly to the target and averages: O(n·w) remaps. A frame
     * is w frames late.
     */
    BALANCED
  }
}
