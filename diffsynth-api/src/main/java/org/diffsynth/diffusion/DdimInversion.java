package org.diffsynth.diffusion;

import java.util.Objects;

/**
 * Every frame from its own noise: that which deterministic DDIM turns into the frame under a prompt
 * that tells what is in it. Denoised under another prompt, what the two have in common stays.
 *
 * <p>The encoded input goes up the run's noise levels, from the last to the first. On the way from
 * level b up to level a the model is asked at the timestep of a, as it will be on the way down:
 *
 * <pre>
 * ε = model(x_b, t_a),   x̂₀ = (x_b − √(1−ᾱ_b)·ε) / √ᾱ_b,   x_a = √ᾱ_a·x̂₀ + √(1−ᾱ_a)·ε
 * </pre>
 *
 * <p>Attention across frames and ControlNets are those of the run, so that the way back is the
 * same. It is exact only for infinitely many steps, and far from it where the guidance of the way
 * back is not that of the way up: that is what makes an edit. Needs an input video. Costs {@code
 * refinement} times the steps of the run, once more. Below strength 1 the way up ends at the run's
 * first level.
 *
 * @param prompt what is to be seen in the input; may be empty
 * @param negativePrompt what is not; evaluated where {@code guidanceScale} is not 1
 * @param guidanceScale how strongly the prompt pulls on the way up, in [1, 100]; default 1, at
 *     which the negative prompt is not evaluated, as released
 * @param refinement hops on the way up for each step of the run, 1 to 100; default 1. More follow
 *     the model's path more closely: hops in between stop at whole timesteps
 * @see <a href="https://arxiv.org/abs/2010.02502">Song et al. 2020, DDIM, section 4.3</a>
 * @see <a href="https://arxiv.org/abs/2303.09535">Qi et al. 2023, FateZero, section 3.2</a>
 */
public record DdimInversion(
    String prompt, String negativePrompt, double guidanceScale, int refinement)
    implements ClipStart {

  private static final double MAX_GUIDANCE = 100;
  private static final int MAX_REFINEMENT = 100;

  /** Checks the ranges. */
  public DdimInversion {
    Objects.requireNonNull(prompt, "prompt");
    Objects.requireNonNull(negativePrompt, "negativePrompt");
    if (!(guidanceScale >= 1 && guidanceScale <= MAX_GUIDANCE)) {
      throw new IllegalArgumentException("guidanceScale must be in [1, 100], was " + guidanceScale);
    }
    if (refinement < 1 || refinement > MAX_REFINEMENT) {
      throw new IllegalArgumentException("refinement must be in [1, 100], was " + refinement);
    }
  }

  /** Under a prompt, without guidance, one hop for each step. */
  public static DdimInversion of(String prompt) {
    return new DdimInversion(prompt, "", 1, 1);
  }

  /** The same with guidance away from a negative prompt. */
  public DdimInversion withGuidance(double scale, String newNegativePrompt) {
    return new DdimInversion(prompt, newNegativePrompt, scale, refinement);
  }

  /** The same with so many hops for each step. */
  public DdimInversion withRefinement(int hops) {
    return new DdimInversion(prompt, negativePrompt, guidanceScale, hops);
  }

  /** Everything but the prompts. */
  @Override
  public String toString() {
    return "DdimInversion[guidanceScale=%s, refinement=%d]".formatted(guidanceScale, refinement);
  }
}
