package org.diffsynth.internal.diffusion;

import java.io.IOException;
import org.diffsynth.diffusion.Latents;

/** The same noise for all frames; below strength 1 over the encoded input. */
record NoisyStart(RunSetup run, int frames) implements ClipStarter {

  @Override
  public int firstStep() {
    return 0;
  }

  private boolean fromNoiseAlone() {
    return run.plan().strength() == 1;
  }

  @Override
  public void planWork(WorkClock clock) {
    clock.plan(WorkClock.Work.ENCODE, fromNoiseAlone() ? 0 : frames);
  }

  @Override
  public Latents start(FrameStore input) throws IOException {
    Latents one = run.noise();
    Latents noises =
        run.plan().sampling().noise().forFrames(frames, one.channels(), one.height(), one.width());
    return fromNoiseAlone() ? noises : run.levels().get(0).addNoise(run.encode(input), noises);
  }
}
