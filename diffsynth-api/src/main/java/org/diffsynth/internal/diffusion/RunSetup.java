package org.diffsynth.internal.diffusion;

import java.io.IOException;
import java.util.List;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.NoiseLevel;
import org.diffsynth.diffusion.Prediction;
import org.diffsynth.diffusion.Scheduler;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.text.Text;
import org.diffsynth.request.Conditioning.ReferencePicture;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.ModelDescription;
import org.diffsynth.spi.NotFiniteException;

/**
 * The values that all parts of a run share.
 *
 * @param backend the open model
 * @param plan settings of the run
 * @param monitor receives the progress and may cancel the run
 * @param progress estimate of the work done and left
 * @param size working size: size of pictures that the model evaluates
 * @param levels noise levels from the first one to the end of the run, one more than steps
 * @param codec encodes and decodes pictures
 * @param loopCodec encodes and decodes the estimates that are deflickered inside the loop
 * @param noise one frame of noise, {@code (1, channels, height, width)}, which all frames share
 */
record RunSetup(
    DiffusionBackend backend,
    RenderPlan plan,
    Monitor monitor,
    ProgressEstimate progress,
    FrameSize size,
    List<NoiseLevel> levels,
    PictureCodec codec,
    PictureCodec loopCodec,
    Latents noise) {

  /**
   * Derives the values of a run and checks that settings, model and size fit together.
   *
   * @throws IllegalArgumentException if they do not fit together
   */
  static RunSetup of(DiffusionBackend backend, RenderPlan plan, Monitor monitor) {
    ModelDescription model = backend.model();
    ProgressEstimate progress = new ProgressEstimate(monitor);
    FrameSize size = plan.output().size().nearestMultiple(model.sizeMultiple());
    List<NoiseLevel> levels =
        plan.scheduler().levels(model.noiseSchedule(), plan.steps(), plan.strength());
    checkSignal(model, levels.get(0));
    checkReferences(plan);
    RunSetup setup =
        new RunSetup(
            backend,
            plan,
            monitor,
            progress,
            size,
            levels,
            new PictureCodec(backend, monitor, progress, size, plan.output().frameRate(), false),
            new PictureCodec(backend, monitor, progress, size, plan.output().frameRate(), true),
            plan.sampling()
                .noise()
                .firstFrame(
                    model.latentChannels(),
                    size.height() / model.vaeScaleFactor(),
                    size.width() / model.vaeScaleFactor()));
    if (plan.conditioning().stackedPoses().isPresent() && plan.attention().carries()) {
      throw new IllegalArgumentException(
          Text.format(
                  "stacked poses evaluate the prompt twice, but %s carries the keys of one frame to the next",
                  plan.attention())
              + " call; use an attention without the previous frame, or a pattern");
    }
    return setup;
  }

  private static void checkReferences(RenderPlan plan) {
    CrossFrameAttention attention = plan.execution().diffusion().attention();
    int given = plan.conditioning().references().size();
    if (given < attention.references()) {
      throw new IllegalArgumentException(
          Text.format(
              "%s needs %d reference pictures, but the request has %d",
              attention, attention.references(), given));
    }
    if (given > 0 && attention.mode() == CrossFrameAttention.Mode.NONE) {
      throw new IllegalArgumentException(
          Text.format(
              "reference pictures need an attention across frames, but the pipeline has none:"
                  + " build it with %s, or render without references",
              "crossFrameAttention(CrossFrameAttention.FIRST_AND_PREVIOUS)"));
    }
  }

  /** At a level without any signal, a noise prediction does not determine the picture. */
  private static void checkSignal(ModelDescription model, NoiseLevel first) {
    if (model.predictionType() == Prediction.Type.EPSILON && first.alphaCumprod() == 0) {
      throw new IllegalArgumentException(
          Text.format(
                  "the first step, at timestep %.0f, has zero terminal SNR, which needs a model with",
                  first.timestep())
              + Text.format(" v-prediction; %s predicts epsilon", model.name()));
    }
  }

  ModelDescription model() {
    return backend.model();
  }

  int steps() {
    return levels.size() - 1;
  }

  List<ReferencePicture> usedReferences() {
    return plan.conditioning().references();
  }

  /** Returns the frames of the input as clean latents. */
  Latents encode(FrameStore input) throws IOException {
    PictureCodec.Encoder encoder = codec.encoder("encoding the input");
    for (int i = 0; i < input.size(); i++) {
      encoder.write(input.get(i));
    }
    return encoder.toLatents();
  }

  /**
   * Returns the latents after a step of the scheduler. All frames share the noise that it may add.
   *
   * @param previous prediction of the step before; null in the first step
   */
  Latents afterStep(int step, Prediction prediction, Prediction previous) {
    Scheduler scheduler = plan.scheduler();
    if (!scheduler.addsNoise()) {
      return scheduler.step(levels, step, prediction, previous);
    }
    Latents added =
        plan.sampling().noise().ofStep(step, noise.channels(), noise.height(), noise.width());
    return scheduler.step(
        model().noiseSchedule(),
        levels,
        step,
        prediction,
        previous,
        added.repeat(prediction.noise().frames()));
  }

  /**
   * Throws an exception if latents contain NaN or infinity.
   *
   * @param phase first words of the message
   */
  void checkFinite(Latents latents, String phase, int step) {
    int broken = latents.firstNotFinite();
    if (broken >= 0) {
      throw new NotFiniteException(
          Text.format(
              "%s%s: latents of frame %d became NaN or infinite on %s",
              phase, stepName(step), broken, model().name()),
          model().name(),
          broken,
          null);
    }
  }

  /** Returns for example {@code "step 3 of 20 (timestep 850)"}. */
  private String stepName(int step) {
    return Text.format(
        "step %d of %d (timestep %.0f)", step + 1, steps(), levels.get(step).timestep());
  }
}
