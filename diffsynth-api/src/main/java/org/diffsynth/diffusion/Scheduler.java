package org.diffsynth.diffusion;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.internal.text.Text;

/**
 * Decides which noise levels a denoising run visits, and computes each step from one level to the
 * next. Implementations must be immutable. The factory methods here return the built-in schedulers;
 * applications may implement others.
 *
 * <table>
 *   <caption>Notation: symbols in papers, names in diffusers and names in this package</caption>
 *   <tr><th>paper</th><th>diffusers</th><th>here</th></tr>
 *   <tr><td>t</td><td>{@code timestep}</td><td>{@link NoiseLevel#timestep}</td></tr>
 *   <tr><td>ᾱ_t (α_t in the DDIM paper)</td><td>{@code alphas_cumprod[t]}</td>
 *       <td>{@link NoiseLevel#alphaCumprod}</td></tr>
 *   <tr><td>√ᾱ_t</td><td>{@code alpha_t}</td><td>{@link NoiseLevel#signalRate}</td></tr>
 *   <tr><td>√(1−ᾱ_t)</td><td>{@code sigma_t} of DPM-Solver</td>
 *       <td>{@link NoiseLevel#noiseRate}</td></tr>
 *   <tr><td>x_t</td><td>{@code sample}</td><td>{@code sample}, {@code latents}</td></tr>
 *   <tr><td>x̂₀, f_θ(x_t, t)</td><td>{@code pred_original_sample}</td>
 *       <td>{@link Prediction#predictedOriginal}</td></tr>
 *   <tr><td>ε, ε_θ(x_t, t)</td><td>{@code pred_epsilon}</td><td>{@link Prediction#noise}</td></tr>
 *   <tr><td>S</td><td>{@code num_inference_steps}</td><td>{@code steps}</td></tr>
 * </table>
 *
 * <p>Deflickering works with every scheduler: it replaces the predicted original inside the {@link
 * Prediction} and recomputes the noise, before {@link #step} receives the prediction.
 */
public interface Scheduler {

  /**
   * Returns the noise levels of a run, from noisiest to cleanest. The list has one more element
   * than the run has steps, because the last element is the level at which the run ends.
   *
   * @param schedule noise schedule that the model was trained with
   * @param steps number of steps that the caller asked for, at least 1
   * @param strength how much of an input video to replace, in (0, 1]; 1 starts from pure noise.
   *     Most schedulers take {@code ⌊steps · strength⌋} steps
   * @throws IllegalArgumentException if no step remains, or {@code steps} exceeds the number of
   *     timesteps
   */
  List<NoiseLevel> levels(NoiseSchedule schedule, int steps, double strength);

  /**
   * Computes one step, from level {@code index} to level {@code index + 1}.
   *
   * @param levels the list that {@link #levels} returned
   * @param index number of the step, counted from 0
   * @param current prediction at level {@code index}, after deflickering
   * @param previous prediction of the step before, after deflickering; null in the first step
   * @return latents at level {@code index + 1}
   */
  Latents step(List<NoiseLevel> levels, int index, Prediction current, Prediction previous);

  /**
   * Returns whether steps add random noise. A run of such a scheduler calls {@link
   * #step(NoiseSchedule, List, int, Prediction, Prediction, Latents)}, and does not start from DDIM
   * inversion, which only deterministic steps undo. Default: false.
   */
  default boolean addsNoise() {
    return false;
  }

  /**
   * Computes one step of a scheduler that adds noise. By default, the noise is ignored. Other
   * arguments and the result are those of {@link #step(List, int, Prediction, Prediction)}.
   *
   * @param schedule noise schedule that the model was trained with
   * @param noise Gaussian noise of this step, of the shape of the latents. A run gives all frames
   *     one noise, so that the added noise makes no difference between frames
   */
  default Latents step(
      NoiseSchedule schedule,
      List<NoiseLevel> levels,
      int index,
      Prediction current,
      Prediction previous,
      Latents noise) {
    return step(levels, index, current, previous);
  }

  /**
   * Returns the DDIM scheduler without added noise (η = 0), with the settings that are usual for a
   * spacing: {@link TimestepSpacing#LEADING} gets a step offset of 1 and ends at the ᾱ of timestep
   * 0, as diffusers runs Stable Diffusion 1.5. All other spacings end at ᾱ = 1.
   *
   * @param spacing which timesteps to visit. {@link TimestepSpacing#TRAILING} is what the released
   *     code of the DiffSynth paper uses, {@link TimestepSpacing#LINSPACE_ALL_STEPS} what its
   *     authors' later library uses
   * @see <a href="https://arxiv.org/abs/2010.02502">Song et al. 2020, DDIM, formula (12)</a>
   */
  static Scheduler ddim(TimestepSpacing spacing) {
    boolean leading = spacing == TimestepSpacing.LEADING;
    return ddim(spacing, leading ? 1 : 0, !leading);
  }

  /**
   * Returns the DDIM scheduler without added noise (η = 0), for a model whose scheduler
   * configuration differs from the usual one.
   *
   * @param spacing which timesteps to visit: {@code timestep_spacing} in a diffusers configuration
   * @param stepsOffset number added to every timestep of {@link TimestepSpacing#LEADING}, in [0,
   *     999]; without effect for other spacings. {@code steps_offset} in a diffusers configuration
   * @param endsClean whether the last step goes to ᾱ = 1 instead of the ᾱ of timestep 0: {@code
   *     set_alpha_to_one} in a diffusers configuration
   */
  static Scheduler ddim(TimestepSpacing spacing, int stepsOffset, boolean endsClean) {
    return new DdimScheduler(spacing, stepsOffset, endsClean);
  }

  /**
   * Returns the Euler scheduler: Euler's method for the probability flow ODE in σ = √((1−ᾱ)/ᾱ).
   * Between two given levels it computes what DDIM computes; only the visited levels differ, and
   * the last step always goes to ᾱ = 1.
   *
   * @param spacing which timesteps to visit; {@link TimestepSpacing#LINSPACE} is the usual choice,
   *     {@link TimestepSpacing#KARRAS} often better below 15 steps. {@link TimestepSpacing#LEADING}
   *     gets a step offset of 1
   * @see <a href="https://arxiv.org/abs/2206.00364">Karras et al. 2022, algorithm 1 without its
   *     second-order correction</a>
   */
  static Scheduler euler(TimestepSpacing spacing) {
    return new EulerScheduler(spacing);
  }

  /**
   * Returns the DPM-Solver++(2M) scheduler, a multistep solver of second order that uses the
   * predicted original of the step before as well. Good with 10 to 20 steps.
   *
   * <p>As in diffusers, the spacings {@code LEADING}, {@code LINSPACE} and {@code
   * LINSPACE_ALL_STEPS} are computed for one step more and their cleanest timestep is left out, so
   * that no model call is spent on timestep 0.
   *
   * @param spacing which timesteps to visit; {@link TimestepSpacing#LINSPACE} is the usual choice,
   *     {@link TimestepSpacing#KARRAS} often better below 15 steps. {@link TimestepSpacing#LEADING}
   *     gets a step offset of 1
   * @see <a href="https://arxiv.org/abs/2211.01095">Lu et al. 2022, DPM-Solver++, algorithm 2</a>
   */
  static Scheduler dpmSolver(TimestepSpacing spacing) {
    return new DpmSolverScheduler(spacing);
  }

  /**
   * Returns the scheduler of latent consistency models (LCM), for models or LoRAs that were
   * distilled for it: 1 to 8 steps, with a guidance scale of 1 for a LoRA. Every step estimates the
   * finished latents and adds new noise to them, which all frames of a clip share. A model that was
   * not distilled gives blurred pictures.
   *
   * <p>Below strength 1, all steps are taken, from a cleaner level.
   *
   * @see <a href="https://arxiv.org/abs/2310.04378">Luo et al. 2023, Latent Consistency Models,
   *     section 4.3</a>
   */
  static Scheduler lcm() {
    return lcm(ConsistencyTimesteps.ORIGINAL_STEPS);
  }

  /**
   * Returns the scheduler of latent consistency models for a distillation with another number of
   * timesteps than 50.
   *
   * @param originalSteps number of timesteps that the distillation visited, at least 1: {@code
   *     original_inference_steps} in a diffusers configuration. A run has at most this number of
   *     steps, times the strength
   */
  static Scheduler lcm(int originalSteps) {
    return new LcmScheduler(originalSteps);
  }

  /**
   * Returns the scheduler of trajectory consistency distillation (TCD), for LoRAs that were
   * distilled for it, such as TCD and Hyper-SD: 1 to 20 steps with a guidance scale of 1. Below
   * strength 1, all steps are taken, from a cleaner level.
   *
   * @param eta share of new noise in each step, in [0, 1]: {@code eta} in diffusers, γ in the
   *     paper. 0 adds no noise and gives soft pictures, 1 equals LCM in its noise; 0.3 is usual,
   *     and more steps want a larger value
   * @see <a href="https://arxiv.org/abs/2402.19159">Zheng et al. 2024, Trajectory Consistency
   *     Distillation, algorithm 3</a>
   */
  static Scheduler tcd(double eta) {
    return tcd(eta, ConsistencyTimesteps.ORIGINAL_STEPS);
  }

  /**
   * Returns the scheduler of trajectory consistency distillation for a distillation with another
   * number of timesteps than 50.
   *
   * @param eta share of new noise in each step, in [0, 1]; 0.3 is usual
   * @param originalSteps number of timesteps that the distillation visited, at least 1: {@code
   *     original_inference_steps} in a diffusers configuration
   */
  static Scheduler tcd(double eta, int originalSteps) {
    return new TcdScheduler(eta, originalSteps);
  }

  /**
   * Selects the timesteps that a run of few steps visits, out of the T timesteps (usually 1000)
   * that the model was trained with. All spacings go from the noisiest to the cleanest timestep.
   * The names are those of {@code timestep_spacing} in diffusers.
   */
  enum TimestepSpacing {

    /**
     * Multiples of ⌊T/steps⌋ plus an offset: {@code i·⌊T/steps⌋ + offset}. With an offset of 1 this
     * is what diffusers does for Stable Diffusion. Strength below 1 keeps the last {@code
     * ⌊steps·strength⌋} of them.
     */
    LEADING,

    /**
     * Equal distances down from the last timestep: {@code round(T − i·T/steps) − 1}. Starts at pure
     * noise, which schedules with zero terminal SNR need. Strength below 1 keeps the last {@code
     * ⌊steps·strength⌋} timesteps. The released code of the DiffSynth paper uses this spacing.
     */
    TRAILING,

    /**
     * Timesteps at equal distances from T−1 to 0, both included. Strength below 1 keeps the last
     * {@code ⌊steps·strength⌋} timesteps.
     */
    LINSPACE,

    /**
     * Equal distances in σ^(1/7) between the noise levels σ = √((1−ᾱ)/ᾱ) of timesteps T−1 and 0.
     * Timesteps lie between whole numbers. Strength below 1 keeps the last {@code ⌊steps·strength⌋}
     * of them.
     *
     * @see <a href="https://arxiv.org/abs/2206.00364">Karras et al. 2022, formula (5) with ρ =
     *     7</a>
     */
    KARRAS,

    /**
     * Equal distances from {@code round(T·strength) − 1} to 0, both included. Strength below 1
     * makes steps smaller, where all other spacings take fewer. This is what the later library of
     * DiffSynth's authors does; at strength 1 it equals {@link #LINSPACE}.
     */
    LINSPACE_ALL_STEPS;

    private static final double KARRAS_RHO = 7;

    /**
     * Returns the noise levels at the selected timesteps, noisiest first, without the level at
     * which the run ends. Implementations of {@link Scheduler#levels} append that level.
     *
     * @param schedule noise schedule that the model was trained with
     * @param steps number of steps that the caller asked for, at least 1
     * @param strength how much of an input video to replace, in (0, 1]; 1 starts from pure noise
     * @param offset number added to every timestep of {@link #LEADING}, at least 0
     * @throws IllegalArgumentException if no step remains, or {@code steps} exceeds the number of
     *     timesteps
     */
    public List<NoiseLevel> levels(NoiseSchedule schedule, int steps, double strength, int offset) {
      if (steps < 1) {
        throw new IllegalArgumentException("steps must be at least 1, but was " + steps);
      }
      if (!(strength > 0 && strength <= 1)) {
        throw new IllegalArgumentException("strength must be in (0, 1], but was " + strength);
      }
      int total = schedule.timesteps();
      if (this == LINSPACE_ALL_STEPS) {
        return linspaceAllSteps(schedule, steps, strength);
      }
      if (steps > total) {
        throw new IllegalArgumentException(
            Text.format(
                "steps must be at most the model's %d timesteps, but was %d", total, steps));
      }
      int kept = Math.min((int) (steps * strength), steps);
      if (kept == 0) {
        throw new IllegalArgumentException(
            Text.format(
                "no step is left of %d at strength %s; raise one of them", steps, strength));
      }
      List<NoiseLevel> levels = new ArrayList<>();
      for (int i = steps - kept; i < steps; i++) {
        levels.add(
            switch (this) {
              case LEADING -> schedule.at(leading(i, steps, total, offset));
              case TRAILING ->
                  schedule.at((int) Math.rint(total - i * ((double) total / steps)) - 1);
              case LINSPACE ->
                  schedule.at(
                      steps == 1
                          ? 0
                          : (int) Math.rint((total - 1.0) * (steps - 1 - i) / (steps - 1)));
              case KARRAS -> karras(schedule, i, steps);
              case LINSPACE_ALL_STEPS -> throw new AssertionError("handled above");
            });
      }
      return levels;
    }

    private static int leading(int i, int steps, int total, int offset) {
      int timestep = (steps - 1 - i) * (total / steps) + offset;
      if (timestep >= total) {
        throw new IllegalArgumentException(
            Text.format(
                "%d steps with offset %d exceed the model's %d timesteps", steps, offset, total));
      }
      return timestep;
    }

    private static List<NoiseLevel> linspaceAllSteps(
        NoiseSchedule schedule, int steps, double strength) {
      int most = Math.max((int) Math.rint(schedule.timesteps() * strength) - 1, 0);
      int count = Math.min(steps, most + 1);
      List<NoiseLevel> levels = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int timestep =
            count == 1 ? most : (int) Math.rint(most - (double) (i * (long) most) / (count - 1));
        levels.add(schedule.at(timestep));
      }
      return levels;
    }

    private static NoiseLevel karras(NoiseSchedule schedule, int i, int steps) {
      int last = schedule.timesteps() - 1;
      if (schedule.alphaCumprod(last) == 0) {
        throw new IllegalArgumentException(
            "KARRAS cannot space a schedule with zero terminal SNR: its noise level is infinite");
      }
      if (i == 0 || i == steps - 1) {
        return schedule.at(i == 0 ? last : 0);
      }
      double from = Math.pow(sigma(schedule, last), 1 / KARRAS_RHO);
      double to = Math.pow(sigma(schedule, 0), 1 / KARRAS_RHO);
      double root = from + (to - from) * i / (steps - 1);
      double sigma = Math.pow(root, KARRAS_RHO);
      return new NoiseLevel((float) timestep(schedule, sigma), 1 / (1 + sigma * sigma));
    }

    private static double sigma(NoiseSchedule schedule, int timestep) {
      double alpha = schedule.alphaCumprod(timestep);
      return Math.sqrt((1 - alpha) / alpha);
    }

    /** Returns the timestep of a noise level, by linear interpolation in log σ. */
    private static double timestep(NoiseSchedule schedule, double sigma) {
      int low = 0;
      int high = schedule.timesteps() - 1;
      while (high - low > 1) {
        int middle = (low + high) >>> 1;
        if (sigma(schedule, middle) <= sigma) {
          low = middle;
        } else {
          high = middle;
        }
      }
      double below = Math.log(sigma(schedule, low));
      double above = Math.log(sigma(schedule, high));
      double share = (Math.log(sigma) - below) / (above - below);
      return low + Math.min(Math.max(share, 0), 1) * (high - low);
    }
  }
}
