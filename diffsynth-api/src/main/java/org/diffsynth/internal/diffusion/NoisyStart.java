package org.diffsynth.internal.diffusion;

import java.io.IOException;
import org.diffsynth.diffusion.Latents;

/**
 * Starts every frame from the noise of the request: from noise alone at strength 1, and from the
 * encoded input with this noise added below strength 1.
 */
record NoisyStart(RunSetup run, int frames) implements StartLatents {

  @Override
  public int firstStep() {
    return 0;
  }

  private boolean fromNoiseAlone() {
    return run.plan().strength() == 1;
  }

  @Override
  public void planWork(ProgressEstimate progress) {
    progress.plan(ProgressEstimate.Work.ENCODE, fromNoiseAlone() ? 0 : frames);
  }

  @Override
  public Latents compute(FrameStore input) throws IOException {
    Latents shape = run.noise();
    Latents noises =
        run.plan()
            .sampling()
            .noise()
            .forFrames(frames, shape.channels(), shape.height(), shape.width());
    return fromNoiseAlone() ? noises : run.levels().get(0).addNoise(run.encode(input), noises);
  }
}
