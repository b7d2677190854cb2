package org.diffsynth.request;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.diffsynth.deflicker.FramePull;
import org.diffsynth.deflicker.Shots;
import org.diffsynth.diffusion.ClipStart;
import org.diffsynth.diffusion.InitialNoise;
import org.diffsynth.diffusion.Scheduler;

/**
 * How a run gets from noise to the finished latents. An empty component stands for the value of the
 * pipeline, which has it from its preset.
 *
 * @param steps number of denoising steps before {@code strength} removes some, in [1, 1000]; 10 to
 *     50 is typical. More steps cost more time and add detail
 * @param strength share of the input that is replaced, in (0, 1]. Below 1, a run starts from the
 *     encoded input with noise added to it and takes {@code strength * steps} steps; 1 starts from
 *     noise alone
 * @param scheduler noise levels of the run and the formula of a step
 * @param noise noise that all frames start from; default that of seed 0
 * @param start latents that the run starts from; default {@link ClipStart#SHARED_NOISE}
 * @param framePull pull of every frame toward the previous frame; default empty, no pull
 * @param shots shots of the clip: no frame attends to one of another shot, and the first frame is
 *     that of the shot; default {@link Shots#AUTO}, the cuts found in the input
 */
public record Sampling(
    OptionalInt steps,
    OptionalDouble strength,
    Optional<Scheduler> scheduler,
    InitialNoise noise,
    ClipStart start,
    Optional<FramePull> framePull,
    Shots shots) {

  /** The pipeline's steps, strength and scheduler; the noise of seed 0, shared by all frames. */
  public static final Sampling DEFAULT =
      new Sampling(
          OptionalInt.empty(),
          OptionalDouble.empty(),
          Optional.empty(),
          InitialNoise.seeded(0),
          ClipStart.SHARED_NOISE,
          Optional.empty(),
          Shots.AUTO);

  private static final int MAX_STEPS = 1000;

  /**
   * Creates a {@code Sampling} from its components.
   *
   * @throws IllegalArgumentException if a component is outside its documented range
   */
  public Sampling {
    Objects.requireNonNull(steps, "steps");
    Objects.requireNonNull(strength, "strength");
    Objects.requireNonNull(scheduler, "scheduler");
    Objects.requireNonNull(noise, "noise");
    Objects.requireNonNull(start, "start");
    Objects.requireNonNull(framePull, "framePull");
    Objects.requireNonNull(shots, "shots");
    if (steps.isPresent() && (steps.getAsInt() < 1 || steps.getAsInt() > MAX_STEPS)) {
      throw new IllegalArgumentException("steps must be in [1, 1000], but was " + steps.getAsInt());
    }
    if (strength.isPresent() && !(strength.getAsDouble() > 0 && strength.getAsDouble() <= 1)) {
      throw new IllegalArgumentException(
          "strength must be in (0, 1], but was " + strength.getAsDouble());
    }
  }

  /** Returns a copy of this sampling with the given number of steps, in [1, 1000]. */
  public Sampling withSteps(int count) {
    return new Sampling(OptionalInt.of(count), strength, scheduler, noise, start, framePull, shots);
  }

  /** Returns a copy of this sampling with the given strength, in (0, 1]. */
  public Sampling withStrength(double share) {
    return new Sampling(steps, OptionalDouble.of(share), scheduler, noise, start, framePull, shots);
  }

  /** Returns a copy of this sampling with the given scheduler. */
  public Sampling withScheduler(Scheduler newScheduler) {
    return new Sampling(steps, strength, Optional.of(newScheduler), noise, start, framePull, shots);
  }

  /** Returns a copy of this sampling with the given noise. */
  public Sampling withNoise(InitialNoise newNoise) {
    return new Sampling(steps, strength, scheduler, newNoise, start, framePull, shots);
  }

  /** Returns a copy of this sampling that starts from the given latents. */
  public Sampling withStart(ClipStart newStart) {
    return new Sampling(steps, strength, scheduler, noise, newStart, framePull, shots);
  }

  /** Returns a copy of this sampling that pulls every frame toward the previous frame. */
  public Sampling withFramePull(FramePull pull) {
    return new Sampling(steps, strength, scheduler, noise, start, Optional.of(pull), shots);
  }

  /** Returns a copy of this sampling with the given shots of the clip. */
  public Sampling withShots(Shots newShots) {
    return new Sampling(steps, strength, scheduler, noise, start, framePull, newShots);
  }

  /** Returns a copy of this sampling whose empty components are those of {@code defaults}. */
  public Sampling withDefaults(Sampling defaults) {
    return new Sampling(
        steps.isPresent() ? steps : defaults.steps,
        strength.isPresent() ? strength : defaults.strength,
        scheduler.or(() -> defaults.scheduler),
        noise,
        start,
        framePull.or(() -> defaults.framePull),
        shots);
  }
}
