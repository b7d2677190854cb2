package org.diffsynth.internal.diffusion;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.NoiseLevel;
import org.diffsynth.diffusion.Prediction;
import org.diffsynth.diffusion.StepListener.StepReport;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.diffusion.ProgressEstimate.Work;
import org.diffsynth.internal.diffusion.StepCheckpoints.State;
import org.diffsynth.internal.text.Text;
import org.diffsynth.request.StyleState.ColourChange;
import org.diffsynth.spi.DiffusionBackend;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of the denoising loop, from prompt and input to finished frames.
 *
 * <p>Each step evaluates the model for all frames, derives the estimate of the clean video from its
 * output, deflickers that estimate at the chosen steps, and lets the scheduler compute the next
 * latents:
 *
 * <pre>
 * (1) ε     = UNet(x_t, t) with guidance, ControlNets and cross-frame attention
 * (2) x̂₀    = (x_t − √(1−ᾱ)·ε) / √ᾱ
 * (3) x̂₀′   = encode(deflicker(decode(x̂₀)))            at deflicker steps, else x̂₀; encode and
 *             decode may be those of a smaller VAE than for the result
 * (4) ε′    = (x_t − √ᾱ·x̂₀′) / √(1−ᾱ)
 * (5) x_t−1 = scheduler(x̂₀′, ε′), with noise that all frames share if it adds some, then the frame pull where the request has one
 * </pre>
 *
 * <table>
 * <caption>Notation</caption>
 * <tr><td>x_t, x_t−1</td><td>{@code latents} before and after a step</td></tr>
 * <tr><td>ε, or v of a v-prediction model</td><td>{@code output}</td></tr>
 * <tr><td>x̂₀, ε</td><td>{@code prediction.predictedOriginal()}, {@code prediction.noise()}</td></tr>
 * <tr><td>x̂₀′</td><td>{@code changed}</td></tr>
 * <tr><td>ᾱ, t</td><td>{@code level}</td></tr>
 * </table>
 *
 * <p>The latents of the whole clip are in memory. Pictures are in temporary files or stream through
 * decoder, deflicker and encoder.
 *
 * @see <a href="https://arxiv.org/abs/2308.03463">Duan et al. 2023, DiffSynth, section 3</a>
 */
public final class DenoisingRun {

  private static final Logger LOG = LoggerFactory.getLogger(DenoisingRun.class);

  private final RunSetup run;
  private final RenderPlan plan;
  private final Monitor monitor;
  private final ProgressEstimate progress;
  private final FrameSize size;
  private final Set<Integer> deflickered;
  private final StepCheckpoints checkpoints;

  /**
   * Creates a run and checks its settings before any model call.
   *
   * @throws IllegalArgumentException if the settings do not fit together or do not fit the model
   */
  public DenoisingRun(DiffusionBackend backend, RenderPlan plan, Monitor monitor) {
    this.run = RunSetup.of(backend, plan, monitor);
    this.plan = plan;
    this.monitor = monitor;
    this.progress = run.progress();
    this.size = run.size();
    this.checkpoints = StepCheckpoints.of(plan.execution().listener());
    this.deflickered = plan.deflicker().steps().of(run.steps());
  }

  /** Renders over an input video, which is read to its end. The caller closes source and sink. */
  public void render(FrameSource source, FrameSink sink) throws IOException {
    Path temporary = plan.compute().memory().temporaryPath();
    try (FrameStore input = new FrameStore(size.width(), size.height(), temporary)) {
      for (Frame frame = source.read(); frame != null; frame = source.read()) {
        monitor.checkCancelled();
        input.add(PictureAdjustment.fit(frame, size));
      }
      if (input.size() == 0) {
        throw new IOException("the input video has no frames");
      }
      render(input, input.size(), sink);
    }
  }

  /** Renders from noise alone, without an input video. */
  public void generate(int frames, FrameSink sink) throws IOException {
    if (plan.strength() < 1) {
      throw new IllegalArgumentException(
          "without an input video strength must be 1, but was " + plan.strength());
    }
    render(null, frames, sink);
  }

  private void render(FrameStore input, int frames, FrameSink sink) throws IOException {
    try (ControlPictures controls = new ControlPictures(plan, frames, size);
        EstimateDeflicker deflicker = new EstimateDeflicker(run, input, fieldBytes())) {
      for (int i = 0; input != null && i < frames; i++) {
        monitor.checkCancelled();
        controls.annotate(input.get(i));
      }
      controls.addReferences(run.usedReferences());
      RowConditioning inputs = RowConditioning.of(run, controls, frames);
      ClipShots shots = shots(input, frames);
      PredictorFactory predictors =
          new PredictorFactory(run, inputs, ReferenceLatents.of(run), shots);
      GuidanceBranches guidance = predictors.guidance();
      ClipPredictor predictor = predictors.forClip(guidance, PredictorFactory.DENOISE);
      StartLatents start =
          StartLatents.of(plan.sampling().start(), run, predictors, guidance, input == null);
      PreviousFramePull framePull =
          plan.sampling().framePull().isEmpty()
              ? null
              : PreviousFramePull.of(plan.sampling().framePull().get(), run, input, shots);
      logPlan(frames, predictor);
      State state = startOrContinue(frames, predictor, start, deflicker, input);
      Latents finished = denoise(state, predictor, deflicker, framePull);
      finish(finished, deflicker, input, sink);
      progress.report(Monitor.Phase.DONE, "done", frames, frames);
    }
  }

  /** Returns the shots of the clip, or a single shot if no frame looks at another. */
  private ClipShots shots(FrameStore input, int frames) throws IOException {
    boolean isNeeded =
        plan.attention().mode() != CrossFrameAttention.Mode.NONE
            || plan.sampling().framePull().isPresent();
    return isNeeded
        ? ClipShots.of(plan.sampling().shots(), run, input, frames)
        : ClipShots.one(frames);
  }

  private void logPlan(int frames, ClipPredictor predictor) {
    LOG.info(
        "{} frames of {} on {}: {} steps from {}, {}, {} model calls per step with at most {} frames,"
            + " {} MB of latents",
        frames,
        size,
        run.model().name(),
        run.steps(),
        plan.sampling().start(),
        plan.attention(),
        predictor.callsPerStep(),
        predictor.largestCall(),
        Text.format("%.1f", 4e-6 * frames * run.noise().frameSize()));
    if (!size.equals(plan.output().size())) {
      LOG.info("the model works at {}, the result is resized to {}", size, plan.output().size());
    }
  }

  /** Returns the state after the last step of an interrupted run, or that before the first step. */
  private State startOrContinue(
      int frames,
      ClipPredictor predictor,
      StartLatents start,
      EstimateDeflicker deflicker,
      FrameStore input)
      throws IOException {
    Optional<State> kept = checkpoints.last();
    if (kept.isEmpty()) {
      start.planWork(progress);
      planWork(frames, predictor, start.firstStep());
      return new State(start.firstStep() - 1, start.compute(input), null, null);
    }
    State state = kept.get();
    if (state.latents().frames() != frames) {
      throw new IllegalStateException(
          Text.format(
              "the checkpoint has %d frames, but the clip has %d",
              state.latents().frames(), frames));
    }
    LOG.info("continuing after step {} of {}", state.step() + 1, run.steps());
    planWork(frames, predictor, state.step() + 1);
    deflicker.restore(state.firstEstimate());
    return state;
  }

  private void planWork(int frames, ClipPredictor predictor, int firstStep) {
    long inLoop = deflickered.stream().filter(step -> step >= firstStep).count();
    progress.plan(Work.PREDICT, (run.steps() - firstStep) * predictor.rowsPerStep());
    progress.plan(Work.DECODE, frames);
    progress.plan(Work.LOOP_DECODE, inLoop * frames);
    progress.plan(Work.LOOP_ENCODE, inLoop * frames);
    progress.plan(Work.DEFLICKER, (inLoop + finalPasses()) * frames);
    progress.plan(Work.ENCODE, run.usedReferences().size());
  }

  /** Correspondences are kept only if the guide is matched more than once. */
  private long fieldBytes() {
    return deflickered.size() + finalPasses() > 1 ? plan.compute().memory().fieldCache() : 0;
  }

  private long finalPasses() {
    return plan.deflicker().atEnd().stream().count();
  }

  private Latents denoise(
      State start,
      ClipPredictor predictor,
      EstimateDeflicker deflicker,
      PreviousFramePull framePull)
      throws IOException {
    Latents latents = start.latents();
    Prediction previous = start.prediction();
    for (int step = start.step() + 1; step < run.steps(); step++) {
      NoiseLevel level = run.levels().get(step);
      Latents output = predictor.predict(latents, level, step);
      Prediction prediction = level.predict(latents, output, run.model().predictionType());
      if (deflickered.contains(step)) {
        Latents changed =
            deflicker.deflicker(
                prediction.predictedOriginal(),
                plan.deflicker().inLoop(),
                Text.format("deflickering in step %d of %d", step + 1, run.steps()));
        prediction = level.changeOriginal(latents, changed);
      }
      latents = run.afterStep(step, prediction, previous);
      if (framePull != null) {
        latents = framePull.apply(latents, prediction.predictedOriginal(), step);
      }
      run.checkFinite(latents, "", step);
      checkpoints.afterStep(
          new StepReport(
              step, run.steps(), level, prediction, deflickered.contains(step), latents));
      checkpoints.keep(new State(step, latents, prediction, deflicker.firstEstimate()));
      previous = prediction;
    }
    return latents;
  }

  private void finish(
      Latents latents, EstimateDeflicker deflicker, FrameStore input, FrameSink sink)
      throws IOException {
    Optional<ColourChange> colours = plan.conditioning().colours();
    if (colours.isEmpty()) {
      writeFrames(latents, deflicker, sink);
      return;
    }
    try (ColourMatch match = new ColourMatch(colours.get(), plan)) {
      writeFrames(latents, deflicker, match);
      match.copyTo(sink, input);
    }
  }

  private void writeFrames(Latents latents, EstimateDeflicker deflicker, FrameSink sink)
      throws IOException {
    FrameSize output = plan.output().size();
    FrameSink sized = new ScalingSink(output, sink);
    String where = "decoding the result";
    LatentDeflicker.Pass atEnd = plan.deflicker().atEnd().orElse(null);
    if (atEnd != null) {
      deflicker.write(latents, atEnd, where, sized);
      return;
    }
    try (FrameSource pictures = run.codec().decode(latents, where)) {
      for (Frame frame = pictures.read(); frame != null; frame = pictures.read()) {
        sized.write(frame);
      }
    }
  }

  /** Scales frames to the size of the result, with 16 bits per sample. */
  private record ScalingSink(FrameSize size, FrameSink sink) implements FrameSink {

    @Override
    public void write(Frame frame) throws IOException {
      sink.write(PictureAdjustment.fit(frame, size).as(Frame.Depth.UINT16));
    }

    @Override
    public void commit() {}

    @Override
    public void close() {}
  }
}
