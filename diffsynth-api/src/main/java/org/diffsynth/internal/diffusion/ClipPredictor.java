package org.diffsynth.internal.diffusion;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diffsynth.compute.BackendException.OutOfDeviceMemoryException;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.NoiseLevel;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.text.Text;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.NotFiniteException;
import org.diffsynth.spi.UnetInput;
import org.diffsynth.spi.UnetInput.Conditioning;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Evaluates the model for all frames of a clip, with guidance, in calls that fit into memory.
 *
 * <p>A step is divided into calls by {@link AttentionPlan}. If the device runs out of memory, the
 * step starts again with calls that need less: first with one branch of guidance per call, then
 * with half the rows, until a call cannot be divided further. Smaller calls give the same result.
 */
final class ClipPredictor {

  private static final Logger LOG = LoggerFactory.getLogger(ClipPredictor.class);

  private final RunSetup run;
  private final DiffusionBackend backend;
  private final CrossFrameAttention attention;
  private final GuidanceBranches guidance;
  private final ReferenceLatents references;
  private final RowConditioning inputs;
  private final ClipShots shots;
  private final int frames;
  private final String stage;
  private boolean twoCalls;
  private List<AttentionPlan.Call> calls;

  /**
   * Creates a noise predictor for all frames of a clip.
   *
   * @param shots shots of the clip
   * @param rowsPerCall largest number of rows in one call, as far as the attention allows
   * @param stage name of the stage, for progress and errors
   */
  ClipPredictor(
      RunSetup run,
      GuidanceBranches guidance,
      ReferenceLatents references,
      RowConditioning inputs,
      ClipShots shots,
      int rowsPerCall,
      String stage) {
    this.run = run;
    this.backend = run.backend();
    this.attention = run.plan().attention();
    this.guidance = guidance;
    this.references = references;
    this.inputs = inputs;
    this.shots = shots;
    this.frames = shots.frames();
    this.stage = stage;
    this.twoCalls = run.plan().compute().memory().guidanceInTwoCalls();
    this.calls = AttentionPlan.of(attention, shots, rowsPerCall);
  }

  /** Returns the number of rows evaluated in one step, counted once for each branch. */
  long rowsPerStep() {
    return calls.stream().mapToLong(call -> call.frames().size()).sum() * passes();
  }

  private int passes() {
    return guidance.count() + (inputs.poses().isPresent() ? 1 : 0);
  }

  int largestCall() {
    return AttentionPlan.largest(calls);
  }

  int callsPerStep() {
    int together = inputs.poses().isPresent() ? 2 : 1;
    return calls.size() * (twoCalls ? passes() : together);
  }

  /**
   * Returns the guided output of the model for every frame.
   *
   * @param latents x of the frames; their noise level may differ from {@code level}
   * @param level noise level whose timestep the model is given
   * @param step step of the run, which decides which ControlNets work
   */
  Latents predict(Latents latents, NoiseLevel level, int step) throws IOException {
    Latents sample = references.appendedTo(latents, level);
    while (true) {
      try {
        return predictOnce(sample, level, step);
      } catch (OutOfDeviceMemoryException e) {
        shrink(e);
      }
    }
  }

  /** Divides the calls further, or throws {@code reason} if they cannot be divided. */
  private void shrink(OutOfDeviceMemoryException reason) {
    if (!twoCalls && guidance.count() > 1) {
      twoCalls = true;
      LOG.warn(
          "out of device memory, guidance is evaluated in two calls from now on: {}",
          reason.getMessage());
      return;
    }
    int largest = largestCall();
    List<AttentionPlan.Call> smaller = AttentionPlan.of(attention, shots, Math.max(1, largest / 2));
    if (AttentionPlan.largest(smaller) >= largest) {
      throw reason;
    }
    calls = smaller;
    LOG.warn(
        "out of device memory, a model call has at most {} rows from now on: {}",
        largestCall(),
        reason.getMessage());
  }

  private Latents predictOnce(Latents sample, NoiseLevel level, int step) throws IOException {
    float[] result = new float[frames * sample.frameSize()];
    int done = 0;
    for (AttentionPlan.Call call : calls) {
      Latents predicted = guided(sample, level, call, step);
      add(predicted, call.results(), result);
      done = Math.max(done, 1 + call.results().get(call.results().size() - 1).frame());
      run.progress()
          .report(
              Monitor.Phase.PREDICT,
              stage + ", step " + (step + 1) + " of " + run.steps(),
              done,
              frames);
    }
    return Latents.of(frames, sample.channels(), sample.height(), sample.width(), result);
  }

  /** Adds weighted rows to the results of their frames. */
  private static void add(Latents predicted, List<AttentionPlan.ResultRow> results, float[] sum) {
    int size = predicted.frameSize();
    float[] rows = predicted.toArray();
    for (AttentionPlan.ResultRow part : results) {
      int from = part.row() * size;
      int to = part.frame() * size;
      for (int i = 0; i < size; i++) {
        sum[to + i] += (float) (part.weight() * rows[from + i]);
      }
    }
  }

  private Latents guided(Latents sample, NoiseLevel level, AttentionPlan.Call call, int step)
      throws IOException {
    int[] numbers = call.frames().stream().mapToInt(Integer::intValue).toArray();
    UnetInput input =
        new UnetInput(
            sample.select(numbers),
            level.timestep(),
            guidance.branches(step),
            call.attention(),
            inputs.controls(call.frames(), step),
            inputs.image(call.frames()),
            Optional.empty(),
            guidance.modelScale());
    List<Latents> branches = new ArrayList<>();
    if (twoCalls) {
      for (Conditioning branch : guidance.branches(step)) {
        branches.add(evaluate(input.withConditionings(List.of(branch)), call, step));
      }
    } else {
      Latents all = evaluate(input, call, step);
      for (int branch = 0; branch < guidance.count(); branch++) {
        branches.add(all.slice(branch * numbers.length, (branch + 1) * numbers.length));
      }
    }
    Optional<Latents> poses = inputs.channels(call.frames());
    if (poses.isEmpty()) {
      return guidance.combine(branches);
    }
    UnetInput posed =
        input.withConditionings(List.of(guidance.positive(step))).withChannels(poses.get());
    return guidance.combine(branches, evaluate(posed, call, step));
  }

  private Latents evaluate(UnetInput input, AttentionPlan.Call call, int step) {
    run.monitor().checkCancelled();
    long start = System.nanoTime();
    Latents predicted = backend.predict(input, run.monitor());
    int rows = input.sample().frames();
    run.progress()
        .done(
            ProgressEstimate.Work.PREDICT,
            (long) rows * input.conditionings().size(),
            System.nanoTime() - start);
    int broken = predicted.firstNotFinite();
    if (broken >= 0) {
      int frame = call.frames().get(broken % rows);
      throw notFinite(input, frame, step);
    }
    return predicted;
  }

  private NotFiniteException notFinite(UnetInput input, int frame, int step) {
    String model = "the UNet of " + backend.model().name();
    List<String> nets = input.controls().stream().map(control -> control.name()).toList();
    return new NotFiniteException(
        Text.format(
            "%sstep %d of %d (timestep %.0f): %s%s gave NaN or infinity for %s",
            stage.equals(PredictorFactory.DENOISE) ? "" : stage + ", ",
            step + 1,
            run.steps(),
            input.timestep(),
            model,
            nets.isEmpty() ? "" : " with ControlNets " + nets,
            frame < frames ? "frame " + frame : "reference " + (frame - frames)),
        model,
        frame,
        null);
  }
}
