package org.diffsynth.internal.diffusion;

import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.request.Conditioning.StackedPoses;

/**
 * Creates predictors for a whole clip, or for its first frame as a clip of its own.
 *
 * @param run values that all parts of the run share
 * @param inputs control pictures, image prompt and poses of the rows
 * @param references latents of the reference pictures
 * @param shots shots of the clip
 */
record PredictorFactory(
    RunSetup run, RowConditioning inputs, ReferenceLatents references, ClipShots shots) {

  /** Name of the stage that is the denoising loop itself. */
  static final String DENOISE = "denoise";

  /** Returns the number of frames of the clip. */
  int frames() {
    return shots.frames();
  }

  /** Returns the guidance of the run, by its prompts or by the embedding that replaces them. */
  GuidanceBranches guidance() {
    RenderPlan plan = run.plan();
    return plan.guidance()
        .promptEmbedding()
        .map(
            prompt ->
                GuidanceBranches.of(
                    run.model(), prompt, run.steps(), plan.guidanceScale(), poseScale()))
        .orElseGet(
            () ->
                guidance(
                    plan.guidance().prompt(),
                    plan.guidance().negativePrompt(),
                    plan.guidanceScale()));
  }

  /** Returns guidance by other prompts than those of the run. */
  GuidanceBranches guidance(String prompt, String negative, double scale) {
    run.monitor().checkCancelled();
    return GuidanceBranches.of(run.backend(), prompt, negative, run.steps(), scale, poseScale());
  }

  private double poseScale() {
    return run.plan().conditioning().stackedPoses().map(StackedPoses::scale).orElse(0.0);
  }

  /**
   * Returns a predictor for all frames of the clip.
   *
   * @param stage name of the stage, for progress and errors
   */
  ClipPredictor forClip(GuidanceBranches guidance, String stage) {
    return new ClipPredictor(
        run, guidance, references, inputs, shots, rows(run, guidance.count()), stage);
  }

  /** Returns a predictor for frame 0 as a clip of its own, followed by the references. */
  ClipPredictor forFirstFrame(GuidanceBranches guidance, String stage) {
    return new ClipPredictor(
        run,
        guidance,
        references,
        inputs.numbered(frame -> frame == 0 ? 0 : shots.frames() + frame - 1),
        ClipShots.one(1),
        rows(run, guidance.count()),
        stage);
  }

  /**
   * Returns the largest recommended number of rows in a model call.
   *
   * @param branches number of branches of guidance
   */
  static int rows(RunSetup run, int branches) {
    RenderPlan plan = run.plan();
    Latents noise = run.noise();
    ComputeOptions.Memory memory = plan.compute().memory();
    return memory.framesPerCall() > 0
        ? memory.framesPerCall()
        : run.backend()
            .rowsPerCall(noise.width(), noise.height(), memory.guidanceInTwoCalls() ? 1 : branches);
  }
}
