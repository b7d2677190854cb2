package org.diffsynth.internal.diffusion;

import java.io.IOException;
import java.util.List;
import org.diffsynth.control.ReferencePicture;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.NoiseLevel;
import org.diffsynth.diffusion.Prediction;
import org.diffsynth.frame.Monitor;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.ModelDescription;
import org.diffsynth.spi.NotFiniteException;

/**
 * What all parts of a run work with.
 *
 * @param size of pictures at work
 * @param levels noise levels from the first to where the run ends, one more than steps
 * @param noise one frame, shared by all
 */
record RunSetup(
    DiffusionBackend backend,
    RenderPlan plan,
    Monitor monitor,
    WorkClock clock,
    PictureSize size,
    List<NoiseLevel> levels,
    PictureCodec codec,
    Latents noise) {

  /**
   * Checks what settings, model and size have to do with each other.
   *
   * @throws IllegalArgumentException if they do not fit
   */
  static RunSetup of(DiffusionBackend backend, RenderPlan plan, Monitor monitor) {
    ModelDescription model = backend.model();
    WorkClock clock = new WorkClock(monitor);
    PictureSize size =
        new PictureSize(plan.output().width(), plan.output().height())
            .nearestMultiple(model.sizeMultiple());
    List<NoiseLevel> levels =
        plan.scheduler().levels(model.noiseSchedule(), plan.steps(), plan.strength());
    checkSignal(model, levels.get(0));
    RunSetup setup =
        new RunSetup(
            backend,
            plan,
            monitor,
            clock,
            size,
            levels,
            new PictureCodec(backend, monitor, clock, size, plan.output().frameRate()),
            plan.sampling()
                .noise()
                .latents(
                    model.latentChannels(),
                    size.height() / model.vaeScaleFactor(),
                    size.width() / model.vaeScaleFactor()));
    if (plan.conditioning().stackedPoses().isPresent() && plan.attention().carries()) {
      throw new IllegalArgumentException(
          "with stacked poses the prompt is evaluated twice, and %s carries one frame's keys on:"
                  .formatted(plan.attention())
              + " take an attention without the frame before, or a pattern");
    }
    int references = plan.attention().references();
    if (plan.conditioning().references().size() < references) {
      throw new IllegalArgumentException(
          "%s needs %d reference pictures, the request brings %d"
              .formatted(plan.attention(), references, plan.conditioning().references().size()));
    }
    return setup;
  }

  /** Where nothing of the picture is left, a noise prediction says nothing of it. */
  private static void checkSignal(ModelDescription model, NoiseLevel first) {
    if (model.predictionType() == Prediction.Type.EPSILON && first.alphaCumprod() == 0) {
      throw new IllegalArgumentException(
          "the first step, at timestep %.0f, has zero terminal SNR, which needs a model of"
                  .formatted(first.timestep())
              + " v-prediction; %s gives epsilon".formatted(model.name()));
    }
  }

  ModelDescription model() {
    return backend.model();
  }

  int steps() {
    return levels.size() - 1;
  }

  List<ReferencePicture> usedReferences() {
    return plan.conditioning().references().subList(0, plan.attention().references());
  }

  /** The input's frames as clean latents. */
  Latents encode(FrameStore input) throws IOException {
    PictureCodec.Encoder encoder = codec.encoder("encoding the input");
    for (int i = 0; i < input.size(); i++) {
      encoder.write(input.get(i));
    }
    return encoder.toLatents();
  }

  /** Stops where x became NaN; {@code phase} begins the message. */
  void checkFinite(Latents latents, String phase, int step) {
    int broken = latents.firstNotFinite();
    if (broken >= 0) {
      throw new NotFiniteException(
          "%s%s: latents of frame %d became NaN or infinite on %s"
              .formatted(phase, stepName(step), broken, model().name()),
          model().name(),
          broken,
          null);
    }
  }

  /** {@code "step 3 of 20 (timestep 850)"}. */
  private String stepName(int step) {
    return "step %d of %d (timestep %.0f)"
        .formatted(step + 1, steps(), levels.get(step).timestep());
  }
}
