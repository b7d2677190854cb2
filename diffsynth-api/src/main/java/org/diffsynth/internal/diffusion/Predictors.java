package org.diffsynth.internal.diffusion;

import org.diffsynth.control.StackedPoses;
import org.diffsynth.diffusion.Latents;

/** Makes what predicts for a clip, or for its first frame alone. */
record Predictors(RunSetup run, RowInputs inputs, ReferenceLatents references, int frames) {

  /** The stage of the loop itself. */
  static final String DENOISE = "denoise";

  /** Guidance of the run by its prompts, or what stands for them. */
  Guidance guidance() {
    RenderPlan plan = run.plan();
    return plan.promptEmbedding()
        .map(prompt -> Guidance.of(prompt, plan.guidanceScale(), poseScale()))
        .orElseGet(() -> guidance(plan.prompt(), plan.negativePrompt(), plan.guidanceScale()));
  }

  /** Guidance by other prompts. */
  Guidance guidance(String prompt, String negative, double scale) {
    run.monitor().checkCancelled();
    return Guidance.of(run.backend(), prompt, negative, scale, poseScale());
  }

  private double poseScale() {
    return run.plan().stackedPoses().map(StackedPoses::scale).orElse(0.0);
  }

  /**
   * For all frames.
   *
   * @param stage what is being done, for progress and errors
   */
  NoisePredictor forClip(Guidance guidance, String stage) {
    return new NoisePredictor(run, guidance, references, inputs, frames, rows(guidance), stage);
  }

  /** For frame 0 as a clip of its own. The references come after it. */
  NoisePredictor forFirstFrame(Guidance guidance, String stage) {
    return new NoisePredictor(
        run,
        guidance,
        references,
        inputs.numbered(frame -> frame == 0 ? 0 : frames + frame - 1),
        1,
        rows(guidance),
        stage);
  }

  private int rows(Guidance guidance) {
    RenderPlan plan = run.plan();
    Latents noise = run.noise();
    return plan.rowsPerCall() > 0
        ? plan.rowsPerCall()
        : run.backend()
            .rowsPerCall(
                noise.width(),
                noise.height(),
                plan.guidanceInTwoCalls() ? 1 : guidance.sides().size());
  }
}
