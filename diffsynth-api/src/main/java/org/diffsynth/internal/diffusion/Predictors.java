package org.diffsynth.internal.diffusion;

import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.control.StackedPoses;
import org.diffsynth.diffusion.Latents;

/** Makes what predicts for a clip, or for its first frame alone. */
record Predictors(RunSetup run, RowInputs inputs, ReferenceLatents references, int frames) {

  /** The stage of the loop itself. */
  static final String DENOISE = "denoise";

  /** GuidanceBranches of the run by its prompts, or what stands for them. */
  GuidanceBranches guidance() {
    RenderPlan plan = run.plan();
    return plan.guidance()
        .promptEmbedding()
        .map(prompt -> GuidanceBranches.of(prompt, plan.guidanceScale(), poseScale()))
        .orElseGet(
            () ->
                guidance(
                    plan.guidance().prompt(),
                    plan.guidance().negativePrompt(),
                    plan.guidanceScale()));
  }

  /** GuidanceBranches by other prompts. */
  GuidanceBranches guidance(String prompt, String negative, double scale) {
    run.monitor().checkCancelled();
    return GuidanceBranches.of(run.backend(), prompt, negative, scale, poseScale());
  }

  private double poseScale() {
    return run.plan().conditioning().stackedPoses().map(StackedPoses::scale).orElse(0.0);
  }

  /**
   * For all frames.
   *
   * @param stage what is being done, for progress and errors
   */
  NoisePredictor forClip(GuidanceBranches guidance, String stage) {
    return new NoisePredictor(run, guidance, references, inputs, frames, rows(guidance), stage);
  }

  /** For frame 0 as a clip of its own. The references come after it. */
  NoisePredictor forFirstFrame(GuidanceBranches guidance, String stage) {
    return new NoisePredictor(
        run,
        guidance,
        references,
        inputs.numbered(frame -> frame == 0 ? 0 : frames + frame - 1),
        1,
        rows(guidance),
        stage);
  }

  private int rows(GuidanceBranches guidance) {
    RenderPlan plan = run.plan();
    Latents noise = run.noise();
    ComputeOptions.Memory memory = plan.compute().memory();
    return memory.framesPerCall() > 0
        ? memory.framesPerCall()
        : run.backend()
            .rowsPerCall(
                noise.width(),
                noise.height(),
                memory.guidanceInTwoCalls() ? 1 : guidance.sides().size());
  }
}
