package org.diffsynth.internal.diffusion;

import java.io.IOException;
import java.util.Set;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.NoiseLevel;
import org.diffsynth.diffusion.Prediction;
import org.diffsynth.diffusion.StepListener.StepReport;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.diffusion.WorkClock.Work;
import org.diffsynth.spi.DiffusionBackend;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of the denoising loop, from prompt and input to finished frames. Latents of the whole
 * clip are in memory; pictures stream.
 */
public final class DenoisingRun {

  private static final Logger LOG = LoggerFactory.getLogger(DenoisingRun.class);

  private final RunSetup run;
  private final RenderPlan plan;
  private final Monitor monitor;
  private final WorkClock clock;
  private final PictureSize size;
  private final Set<Integer> deflickered;

  /**
   * Checks everything that can be checked before the work.
   *
   * @throws IllegalArgumentException if the settings do not fit each other or the model
   */
  public DenoisingRun(DiffusionBackend backend, RenderPlan plan, Monitor monitor) {
    this.run = RunSetup.of(backend, plan, monitor);
    this.plan = plan;
    this.monitor = monitor;
    this.clock = run.clock();
    this.size = run.size();
    this.deflickered = plan.deflicker().steps().of(run.steps());
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
            new Smoother(
                run.codec(),
                input,
                size,
                plan.output().frameRate(),
                monitor,
                clock,
                fieldBytes())) {
      for (int i = 0; input != null && i < frames; i++) {
        monitor.checkCancelled();
        controls.annotate(input.get(i));
      }
      controls.addReferences(run.usedReferences());
      RowInputs inputs = RowInputs.of(run, controls, frames);
      Predictors predictors = new Predictors(run, inputs, ReferenceLatents.of(run), frames);
      GuidanceBranches guidance = predictors.guidance();
      NoisePredictor predictor = predictors.forClip(guidance, Predictors.DENOISE);
      ClipStarter starter =
          ClipStarter.of(plan.sampling().start(), run, predictors, guidance, input == null);
      Puller puller =
          plan.sampling().framePull().isEmpty()
              ? null
              : Puller.of(plan.sampling().framePull().get(), run, input);
      announce(frames, predictor);
      planWork(frames, predictor, starter);
      Latents start = starter.start(input);
      Latents finished = denoise(start, starter.firstStep(), predictor, smoother, puller);
      finish(finished, smoother, sink);
      clock.report("done", frames, frames);
    }
  }

  private void announce(int frames, NoisePredictor predictor) {
    LOG.info(
        "{} frames of {} on {}: {} steps from {}, {}, {} model calls a step of at most {} frames"
            + " each, {} MB of latents",
        frames,
        size,
        run.model().name(),
        run.steps(),
        plan.sampling().start(),
        plan.attention(),
        predictor.callsPerStep(),
        predictor.largestCall(),
        "%.1f".formatted(4e-6 * frames * run.noise().frameSize()));
    if (size.width() != plan.output().width() || size.height() != plan.output().height()) {
      LOG.info(
          "the model works at {}, the result is resized to {}x{}",
          size,
          plan.output().width(),
          plan.output().height());
    }
  }

  private void planWork(int frames, NoisePredictor predictor, ClipStarter starter) {
    starter.planWork(clock);
    long inLoop = deflickered.stream().filter(step -> step >= starter.firstStep()).count();
    clock.plan(Work.PREDICT, (run.steps() - starter.firstStep()) * predictor.rowsPerStep());
    clock.plan(Work.DECODE, (1 + inLoop) * frames);
    clock.plan(Work.DEFLICKER, (inLoop + finalSmoothings()) * frames);
    clock.plan(Work.ENCODE, inLoop * frames + run.usedReferences().size());
  }

  /** A field is worth keeping where the guide is matched more than once. */
  private long fieldBytes() {
    return deflickered.size() + finalSmoothings() > 1 ? plan.compute().memory().fieldCache() : 0;
  }

  private long finalSmoothings() {
    return plan.deflicker().atEnd().stream().count();
  }

  private Latents denoise(
      Latents start, int firstStep, NoisePredictor predictor, Smoother smoother, Puller puller)
      throws IOException {
    Latents latents = start;
    Prediction previous = null;
    for (int step = firstStep; step < run.steps(); step++) {
      NoiseLevel level = run.levels().get(step);
      Latents output = predictor.predict(latents, level, step);
      Prediction prediction = level.predict(latents, output, run.model().predictionType());
      if (deflickered.contains(step)) {
        Latents steady =
            smoother.smooth(
                prediction.predictedOriginal(),
                plan.deflicker().inLoop(),
                "deflickering in step %d of %d".formatted(step + 1, run.steps()));
        prediction = level.changeOriginal(latents, steady);
      }
      latents = plan.scheduler().step(run.levels(), step, prediction, previous);
      if (puller != null) {
        latents = puller.pulled(latents, prediction.predictedOriginal(), step);
      }
      run.checkFinite(latents, "", step);
      plan.execution()
          .listener()
          .afterStep(
              new StepReport(
                  step, run.steps(), level, prediction, deflickered.contains(step), latents));
      previous = prediction;
    }
    return latents;
  }

  private void finish(Latents latents, Smoother smoother, FrameSink sink) throws IOException {
    PictureSize output = new PictureSize(plan.output().width(), plan.output().height());
    FrameSink sized = new Sized(output, sink);
    String where = "decoding the result";
    LatentDeflicker.Pass atEnd = plan.deflicker().atEnd().orElse(null);
    if (atEnd != null) {
      smoother.write(latents, atEnd, where, sized);
      return;
    }
    try (FrameSource pictures = run.codec().decode(latents, where)) {
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
