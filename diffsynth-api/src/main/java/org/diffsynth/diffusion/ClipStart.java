package org.diffsynth.diffusion;

/** Which latents the denoising of a clip starts from. */
public sealed interface ClipStart permits ClipStart.Noise, DdimInversion, MotionWarp {

  /**
   * All frames from one noise, which is DiffSynth's way and the default. Below strength 1 it is
   * added to the encoded input.
   */
  ClipStart SHARED_NOISE = new Noise();

  /** The noise of the request, and nothing to set. */
  record Noise() implements ClipStart {

    @Override
    public String toString() {
      return "shared noise";
    }
  }
}
