package org.diffsynth.internal.diffusion;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.Monitor;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.NoiseLevel;
import org.diffsynth.spi.Conditioning;
import org.diffsynth.spi.DeviceMemoryException;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.NoiseQuery;
import org.diffsynth.spi.NotFiniteException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the model predict for all frames of a clip, in chunks that fit, with guidance. */
final class NoisePredictor {

  private static final Logger LOG = LoggerFactory.getLogger(NoisePredictor.class);

  private final DiffusionBackend backend;
  private final CrossFrameAttention attention;
  private final List<Conditioning> conditionings;
  private final double guidanceScale;
  private final ControlPictures controls;
  private final int frames;
  private final Monitor monitor;
  private final WorkClock clock;
  private boolean twoCalls;
  private List<AttentionPlan.Call> calls;

  /** The negative conditioning comes first; without it there is no guidance. */
  NoisePredictor(
      DiffusionBackend backend,
      RenderPlan plan,
      List<Conditioning> conditionings,
      ControlPictures controls,
      int frames,
      int rowsPerCall,
      Monitor monitor,
      WorkClock clock) {
    this.backend = backend;
    this.attention = plan.attention();
    this.conditionings = conditionings;
    this.guidanceScale = plan.guidanceScale();
    this.controls = controls;
    this.frames = frames;
    this.monitor = monitor;
    this.clock = clock;
    this.twoCalls = plan.guidanceInTwoCalls();
    this.calls = AttentionPlan.of(attention, frames, rowsPerCall);
  }

  /** Rows evaluated in one step, each conditioning counted. */
  long rowsPerStep() {
    return calls.stream().mapToLong(call -> call.frames().size()).sum() * conditionings.size();
  }

  int largestCall() {
    return AttentionPlan.largest(calls);
  }

  int callsPerStep() {
    return calls.size() * (twoCalls ? conditionings.size() : 1);
  }

  /**
   * What the model gives for every frame of the clip, guided.
   *
   * @param sample x_t of the clip's frames, then of the references
   */
  Latents predict(Latents sample, NoiseLevel level, int step, int steps) throws IOException {
    while (true) {
      try {
        return predictOnce(sample, level, step, steps);
      } catch (DeviceMemoryException e) {
        shrink(e);
      }
    }
  }

  /** Calls that need less memory give the same result, so the step is begun anew with them. */
  private void shrink(DeviceMemoryException reason) {
    if (!twoCalls && conditionings.size() > 1) {
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

  private Latents predictOnce(Latents sample, NoiseLevel level, int step, int steps)
      throws IOException {
    float[] result = new float[frames * sample.frameSize()];
    int done = 0;
    for (AttentionPlan.Call call : calls) {
      Latents predicted = guided(sample, level, call, step, steps);
      add(predicted, call.kept(), result);
      done = Math.max(done, 1 + call.kept().get(call.kept().size() - 1).frame());
      clock.report("denoise, step %d of %d".formatted(step + 1, steps), done, frames);
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

  private Latents guided(
      Latents sample, NoiseLevel level, AttentionPlan.Call call, int step, int steps)
      throws IOException {
    int[] numbers = call.frames().stream().mapToInt(Integer::intValue).toArray();
    NoiseQuery query =
        new NoiseQuery(
            sample.select(numbers),
            level.timestep(),
            conditionings,
            call.attention(),
            controls.inputs(call.frames(), step, steps));
    List<Latents> sides = new ArrayList<>();
    if (twoCalls) {
      for (Conditioning side : conditionings) {
        sides.add(
            ask(
                new NoiseQuery(
                    query.sample(),
                    query.timestep(),
                    List.of(side),
                    query.attention(),
                    query.controls()),
                call,
                step,
                steps));
      }
    } else {
      Latents all = ask(query, call, step, steps);
      for (int side = 0; side < conditionings.size(); side++) {
        sides.add(all.slice(side * numbers.length, (side + 1) * numbers.length));
      }
    }
    return sides.size() == 1
        ? sides.get(0)
        : Latents.mix(1 - guidanceScale, sides.get(0), guidanceScale, sides.get(1));
  }

  private Latents ask(NoiseQuery query, AttentionPlan.Call call, int step, int steps) {
    monitor.checkCancelled();
    long start = System.nanoTime();
    Latents predicted = backend.predict(query, monitor);
    int rows = query.sample().frames();
    clock.done(
        WorkClock.Work.PREDICT,
        (long) rows * query.conditionings().size(),
        System.nanoTime() - start);
    int broken = predicted.firstNotFinite();
    if (broken >= 0) {
      int frame = call.frames().get(broken % rows);
      throw notFinite(query, frame, step, steps);
    }
    return predicted;
  }

  private NotFiniteException notFinite(NoiseQuery query, int frame, int step, int steps) {
    String model = "the UNet of " + backend.model().name();
    List<String> nets = query.controls().stream().map(control -> control.name()).toList();
    return new NotFiniteException(
        "step %d of %d (timestep %.0f): %s%s gave NaN or infinity for %s"
            .formatted(
                step + 1,
                steps,
                query.timestep(),
                model,
                nets.isEmpty() ? "" : " with ControlNets " + nets,
                frame < frames ? "frame " + frame : "reference " + (frame - frames)),
        model,
        frame,
        null);
  }
}
