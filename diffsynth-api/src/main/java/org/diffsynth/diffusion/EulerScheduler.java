package org.diffsynth.diffusion;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.diffsynth.diffusion.Scheduler.TimestepSpacing;

/**
 * Euler's method for the probability flow ODE, in the variable σ = √((1−ᾱ)/ᾱ).
 *
 * <p>Karras et al. scale latents by 1/√ᾱ, so their x is {@code sample / signalRate} here, and their
 * derivative d = (x − D(x; σ)) / σ is ε. One step is x′ = x + (σ′ − σ)·ε = x̂₀ + σ′·ε. The second
 * form stays finite where σ is infinite, and scaled back by √ᾱ′ it is {@link NoiseLevel#addNoise}.
 */
record EulerScheduler(TimestepSpacing spacing) implements Scheduler {

  private static final int STEPS_OFFSET = 1;

  EulerScheduler {
    Objects.requireNonNull(spacing, "spacing");
  }

  @Override
  public List<NoiseLevel> levels(NoiseSchedule schedule, int steps, double strength) {
    List<NoiseLevel> levels =
        new ArrayList<>(spacing.levels(schedule, steps, strength, STEPS_OFFSET));
    levels.add(NoiseLevel.CLEAN);
    return List.copyOf(levels);
  }

  @Override
  public Latents step(List<NoiseLevel> levels, int index, Prediction current, Prediction previous) {
    return levels.get(index + 1).addNoise(current.predictedOriginal(), current.noise());
  }
}
