package org.diffsynth.samples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.Pipeline;
import org.diffsynth.RenderRequest;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.NoiseLevel;
import org.diffsynth.diffusion.NoiseSchedule;
import org.diffsynth.diffusion.Prediction;
import org.diffsynth.diffusion.Scheduler;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;

/**
 * A scheduler of one's own: DDIM with more steps where there is little noise.
 *
 * <p>Run: {@code samples/run OwnScheduler models/sd15 input.mp4 styled.mp4}
 */
public final class OwnScheduler {

  private OwnScheduler() {}

  /** Runs the sample; arguments in this order: model folder, input video, output. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 3) {
      System.err.println("usage: samples/run OwnScheduler models/sd15 input.mp4 styled.mp4");
      return;
    }
    try (Pipeline pipeline =
            Pipeline.builder().model(Path.of(arguments[0])).scheduler(new Quadratic()).build();
        FrameSource input = VideoFiles.open(Path.of(arguments[1]))) {
      RenderRequest request = RenderRequest.of("winter").withSteps(8).withStrength(0.7);
      VideoFiles.write(
          Path.of(arguments[2]),
          VideoSettings.DEFAULT.withFrameRate(input.format().frameRate()),
          styled -> pipeline.render(input, request, styled, Monitor.NONE));
    }
  }

  // README: own scheduler
  /** Visits the timesteps (T − 1)·(1 − i/steps)². */
  record Quadratic() implements Scheduler {

    @Override
    public List<NoiseLevel> levels(NoiseSchedule schedule, int steps, double strength) {
      List<NoiseLevel> levels = new ArrayList<>();
      for (int i = steps - (int) (steps * strength); i < steps; i++) {
        double share = 1 - i / (double) steps;
        long timestep = Math.round((schedule.timesteps() - 1) * share * share);
        levels.add(schedule.at((int) Math.max(timestep, steps - 1 - i)));
      }
      levels.add(NoiseLevel.CLEAN); // where the run ends
      return levels;
    }

    @Override
    public Latents step(List<NoiseLevel> levels, int i, Prediction current, Prediction previous) {
      return levels.get(i + 1).addNoise(current.predictedOriginal(), current.noise());
    }
  }
  // README: end
}
