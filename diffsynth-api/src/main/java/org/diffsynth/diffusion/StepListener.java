package org.diffsynth.diffusion;

/** Looks at every step of a run. Called from the thread that renders; what it sees is immutable. */
@FunctionalInterface
public interface StepListener {

  /** Sees nothing. */
  StepListener NONE = report -> {};

  /** Told after every step. */
  void afterStep(StepReport report);
}
