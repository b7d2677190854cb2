package org.diffsynth;

import java.util.Optional;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.DdimScheduler;
import org.diffsynth.diffusion.Scheduler;

/**
 * Settings to start from, one per task of the paper, as its authors released them. Whatever a
 * pipeline or a request sets itself wins.
 *
 * @see <a href="https://arxiv.org/abs/2308.03463">Duan et al. 2023, DiffSynth, section 4</a>
 */
public enum Preset {

  /** Nothing across frames: every frame by itself, from the same noise. */
  PLAIN(20, 1, DdimScheduler.DIFFUSERS, CrossFrameAttention.NONE, Optional.empty()),

  /** A video in another style, told by a prompt; with ControlNets for depth and soft edges. */
  TEXT_GUIDED_STYLIZATION(
      20,
      1,
      DdimScheduler.PAPER,
      CrossFrameAttention.pattern(CrossFrameAttention.FIRST, -1, 0, 1),
      Optional.of(
          LatentDeflicker.every(5)
              .then(PatchBlending.fast(30))
              .withContrast(1.5f)
              .withSharpness(5)
              .andFinal(new LatentDeflicker.Smoothing(PatchBlending.fast(30), 1.5f, 3)))),

  /** A garment, given as a reference picture, moved by a video of poses. */
  FASHION_VIDEO(
      10,
      1,
      DdimScheduler.PAPER,
      CrossFrameAttention.pattern(CrossFrameAttention.reference(0), -1, 0, 1),
      Optional.of(LatentDeflicker.every(1).exceptLast(1).then(PatchBlending.balanced(3)))),

  /** A video in the style of a picture; with ControlNets for depth and shuffle. */
  IMAGE_GUIDED_STYLIZATION(
      20,
      1,
      DdimScheduler.PAPER,
      CrossFrameAttention.pattern(-1, 0, 1),
      Optional.of(LatentDeflicker.every(1).then(PatchBlending.fast(10_000)))),

  /** A damaged or blurred video made whole; with the tile ControlNet. */
  RESTORING(
      10,
      0.3,
      DdimScheduler.PAPER,
      CrossFrameAttention.pattern(-1, 0, 1),
      Optional.of(LatentDeflicker.every(1).then(PatchBlending.fast(10_000)))),

  /** A render without textures, painted by a prompt; with a ControlNet for depth. */
  RENDERING_3D(
      20,
      1,
      DdimScheduler.PAPER,
      CrossFrameAttention.pattern(-1, 0, 1),
      Optional.of(LatentDeflicker.every(1).exceptLast(1).then(PatchBlending.fast(10_000))));

  private static final double GUIDANCE_SCALE = 7.5;

  private final int steps;
  private final double strength;
  private final Scheduler scheduler;
  private final CrossFrameAttention crossFrameAttention;
  private final Optional<LatentDeflicker> deflicker;

  Preset(
      int steps,
      double strength,
      Scheduler scheduler,
      CrossFrameAttention crossFrameAttention,
      Optional<LatentDeflicker> deflicker) {
    this.steps = steps;
    this.strength = strength;
    this.scheduler = scheduler;
    this.crossFrameAttention = crossFrameAttention;
    this.deflicker = deflicker;
  }

  /** Denoising steps. */
  public int steps() {
    return steps;
  }

  /** How much of the input is made anew. */
  public double strength() {
    return strength;
  }

  /** How strongly the prompt pulls. */
  public double guidanceScale() {
    return GUIDANCE_SCALE;
  }

  /** How the run goes from noise to picture. */
  public Scheduler scheduler() {
    return scheduler;
  }

  /** Which frames see which. */
  public CrossFrameAttention crossFrameAttention() {
    return crossFrameAttention;
  }

  /** Deflickering inside the loop, if there is any. */
  public Optional<LatentDeflicker> deflicker() {
    return deflicker;
  }
}
