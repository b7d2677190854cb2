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
  DPM("DPM++ 2M", Scheduler.dpmSolver(TimestepSpacing.LINSPACE)),

  /** Scheduler of latent consistency models. */
  LCM("LCM", Scheduler.lcm()),

  /** Scheduler of trajectory consistency distillation with its usual share of noise. */
  TCD("TCD", Scheduler.tcd(SchedulerName.USUAL_ETA));

  private static final double USUAL_ETA = 0.3;

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

  /**
   * Returns the scheduler that has this name, with a share of new noise in each step.
   *
   * @param eta share in [0, 1]; null for the usual one. Only {@link #TCD} has such a share
   * @throws IllegalArgumentException if the share is out of range, or given for another scheduler
   */
  public Scheduler scheduler(Double eta) {
    if (eta == null) {
      return scheduler;
    }
    if (this != TCD) {
      throw new IllegalArgumentException("--eta belongs to the scheduler TCD, not to " + this);
    }
    return Scheduler.tcd(eta);
  }
}
