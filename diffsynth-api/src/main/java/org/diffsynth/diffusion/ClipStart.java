package org.diffsynth.diffusion;

import java.util.Objects;
import org.diffsynth.internal.text.Text;

/** The latents that the denoising of a clip starts from. */
public sealed interface ClipStart {

  /**
   * All frames start from one noise, as in DiffSynth. This is the default. Below strength 1, the
   * noise is added to the encoded input video.
   */
  ClipStart SHARED_NOISE = new Noise();

  /** The type of {@link #SHARED_NOISE}, which has no settings. */
  record Noise() implements ClipStart {

    @Override
    public String toString() {
      return "shared noise";
    }
  }

  /**
   * Starts each frame from the noise that deterministic DDIM would turn into this frame, given a
   * prompt that describes the input video. Denoising with another prompt then edits the video: what
   * both prompts have in common stays as it is. Needs an input video.
   *
   * <p>The inversion visits the noise levels of the run in reverse order, from the last to the
   * first. One hop from level b up to level a is formula (12) of the DDIM paper backwards. As in
   * the released code of FateZero, the model is evaluated at the timestep of the upper level:
   *
   * <pre>
   * ε = model(x_b, t_a),   x̂₀ = (x_b − √(1−ᾱ_b)·ε) / √ᾱ_b,   x_a = √ᾱ_a·x̂₀ + √(1−ᾱ_a)·ε
   * </pre>
   *
   * <p>The inversion uses the cross-frame attention and the ControlNets of the run. It is exact
   * only for infinitely many steps. Below strength 1 it ends at the first level of the run. It
   * costs {@code refinement} model evaluations per step of the run, in addition to the run itself.
   *
   * @param prompt description of the input video; may be empty
   * @param negativePrompt description of what the input video does not show; only used if {@code
   *     guidanceScale} is above 1
   * @param guidanceScale guidance scale of the inversion, in [1, 100]. The default, 1, evaluates no
   *     negative prompt and is recommended: larger values make the inversion less exact
   * @param refinement hops per step of the run, 1 to 100; default 1. More hops make the inversion
   *     more exact and slower. Additional hops stop at whole timesteps between the levels of the
   *     run
   * @see <a href="https://arxiv.org/abs/2010.02502">Song et al. 2020, DDIM, section 4.3</a>
   * @see <a href="https://arxiv.org/abs/2303.09535">Qi et al. 2023, FateZero, section 3.2</a>
   */
  record DdimInversion(String prompt, String negativePrompt, double guidanceScale, int refinement)
      implements ClipStart {

    private static final double MAX_GUIDANCE = 100;
    private static final int MAX_REFINEMENT = 100;

    /**
     * Creates a {@code DdimInversion} from its components.
     *
     * @throws IllegalArgumentException if a component is outside its documented range
     */
    public DdimInversion {
      Objects.requireNonNull(prompt, "prompt");
      Objects.requireNonNull(negativePrompt, "negativePrompt");
      if (!(guidanceScale >= 1 && guidanceScale <= MAX_GUIDANCE)) {
        throw new IllegalArgumentException(
            "guidanceScale must be in [1, 100], but was " + guidanceScale);
      }
      if (refinement < 1 || refinement > MAX_REFINEMENT) {
        throw new IllegalArgumentException("refinement must be in [1, 100], but was " + refinement);
      }
    }

    /** Creates an inversion with the given prompt, without guidance, one hop per step. */
    public static DdimInversion of(String prompt) {
      return new DdimInversion(prompt, "", 1, 1);
    }

    /** Returns a copy of this inversion with the given guidance scale and negative prompt. */
    public DdimInversion withGuidance(double scale, String newNegativePrompt) {
      return new DdimInversion(prompt, newNegativePrompt, scale, refinement);
    }

    /** Returns a copy of this inversion with the given number of hops per step of the run. */
    public DdimInversion withRefinement(int hops) {
      return new DdimInversion(prompt, negativePrompt, guidanceScale, hops);
    }

    /** Returns the settings without the prompts, which must not be logged. */
    @Override
    public String toString() {
      return Text.format(
          "DdimInversion[guidanceScale=%s, refinement=%d]", guidanceScale, refinement);
    }
  }

  /**
   * Starts a clip without an input video from latents of its first frame that are shifted from
   * frame to frame, as in Text2Video-Zero.
   *
   * <table>
   *   <caption>Notation: symbols in the paper and names here</caption>
   *   <tr><th>paper</th><th>here</th></tr>
   *   <tr><td>T</td><td>level T1, after the share {@code noisedTo} of the steps</td></tr>
   *   <tr><td>T′ = T − Δt</td><td>level T0, after the share {@code shiftedAt} of the steps</td></tr>
   *   <tr><td>λ·(δ_x, δ_y)</td><td>{@code (dx, dy)}</td></tr>
   *   <tr><td>W_{k+1}, frames counted from 1</td><td>shift of frame k by k·(dx, dy)</td></tr>
   * </table>
   *
   * <p>Frame 0 is denoised alone to T1 and on to T0, where T0 has less noise. The latents of frame
   * 0 at T0 are copied to all frames, those of frame k are shifted by k·(dx, dy), and new noise
   * brings frames 1 and later back to T1: {@code x = √(ᾱ₁/ᾱ₀)·x + √(1−ᾱ₁/ᾱ₀)·ε}. From T1 on, all
   * frames are denoised together; frame 0 continues from its own latents at T1. Use it with {@link
   * CrossFrameAttention#FIRST_FRAME}, which keeps the frames consistent.
   *
   * <p>Frame k shows at a position what frame 0 shows at this position plus k·(dx, dy): with
   * positive values the content moves to the left and up. The shift takes the nearest latent pixel,
   * {@code column' = rint(column + k·dx/8 − 1/16)} for latent pixels of 8 by 8 pixels; the offset
   * of 1/16 comes from the sampling grid of the released code. Beyond the edge, latents are
   * mirrored. The new noise of frame k continues the sequence of the {@link InitialNoise}.
   *
   * <p>Two details differ from the released code: shifts are in pixels of the actual picture, not
   * of a fixed grid of 512 by 512, and the noise is added for the timesteps T0 + 1 to T1, where the
   * released code uses T0 to T1 − 1.
   *
   * <p>Needs strength 1. Steps before T1 are not deflickered and not reported to a {@link
   * StepListener}.
   *
   * @param dx shift in columns per frame, in pixels, in [-1000, 1000]
   * @param dy shift in rows per frame, in pixels, in [-1000, 1000]
   * @param noisedTo position of T1, as the share of the run's steps before it, in [0, 1), rounded
   *     to whole steps; released 0.04, which is 2 of 50 steps
   * @param shiftedAt position of T0, as the share of the run's steps before it, above {@code
   *     noisedTo} and at most 1; at least one step after T1; released 0.1, which is 5 of 50 steps
   * @see <a href="https://arxiv.org/abs/2303.13439">Khachatryan et al. 2023, Text2Video-Zero,
   *     section 3.3.1</a>
   */
  record MotionWarp(double dx, double dy, double noisedTo, double shiftedAt) implements ClipStart {

    /** The released settings: 12 pixels per frame in both directions, shares 0.04 and 0.1. */
    public static final MotionWarp RELEASED = of(12, 12);

    private static final double MAX_SHIFT = 1000;

    /**
     * Creates a {@code MotionWarp} from its components.
     *
     * @throws IllegalArgumentException if a component is outside its documented range
     */
    public MotionWarp {
      if (!(Math.abs(dx) <= MAX_SHIFT && Math.abs(dy) <= MAX_SHIFT)) {
        throw new IllegalArgumentException(
            Text.format("dx and dy must be in [-1000, 1000], but were %s and %s", dx, dy));
      }
      if (!(noisedTo >= 0 && noisedTo < shiftedAt && shiftedAt <= 1)) {
        throw new IllegalArgumentException(
            Text.format(
                "noisedTo must be in [0, 1) and shiftedAt in (noisedTo, 1], but they were %s and %s",
                noisedTo, shiftedAt));
      }
    }

    /** Creates a shift by the given number of pixels per frame, at the released levels. */
    public static MotionWarp of(double dx, double dy) {
      return new MotionWarp(dx, dy, 0.04, 0.1);
    }

    /** Returns a copy of this shift with the given positions of T1 and T0. */
    public MotionWarp withLevels(double newNoisedTo, double newShiftedAt) {
      return new MotionWarp(dx, dy, newNoisedTo, newShiftedAt);
    }
  }
}
