package org.diffsynth.internal.diffusion;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diffsynth.compute.OutOfDeviceMemoryException;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.NoiseLevel;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.NotFiniteException;
import org.diffsynth.spi.UnetInput;
import org.diffsynth.spi.UnetInput.Conditioning;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the model predict for all frames of a clip, in chunks that fit, with guidance. */
final class NoisePredictor {

  private static final Logger LOG = LoggerFactory.getLogger(NoisePredictor.class);

  private final RunSetup run;
  private final DiffusionBackend backend;
  private final CrossFrameAttention attention;
  private final GuidanceBranches guidance;
  private final ReferenceLatents references;
  private final RowInputs inputs;
  private final int frames;
  private final String stage;
  private boolean twoCalls;
  private List<AttentionPlan.Call> calls;

  /** The stage is what is being done, for progress and errors. */
  NoisePredictor(
      RunSetup run,
      GuidanceBranches guidance,
      ReferenceLatents references,
      RowInputs inputs,
      int frames,
      int rowsPerCall,
      String stage) {
    this.run = run;
    this.backend = run.backend();
    this.attention = run.plan().attention();
    this.guidance = guidance;
    this.references = references;
    this.inputs = inputs;
    this.frames = frames;
    this.stage = stage;
    this.twoCalls = run.plan().compute().memory().guidanceInTwoCalls();
    this.calls = AttentionPlan.of(attention, frames, rowsPerCall);
  }

  /** Rows evaluated in one step, each conditioning counted. */
  long rowsPerStep() {
    return calls.stream().mapToLong(call -> call.frames().size()).sum() * passes();
  }

  private int passes() {
    return guidance.sides().size() + (inputs.poses().isPresent() ? 1 : 0);
  }

  int largestCall() {
    return AttentionPlan.largest(calls);
  }

  int callsPerStep() {
    int together = inputs.poses().isPresent() ? 2 : 1;
    return calls.size() * (twoCalls ? passes() : together);
  }

  /**
   * What the model gives for every frame, guided.
   *
   * @param latents x of the frames, at a level of noise that need not be {@code level}'s
   * @param level whose timestep the model is told
   * @param step of the run, for which ControlNets are at work
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

  /** Calls that need less memory give the same result, so the step is begun anew with them. */
  private void shrink(OutOfDeviceMemoryException reason) {
    if (!twoCalls && guidance.sides().size() > 1) {
      twoCalls = true;
      LOG.warn(
          "not enough memory, guidance goes in two calls from here on: {}", reason.getMessage());
      return;
    }
    int largest = largestCall();
    List<AttentionPlan.Call> smaller =
        AttentionPlan.of(attention, frames, Math.max(1, largest / 2));
    if (AttentionPlan.largest(smaller) >= largest) {
      throw reason;
    }
    calls = smaller;
    LOG.warn(
        "not enough memory, at most {} rows per call from here on: {}",
        largestCall(),
        reason.getMessage());
  }

  private Latents predictOnce(Latents sample, NoiseLevel level, int step) throws IOException {
    float[] result = new float[frames * sample.frameSize()];
    int done = 0;
    for (AttentionPlan.Call call : calls) {
      Latents predicted = guided(sample, level, call, step);
      add(predicted, call.kept(), result);
      done = Math.max(done, 1 + call.kept().get(call.kept().size() - 1).frame());
      run.clock().report(stage + ", step " + (step + 1) + " of " + run.steps(), done, frames);
    }
    return Latents.of(frames, sample.channels(), sample.height(), sample.width(), result);
  }

  /** A frame with one part is copied as it is. */
  private static void add(Latents predicted, List<AttentionPlan.Kept> kept, float[] result) {
    int size = predicted.frameSize();
    float[] rows = predicted.toArray();
    for (AttentionPlan.Kept part : kept) {
      int from = part.row() * size;
      int to = part.frame() * size;
      for (int i = 0; i < size; i++) {
        result[to + i] += (float) (part.weight() * rows[from + i]);
      }
    }
  }

  private Latents guided(Latents sample, NoiseLevel level, AttentionPlan.Call call, int step)
      throws IOException {
    int[] numbers = call.frames().stream().mapToInt(Integer::intValue).toArray();
    UnetInput query =
        new UnetInput(
            sample.select(numbers),
            level.timestep(),
            guidance.sides(),
            call.attention(),
            inputs.controls(call.frames(), step),
            inputs.image(call.frames()),
            Optional.empty());
    List<Latents> sides = new ArrayList<>();
    if (twoCalls) {
      for (Conditioning side : guidance.sides()) {
        sides.add(ask(query.withConditionings(List.of(side)), call, step));
      }
    } else {
      Latents all = ask(query, call, step);
      for (int side = 0; side < guidance.sides().size(); side++) {
        sides.add(all.slice(side * numbers.length, (side + 1) * numbers.length));
      }
    }
    Optional<Latents> poses = inputs.channels(call.frames());
    if (poses.isEmpty()) {
      return guidance.combine(sides);
    }
    UnetInput posed =
        query.withConditionings(List.of(guidance.positive())).withChannels(poses.get());
    return guidance.combine(sides, ask(posed, call, step));
  }

  private Latents ask(UnetInput query, AttentionPlan.Call call, int step) {
    run.monitor().checkCancelled();
    long start = System.nanoTime();
    Latents predicted = backend.predict(query, run.monitor());
    int rows = query.sample().frames();
    run.clock()
        .done(
            WorkClock.Work.PREDICT,
            (long) rows * query.conditionings().size(),
            System.nanoTime() - start);
    int broken = predicted.firstNotFinite();
    if (broken >= 0) {
      int frame = call.frames().get(broken % rows);
      throw notFinite(query, frame, step);
    }
    return predicted;
  }

  private NotFiniteException notFinite(UnetInput query, int frame, int step) {
    String model = "the UNet of " + backend.model().name();
    List<String> nets = query.controls().stream().map(control -> control.name()).toList();
    return new NotFiniteException(
        "%sstep %d of %d (timestep %.0f): %s%s gave NaN or infinity for %s"
            .formatted(
                stage.equals(Predictors.DENOISE) ? "" : stage + ", ",
                step + 1,
                run.steps(),
                query.timestep(),
                model,
                nets.isEmpty() ? "" : " with ControlNets " + nets,
                frame < frames ? "frame " + frame : "reference " + (frame - frames)),
        model,
        frame,
        null);
  }
}
