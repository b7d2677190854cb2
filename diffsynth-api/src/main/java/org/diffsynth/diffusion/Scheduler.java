package org.diffsynth.diffusion;

import java.util.List;

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
   * @param spacing which timesteps to visit; {@link TimestepSpacing#LINSPACE} is the usual choice,
   *     {@link TimestepSpacing#KARRAS} often better below 15 steps. {@link TimestepSpacing#LEADING}
   *     gets a step offset of 1
   * @see <a href="https://arxiv.org/abs/2211.01095">Lu et al. 2022, DPM-Solver++, algorithm 2</a>
   */
  static Scheduler dpmSolver(TimestepSpacing spacing) {
    return new DpmSolverScheduler(spacing);
  }
}
