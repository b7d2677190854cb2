package org.diffsynth.internal.diffusion;

import static org.diffsynth.match.NearestNeighborField.packedX;
import static org.diffsynth.match.NearestNeighborField.packedY;

import java.io.IOException;
import java.util.Collections;
import java.util.Set;
import org.diffsynth.deflicker.FramePull;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.internal.text.Text;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.match.QuantizedLatents;
import org.diffsynth.spi.PatchMatcher;

/**
 * Pulls every frame toward the estimate of the previous frame of its shot, optionally along the
 * motion of the input or along matches between the estimates; {@link FramePull} states the formula
 * and its notation.
 */
final class PreviousFramePull {

  private final FramePull pull;
  private final RunSetup run;
  private final double factor;
  private final Set<Integer> starts;
  private final int[][] sources;

  private PreviousFramePull(
      FramePull pull, RunSetup run, double factor, Set<Integer> starts, int[][] sources) {
    this.pull = pull;
    this.run = run;
    this.factor = factor;
    this.starts = starts;
    this.sources = sources;
  }

  /**
   * Creates a pull for a run. A pull along the motion matches each pair of neighboring input frames
   * at the size of the latents and keeps 4 bytes per latent pixel and frame.
   *
   * @param input frames of the input video at working size; null without one
   * @param clipShots shots of the clip, for a pull that names none
   * @throws IllegalArgumentException if the pull does not fit the run
   */
  static PreviousFramePull of(FramePull pull, RunSetup run, FrameStore input, ClipShots clipShots)
      throws IOException {
    double factor = 2 * pull.weight() / run.noise().frameSize();
    if (factor > 1) {
      throw new IllegalArgumentException(
          Text.format(
              "weight must be at most %s at %s, where a frame becomes the previous frame, but was %s",
              run.noise().frameSize() / 2.0, run.size(), pull.weight()));
    }
    switch (pull.toward()) {
      case PREVIOUS -> {}
      case REMAPPED_PREVIOUS ->
          checkSize("the motion", Collections.max(pull.matching().patchSizes()), run);
      case MATCHED_PREVIOUS -> checkSize("matched estimates", PatchMatcher.LATENT_PATCH, run);
    }
    boolean remapped = pull.toward() == FramePull.Toward.REMAPPED_PREVIOUS;
    Set<Integer> starts = Set.copyOf(pull.shots().starts().orElseGet(clipShots::starts));
    return new PreviousFramePull(
        pull, run, factor, starts, remapped ? sources(pull, run, input, starts) : null);
  }

  private static void checkSize(String along, int patch, RunSetup run) {
    if (Math.min(run.noise().width(), run.noise().height()) < patch) {
      throw new IllegalArgumentException(
          Text.format(
              "a frame pull along %1$s needs latents of at least %2$dx%2$d, but had %3$dx%4$d",
              along, patch, run.noise().width(), run.noise().height()));
    }
  }

  /**
   * Returns, for each frame and latent pixel, the index of its match in the previous frame; null
   * for the first frame of a shot.
   */
  private static int[][] sources(
      FramePull pull, RunSetup run, FrameStore input, Set<Integer> starts) throws IOException {
    if (input == null) {
      throw new IllegalArgumentException("a frame pull along the motion needs an input video");
    }
    FrameSize size = new FrameSize(run.noise().width(), run.noise().height());
    int[][] sources = new int[input.size()][];
    try (PatchMatcher matcher = PatchMatcher.open(run.plan().compute(), pull.matching())) {
      Frame before = PictureAdjustment.fit(input.get(0), size);
      for (int frame = 1; frame < sources.length; frame++) {
        run.monitor().checkCancelled();
        Frame current = PictureAdjustment.fit(input.get(frame), size);
        if (!starts.contains(frame)) {
          sources[frame] = sources(matcher.match(before, current));
        }
        before = current;
      }
    }
    return sources;
  }

  /** Returns the indices of the exact matches between the estimates of neighboring frames. */
  private int[][] sources(Latents predictedOriginal) {
    int[][] matches = new int[predictedOriginal.frames()][];
    try (PatchMatcher matcher = PatchMatcher.open(run.plan().compute(), pull.matching())) {
      QuantizedLatents before = quantized(predictedOriginal, 0);
      for (int frame = 1; frame < matches.length; frame++) {
        run.monitor().checkCancelled();
        QuantizedLatents current = quantized(predictedOriginal, frame);
        if (!starts.contains(frame)) {
          matches[frame] = sources(matcher.matchLatents(before, current));
        }
        before = current;
      }
    }
    return matches;
  }

  private static QuantizedLatents quantized(Latents latents, int frame) {
    return QuantizedLatents.of(
        latents.height(), latents.width(), latents.slice(frame, frame + 1).toArray());
  }

  private static int[] sources(NearestNeighborField field) {
    int[] sources = field.toPacked();
    for (int i = 0; i < sources.length; i++) {
      sources[i] = packedY(sources[i]) * field.width() + packedX(sources[i]);
    }
    return sources;
  }

  /**
   * Returns x after a step: pulled, or unchanged if that step does not pull.
   *
   * @param latents x after the scheduler's step
   * @param predictedOriginal x̂₀ of the step, after deflickering
   * @param step number of the step, counted from 0
   */
  Latents apply(Latents latents, Latents predictedOriginal, int step) {
    if (!pull.pullsAt(step, run.steps())) {
      return latents;
    }
    int[][] matches = sources;
    if (pull.toward() == FramePull.Toward.MATCHED_PREVIOUS) {
      if (predictedOriginal.firstNotFinite() >= 0) {
        return latents; // not finite either: the loop reports the step and the frame
      }
      matches = sources(predictedOriginal);
    }
    float[] x = latents.toArray();
    float[] original = predictedOriginal.toArray();
    int size = latents.frameSize();
    int plane = latents.width() * latents.height();
    for (int frame = 1; frame < latents.frames(); frame++) {
      if (starts.contains(frame)) {
        continue;
      }
      for (int i = 0; i < size; i++) {
        int source = matches == null ? i : i / plane * plane + matches[frame][i % plane];
        int at = frame * size + i;
        double difference = (double) original[at] - original[(frame - 1) * size + source];
        x[at] = (float) (x[at] - factor * difference);
      }
    }
    return Latents.of(latents.frames(), latents.channels(), latents.height(), latents.width(), x);
  }
}
