package org.diffsynth.app.settings;

import org.diffsynth.diffusion.Scheduler;
import org.diffsynth.diffusion.Scheduler.TimestepSpacing;

/** A scheduler by the name that users write. */
public enum SchedulerName {

  /** DDIM with the timesteps that diffusers uses by default. */
  DDIM("DDIM", Scheduler.ddim(TimestepSpacing.LEADING)),

  /** DDIM with the timesteps 999, 999 - 1000/steps, ... of the paper's released code. */
  DDIM_TRAILING("DDIM", Scheduler.ddim(TimestepSpacing.TRAILING)),

  /**
   * DDIM with timesteps from 999 to 0, both included, as in the later library of the DiffSynth
   * authors.
   */
  DDIM_LINSPACE("DDIM", Scheduler.ddim(TimestepSpacing.LINSPACE_ALL_STEPS)),

  /** Euler scheduler. */
  EULER("Euler", Scheduler.euler(TimestepSpacing.LINSPACE)),

  /** DPM-Solver++(2M) scheduler, of second order. */
  DPM("DPM++ 2M", Scheduler.dpmSolver(TimestepSpacing.LINSPACE));

  private final String webName;
  private final Scheduler scheduler;

  SchedulerName(String webName, Scheduler scheduler) {
    this.webName = webName;
    this.scheduler = scheduler;
  }

  /** Returns the name of the sampler in web interfaces for Stable Diffusion. */
  public String webName() {
    return webName;
  }

  /** Returns the scheduler that has this name. */
  public Scheduler scheduler() {
    return scheduler;
  }
}
