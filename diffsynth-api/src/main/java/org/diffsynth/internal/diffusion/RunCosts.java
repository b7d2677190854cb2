package org.diffsynth.internal.diffusion;

import org.diffsynth.deflicker.Deflicker;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.deflicker.PatchBlending.BlendMode;

/**
 * The work of a run, and the time that it takes. Changing one component shows what a change saves.
 *
 * @param times measured times of the units of work
 * @param frames number of frames of the clip
 * @param steps number of denoising steps that are evaluated
 * @param rowsPerFrame rows of a step for each frame, counted once for each branch of guidance
 * @param branches evaluations of each row: branches of guidance, and one more for stacked poses
 * @param encodings number of times that the input is encoded, 0 or 1
 * @param inLoop number of steps that are deflickered
 * @param atEnd number of deflickerings of the finished video, 0 or 1
 * @param deflicker what deflickers; null for nothing
 */
record RunCosts(
    Times times,
    int frames,
    int steps,
    double rowsPerFrame,
    int branches,
    int encodings,
    int inLoop,
    int atEnd,
    Deflicker deflicker) {

  /**
   * Times in seconds.
   *
   * @param row one row through UNet and ControlNets
   * @param encode one frame through the encoder, {@code decode} through the decoder
   * @param loopEncode one frame through the encoder of the loop, {@code loopDecode} through its
   *     decoder
   * @param pair one pair of frames in a deflickering
   */
  record Times(
      double row,
      double encode,
      double decode,
      double loopEncode,
      double loopDecode,
      double pair) {}

  /** Shares of the time of a deflickering that a later one with kept fields takes. */
  private static final double REUSED_SHARP = 0.46;

  private static final double REUSED = 0.17;

  double rows() {
    return (double) frames * steps * rowsPerFrame * branches;
  }

  /** Returns the time of the run, in seconds. */
  double seconds() {
    return rows() * times.row
        + frames * (encodings * times.encode + times.decode)
        + (double) inLoop * frames * (times.loopEncode + times.loopDecode)
        + deflickering();
  }

  private double deflickering() {
    int passes = inLoop + atEnd;
    if (passes == 0 || deflicker == null) {
      return 0;
    }
    double reused =
        !(deflicker instanceof PatchBlending blending)
            ? 1
            : blending.mode() == BlendMode.SHARP ? REUSED_SHARP : REUSED;
    return (1 + (passes - 1) * reused) * times.pair * pairs(deflicker, frames);
  }

  /** Returns the pairs of frames that a deflickering matches; 1 for each frame if unknown. */
  static double pairs(Deflicker deflicker, int frames) {
    if (!(deflicker instanceof PatchBlending blending)) {
      return frames;
    }
    int radius = Math.min(blending.windowRadius(), frames - 1);
    if (blending.mode() == BlendMode.FAST) {
      return Math.max(1, 2 * frames * Math.log(radius + 1.0) / Math.log(2));
    }
    double pairs = 0;
    for (int i = 0; i < frames; i++) {
      pairs += Math.min(i, radius) + Math.min(frames - 1 - i, radius);
    }
    return Math.max(1, pairs);
  }

  RunCosts withFrames(int count) {
    return new RunCosts(
        times, count, steps, rowsPerFrame, branches, encodings, inLoop, atEnd, deflicker);
  }

  RunCosts withSteps(int count, int deflickered) {
    return new RunCosts(
        times, frames, count, rowsPerFrame, branches, encodings, deflickered, atEnd, deflicker);
  }

  RunCosts withRows(double perFrame, int evaluations) {
    return new RunCosts(
        times, frames, steps, perFrame, evaluations, encodings, inLoop, atEnd, deflicker);
  }

  RunCosts withTinyLoopVae(double share) {
    Times tiny =
        new Times(
            times.row,
            times.encode,
            times.decode,
            share * times.encode,
            share * times.decode,
            times.pair);
    return new RunCosts(
        tiny, frames, steps, rowsPerFrame, branches, encodings, inLoop, atEnd, deflicker);
  }
}
