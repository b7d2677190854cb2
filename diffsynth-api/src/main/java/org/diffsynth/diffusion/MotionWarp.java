package org.diffsynth.diffusion;

/**
 * Text2Video-Zero's start: a clip from nothing but noise, moved by shifting the latents of its
 * first frame.
 *
 * <p>Frame 0 is denoised alone to the level T1 and on to T0. Its latents at T0 are copied to all
 * other frames, and those of frame k shifted by k·(dx, dy); fresh noise takes them back up to T1, x
 * = √(ᾱ₁/ᾱ₀)·x + √(1−ᾱ₁/ᾱ₀)·ε, and from there all frames are denoised together, frame 0 from where
 * it was at T1. Meant for {@link CrossFrameAttention#FIRST_FRAME}, which ties the frames together.
 *
 * <p>As released, frame k shows at a place what frame 0 shows at that place plus k·(dx, dy): with
 * positive values the content moves to the left and up. Samples are the nearest ones, {@code
 * column' = rint(column + k·dx/8 − 1/16)} where a latent pixel is 8 pixels wide; the sixteenth is
 * the released grid's, which counts pixels from their corners. Beyond the edge the picture is
 * mirrored. The released code shifts on a fixed grid of 512×512; here pixels are the picture's.
 *
 * <p>The fresh noise of frame k goes on in the sequence that the shared noise began; see {@link
 * InitialNoise#independent}. The released code multiplies α from T0 to T1 − 1, one timestep too
 * early; here it is from T0 + 1 to T1.
 *
 * <p>Needs strength 1; steps before T1 are not deflickered, nor told to a {@link StepListener}.
 *
 * @param dx columns from frame to frame, in pixels of the picture, in [-1000, 1000]
 * @param dy rows from frame to frame, likewise
 * @param noisedTo where T1 is: the share of the run's steps before it, in [0, 1), rounded to whole
 *     steps; released 2 of 50
 * @param shiftedAt where T0 is, the share of steps before it, above {@code noisedTo}, to 1; at
 *     least one step after T1; released 5 of 50
 * @see <a href="https://arxiv.org/abs/2303.13439">Khachatryan et al. 2023, Text2Video-Zero, section
 *     3.3.1</a>
 */
public record MotionWarp(double dx, double dy, double noisedTo, double shiftedAt)
    implements ClipStart {

  /** As released: 12 pixels a frame each way, T1 after 2 of 50 steps and T0 after 5. */
  public static final MotionWarp RELEASED = of(12, 12);

  private static final double MAX_SHIFT = 1000;

  /** Checks the ranges. */
  public MotionWarp {
    if (!(Math.abs(dx) <= MAX_SHIFT && Math.abs(dy) <= MAX_SHIFT)) {
      throw new IllegalArgumentException(
          "dx and dy must be in [-1000, 1000], were %s and %s".formatted(dx, dy));
    }
    if (!(noisedTo >= 0 && noisedTo < shiftedAt && shiftedAt <= 1)) {
      throw new IllegalArgumentException(
          "noisedTo and shiftedAt must rise in [0, 1], were %s and %s"
              .formatted(noisedTo, shiftedAt));
    }
  }

  /** A shift by so many pixels from frame to frame, at the released levels. */
  public static MotionWarp of(double dx, double dy) {
    return new MotionWarp(dx, dy, 0.04, 0.1);
  }

  /** The same at other levels. */
  public MotionWarp between(double newNoisedTo, double newShiftedAt) {
    return new MotionWarp(dx, dy, newNoisedTo, newShiftedAt);
  }
}
