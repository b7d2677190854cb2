package org.diffsynth.internal.diffusion;

import java.io.IOException;
import org.diffsynth.deflicker.FramePull;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.spi.PatchMatcher;
import org.diffsynth.spi.PatchMatchers;

/** Pulls every frame toward the estimate of the frame before it; see {@link FramePull}. */
final class Puller {

  private final FramePull pull;
  private final double factor;
  private final int steps;
  private final int[][] sources;

  private Puller(FramePull pull, double factor, int steps, int[][] sources) {
    this.pull = pull;
    this.factor = factor;
    this.steps = steps;
    this.sources = sources;
  }

  /**
   * Matches the guide where it is to be followed: 4 bytes a latent pixel and frame.
   *
   * @param input null where there is none
   * @throws IllegalArgumentException if the pull does not fit the run
   */
  static Puller of(FramePull pull, RunSetup run, FrameStore input) throws IOException {
    double factor = 2 * pull.weight() / run.noise().frameSize();
    if (factor > 1) {
      throw new IllegalArgumentException(
          "a weight above %s pulls past the frame before at %s, was %s"
              .formatted(run.noise().frameSize() / 2.0, run.size(), pull.weight()));
    }
    boolean remapped = pull.toward() == FramePull.Toward.REMAPPED_PREVIOUS;
    return new Puller(pull, factor, run.steps(), remapped ? sources(pull, run, input) : null);
  }

  /** For each frame and latent pixel, which pixel of the frame before is the same thing. */
  private static int[][] sources(FramePull pull, RunSetup run, FrameStore input)
      throws IOException {
    if (input == null) {
      throw new IllegalArgumentException("a pull along the motion needs an input video");
    }
    PictureSize size = new PictureSize(run.noise().width(), run.noise().height());
    int[][] sources = new int[input.size()][];
    try (PatchMatcher matcher = PatchMatchers.open(run.plan().compute(), pull.matching())) {
      Frame before = size.fit(input.get(0));
      for (int frame = 1; frame < sources.length; frame++) {
        run.monitor().checkCancelled();
        Frame current = size.fit(input.get(frame));
        sources[frame] = sources(matcher.match(before, current));
        before = current;
      }
    }
    return sources;
  }

  private static int[] sources(NearestNeighborField field) {
    int[] sources = field.toPacked();
    for (int i = 0; i < sources.length; i++) {
      sources[i] = (sources[i] >>> 16) * field.width() + (sources[i] & 0xFFFF);
    }
    return sources;
  }

  /**
   * x after a step, pulled if that step pulls.
   *
   * @param predictedOriginal x̂₀ of that step, as the scheduler saw it
   */
  Latents pulled(Latents latents, Latents predictedOriginal, int step) {
    if (!pull.pullsAt(step, steps)) {
      return latents;
    }
    float[] x = latents.toArray();
    float[] original = predictedOriginal.toArray();
    int size = latents.frameSize();
    int plane = latents.width() * latents.height();
    for (int frame = 1; frame < latents.frames(); frame++) {
      for (int i = 0; i < size; i++) {
        int source = sources == null ? i : i / plane * plane + sources[frame][i % plane];
        int at = frame * size + i;
        double difference = (double) original[at] - original[(frame - 1) * size + source];
        x[at] = (float) (x[at] - factor * difference);
      }
    }
    return Latents.of(latents.frames(), latents.channels(), latents.height(), latents.width(), x);
  }
}
