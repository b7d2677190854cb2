package org.diffsynth.diffusion;

/**
 * Receives a report after every denoising step, for example to show a preview or to keep latents.
 * The rendering thread calls the listener and waits for it; reports are immutable.
 */
@FunctionalInterface
public interface StepListener {

  /** A listener that ignores all reports. */
  StepListener NONE = report -> {};

  /** Receives the report of the step that has just ended. */
  void afterStep(StepReport report);

  /**
   * The state of a clip after one denoising step.
   *
   * @param step number of the step, counted from 0
   * @param steps number of steps of the run
   * @param level noise level at which the step began
   * @param prediction the model's prediction at that level, after deflickering
   * @param deflickered whether the prediction was deflickered
   * @param latents latents at the next level, {@code (frames, channels, height/8, width/8)}
   */
  record StepReport(
      int step,
      int steps,
      NoiseLevel level,
      Prediction prediction,
      boolean deflickered,
      Latents latents) {}
}
