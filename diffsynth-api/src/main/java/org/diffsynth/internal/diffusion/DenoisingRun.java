package org.diffsynth.internal.diffusion;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.diffsynth.Frame;
import org.diffsynth.FrameSink;
import org.diffsynth.FrameSource;
import org.diffsynth.Monitor;
import org.diffsynth.control.ReferencePicture;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.NoiseLevel;
import org.diffsynth.diffusion.Prediction;
import org.diffsynth.diffusion.PredictionType;
import org.diffsynth.diffusion.StepReport;
import org.diffsynth.diffusion.TextEmbedding;
import org.diffsynth.internal.diffusion.WorkClock.Work;
import org.diffsynth.spi.Conditioning;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.ModelDescription;
import org.diffsynth.spi.NotFiniteException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of the denoising loop, from prompt and input to finished frames. Latents of the whole
 * clip are in memory; pictures stream.
 */
public final class DenoisingRun {

  private static final Logger LOG = LoggerFactory.getLogger(DenoisingRun.class);

  private final DiffusionBackend backend;
  private final ModelDescription model;
  private final RenderPlan plan;
  private final Monitor monitor;
  private final WorkClock clock;
  private final PictureSize size;
  private final List<NoiseLevel> levels;
  private final Set<Integer> deflickered;
  private final PictureCodec codec;
  private final Latents noise;

  /**
   * Checks everything that can be checked before the work.
   *
   * @throws IllegalArgumentException if the settings do not fit each other or the model
   */
  public DenoisingRun(DiffusionBackend backend, RenderPlan plan, Monitor monitor) {
    this.backend = backend;
    this.model = backend.model();
    this.plan = plan;
    this.monitor = monitor;
    this.clock = new WorkClock(monitor);
    this.size =
        new PictureSize(plan.outputWidth(), plan.outputHeight())
            .nearestMultiple(model.sizeMultiple());
    this.levels = plan.scheduler().levels(model.noiseSchedule(), plan.steps(), plan.strength());
    checkSignal();
    this.deflickered =
        plan.deflicker().<Set<Integer>>map(it -> it.steps().of(steps())).orElse(Set.of());
    this.codec = new PictureCodec(backend, monitor, clock, size, plan.frameRate());
    this.noise =
        plan.noise()
            .latents(
                model.latentChannels(),
                size.height() / model.vaeScaleFactor(),
                size.width() / model.vaeScaleFactor());
    int references = plan.attention().references();
    if (plan.references().size() < references) {
      throw new IllegalArgumentException(
          "%s needs %d reference pictures, the request brings %d"
              .formatted(plan.attention(), references, plan.references().size()));
    }
  }

  /** Where nothing of the picture is left, a noise prediction says nothing of it. */
  private void checkSignal() {
    if (model.predictionType() == PredictionType.EPSILON && levels.get(0).alphaCumprod() == 0) {
      throw new IllegalArgumentException(
          "the first step, at timestep %.0f, has zero terminal SNR, which needs a model of"
                  .formatted(levels.get(0).timestep())
              + " v-prediction; %s gives epsilon".formatted(model.name()));
    }
  }

  private int steps() {
    return levels.size() - 1;
  }

  /** Renders over an input video, read to its end. The caller keeps and closes source and sink. */
  public void render(FrameSource source, FrameSink sink) throws IOException {
    try (FrameStore input = new FrameStore(size.width(), size.height())) {
      for (Frame frame = source.read(); frame != null; frame = source.read()) {
        monitor.checkCancelled();
        input.add(size.fit(frame));
      }
      if (input.size() == 0) {
        throw new IOException("the input video has no frames");
      }
      render(input, input.size(), sink);
    }
  }

  /** Renders from noise, without an input. */
  public void generate(int frames, FrameSink sink) throws IOException {
    if (plan.strength() < 1) {
      throw new IllegalArgumentException(
          "without an input video strength must be 1, was " + plan.strength());
    }
    render(null, frames, sink);
  }

  private void render(FrameStore input, int frames, FrameSink sink) throws IOException {
    try (ControlPictures controls = new ControlPictures(plan, frames, size);
        Smoother smoother =
            new Smoother(codec, input, size, plan.frameRate(), monitor, clock, fieldBytes())) {
      for (int i = 0; input != null && i < frames; i++) {
        monitor.checkCancelled();
        controls.annotate(input.get(i));
      }
      controls.addReferences(usedReferences());
      NoisePredictor predictor = predictor(controls, frames);
      announce(frames, predictor);
      planWork(frames, predictor);
      Latents finished = denoise(start(input, frames), predictor, smoother);
      finish(finished, smoother, sink);
      clock.report("done", frames, frames);
    }
  }

  private List<ReferencePicture> usedReferences() {
    return plan.references().subList(0, plan.attention().references());
  }

  private NoisePredictor predictor(ControlPictures controls, int frames) {
    monitor.checkCancelled();
    List<String> prompts =
        plan.guided() ? List.of(plan.negativePrompt(), plan.prompt()) : List.of(plan.prompt());
    List<TextEmbedding> texts = backend.encodeText(prompts);
    List<Conditioning> conditionings = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      conditionings.add(new Conditioning(texts.get(i), i < texts.size() - 1));
    }
    int together = plan.guidanceInTwoCalls() ? 1 : conditionings.size();
    int rows =
        plan.rowsPerCall() > 0
            ? plan.rowsPerCall()
            : backend.rowsPerCall(noise.width(), noise.height(), together);
    return new NoisePredictor(backend, plan, conditionings, controls, frames, rows, monitor, clock);
  }

  private void announce(int frames, NoisePredictor predictor) {
    LOG.info(
        "{} frames of {} on {}: {} steps, {}, {} model calls a step of at most {} frames each,"
            + " {} MB of latents",
        frames,
        size,
        model.name(),
        steps(),
        plan.attention(),
        predictor.callsPerStep(),
        predictor.largestCall(),
        "%.1f".formatted(4e-6 * frames * noise.frameSize()));
    if (size.width() != plan.outputWidth() || size.height() != plan.outputHeight()) {
      LOG.info(
          "the model works at {}, the result is resized to {}x{}",
          size,
          plan.outputWidth(),
          plan.outputHeight());
    }
  }

  private void planWork(int frames, NoisePredictor predictor) {
    long passes = deflickered.size() + finalSmoothings();
    clock.plan(Work.PREDICT, steps() * predictor.rowsPerStep());
    clock.plan(Work.DECODE, (1L + deflickered.size()) * frames);
    clock.plan(Work.DEFLICKER, passes * frames);
    long encodings = deflickered.size() + (plan.strength() < 1 ? 1L : 0L);
    clock.plan(Work.ENCODE, encodings * frames + usedReferences().size());
  }

  /** A field is worth keeping where the guide is matched more than once. */
  private long fieldBytes() {
    return deflickered.size() + finalSmoothings() > 1 ? plan.fieldCacheBytes() : 0;
  }

  private long finalSmoothings() {
    return plan.deflicker().flatMap(LatentDeflicker::atEnd).stream().count();
  }

  private Latents start(FrameStore input, int frames) throws IOException {
    Latents noises =
        plan.noise().forFrames(frames, noise.channels(), noise.height(), noise.width());
    if (plan.strength() == 1) {
      return noises;
    }
    PictureCodec.Encoder encoder = codec.encoder("encoding the input");
    for (int i = 0; i < frames; i++) {
      encoder.write(input.get(i));
    }
    return levels.get(0).addNoise(encoder.toLatents(), noises);
  }

  /** Clean latents of the references, or null. */
  private Latents encodeReferences() throws IOException {
    if (usedReferences().isEmpty()) {
      return null;
    }
    PictureCodec.Encoder encoder = codec.encoder("encoding the references");
    for (ReferencePicture reference : usedReferences()) {
      encoder.write(size.fit(reference.picture()));
    }
    return encoder.toLatents();
  }

  private Latents denoise(Latents start, NoisePredictor predictor, Smoother smoother)
      throws IOException {
    Latents references = encodeReferences();
    Latents latents = start;
    Prediction previous = null;
    for (int step = 0; step < steps(); step++) {
      NoiseLevel level = levels.get(step);
      Latents output =
          predictor.predict(withReferences(latents, references, level), level, step, steps());
      Prediction prediction = level.predict(latents, output, model.predictionType());
      if (deflickered.contains(step)) {
        Latents steady =
            smoother.smooth(
                prediction.predictedOriginal(),
                plan.deflicker().orElseThrow().inLoop(),
                "deflickering in step %d of %d".formatted(step + 1, steps()));
        prediction = level.changeOriginal(latents, steady);
      }
      latents = plan.scheduler().step(levels, step, prediction, previous);
      checkFinite(latents, step);
      plan.listener()
          .afterStep(
              new StepReport(
                  step, steps(), level, prediction, deflickered.contains(step), latents));
      previous = prediction;
    }
    return latents;
  }

  /** References are noised with the noise all frames share. */
  private Latents withReferences(Latents latents, Latents references, NoiseLevel level) {
    if (references == null) {
      return latents;
    }
    Latents noised = level.addNoise(references, noise.repeat(references.frames()));
    return Latents.concat(List.of(latents, noised));
  }

  private void checkFinite(Latents latents, int step) {
    int broken = latents.firstNotFinite();
    if (broken >= 0) {
      throw new NotFiniteException(
          "step %d of %d (timestep %.0f): latents of frame %d became NaN or infinite on %s"
              .formatted(step + 1, steps(), levels.get(step).timestep(), broken, model.name()),
          model.name(),
          broken,
          null);
    }
  }

  private void finish(Latents latents, Smoother smoother, FrameSink sink) throws IOException {
    PictureSize output = new PictureSize(plan.outputWidth(), plan.outputHeight());
    FrameSink sized = new Sized(output, sink);
    String where = "decoding the result";
    LatentDeflicker.Smoothing atEnd = plan.deflicker().flatMap(LatentDeflicker::atEnd).orElse(null);
    if (atEnd != null) {
      smoother.write(latents, atEnd, where, sized);
      return;
    }
    try (FrameSource pictures = codec.decode(latents, where)) {
      for (Frame frame = pictures.read(); frame != null; frame = pictures.read()) {
        sized.write(frame);
      }
    }
  }

  /** Frames leave at the size that was asked for, with 16 bits a sample. */
  private record Sized(PictureSize size, FrameSink sink) implements FrameSink {

    @Override
    public void write(Frame frame) throws IOException {
      sink.write(size.fit(frame).as(Frame.Depth.UINT16));
    }

    @Override
    public void commit() {}

    @Override
    public void close() {}
  }
}
