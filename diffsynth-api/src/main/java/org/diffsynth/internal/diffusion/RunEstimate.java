package org.diffsynth.internal.diffusion;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.diffsynth.control.ControlNet;
import org.diffsynth.deflicker.Deflicker;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.deflicker.LatentDeflicker.Pass;
import org.diffsynth.diffusion.ClipStart.DdimInversion;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.RenderEstimate;
import org.diffsynth.diffusion.RenderEstimate.Change;
import org.diffsynth.diffusion.RenderEstimate.Saving;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.UnetInput;
import org.diffsynth.spi.UnetInput.Conditioning;
import org.diffsynth.spi.UnetInput.ControlInput;

/**
 * Measures one model call of a run, one picture through the VAE and a deflickering of a few frames,
 * and multiplies them by the work of the run. The model call is the first one of the run; it is
 * made twice, because the first call also allocates memory.
 */
public final class RunEstimate {

  /** Frames of the deflickering that is measured. */
  private static final int TRIAL_FRAMES = 6;

  /** Time of a tiny VAE, as a share of that of Stable Diffusion. */
  private static final double TINY_VAE = 0.08;

  private static final int FEW_STEPS = 8;
  private static final int DISTANCE = 5;

  /** Smaller savings are not worth a line. */
  private static final double LEAST_SHARE = 0.1;

  private static final double NANOS = 1e9;

  private final DiffusionBackend backend;
  private final RenderPlan plan;
  private final RunSetup run;
  private final Monitor monitor;
  private final int frames;
  private final boolean withInput;
  private final int branches;
  private final List<AttentionPlan.Call> calls;

  private RunEstimate(
      DiffusionBackend backend, RenderPlan plan, int frames, boolean withInput, Monitor monitor) {
    this.backend = backend;
    this.plan = plan;
    this.monitor = monitor;
    this.frames = frames;
    this.withInput = withInput;
    this.run = RunSetup.of(backend, plan, monitor);
    boolean guided = plan.guidanceScale() != 1 && backend.model().guidanceChannels() == 0;
    this.branches = guided ? 2 : 1;
    this.calls =
        AttentionPlan.of(
            plan.attention(), ClipShots.one(frames), PredictorFactory.rows(run, branches));
  }

  /**
   * Estimates a run.
   *
   * @param withInput whether the run renders over an input video
   * @throws IllegalArgumentException if the settings do not fit the model
   */
  public static RenderEstimate of(
      DiffusionBackend backend, RenderPlan plan, int frames, boolean withInput, Monitor monitor)
      throws IOException {
    return new RunEstimate(backend, plan, frames, withInput, monitor).estimate();
  }

  private RenderEstimate estimate() throws IOException {
    LatentDeflicker deflicker = plan.deflicker();
    Set<Integer> deflickered = deflicker.steps().of(run.steps());
    boolean inverts = plan.sampling().start() instanceof DdimInversion;
    int passes = branches + (plan.conditioning().stackedPoses().isPresent() ? 1 : 0);
    Pass pass = deflickered.isEmpty() ? deflicker.atEnd().orElse(null) : deflicker.inLoop();
    double perFrame = rows(calls) / frames;
    RunCosts costs =
        new RunCosts(
            times(pass),
            frames,
            inverts ? 2 * run.steps() : run.steps(),
            perFrame,
            passes,
            withInput && (plan.strength() < 1 || inverts) ? 1 : 0,
            deflickered.size(),
            deflicker.atEnd().isPresent() ? 1 : 0,
            pass == null ? null : pass.deflicker());
    boolean twoCalls = plan.compute().memory().guidanceInTwoCalls();
    long callsPerStep = (long) calls.size() * (twoCalls ? passes : 1 + passes - branches);
    return new RenderEstimate(
        callsPerStep * costs.steps(),
        Math.round(costs.rows()),
        duration(costs.seconds()),
        4L * Float.BYTES * frames * run.noise().frameSize(),
        diskBytes(costs),
        savings(costs));
  }

  private static double rows(List<AttentionPlan.Call> calls) {
    return calls.stream().mapToLong(call -> call.frames().size()).sum();
  }

  private RunCosts.Times times(Pass pass) throws IOException {
    double row = timeOfRow();
    Latents latents = run.noise();
    long start = System.nanoTime();
    List<Frame> picture =
        backend.decode(latents, monitor).stream().map(PictureAdjustment::clamp).toList();
    double decode = (System.nanoTime() - start) / NANOS;
    double encode = time(() -> backend.encode(picture, monitor));
    boolean ownVae = plan.execution().diffusion().vae().inLoop().isPresent();
    double loopDecode = ownVae ? time(() -> backend.decodeInLoop(latents, monitor)) : decode;
    double loopEncode = ownVae ? time(() -> backend.encodeInLoop(picture, monitor)) : encode;
    return new RunCosts.Times(
        row, encode, decode, loopEncode, loopDecode, pass == null ? 0 : timeOfPair(pass));
  }

  private double timeOfRow() {
    AttentionPlan.Call call = calls.get(0);
    boolean twoCalls = plan.compute().memory().guidanceInTwoCalls();
    Embedding text =
        plan.guidance().promptEmbedding().orElseGet(() -> backend.encodeText(List.of("")).get(0));
    List<Conditioning> conditionings = new ArrayList<>();
    if (branches == 2 && !twoCalls) {
      conditionings.add(new Conditioning(text, true));
    }
    conditionings.add(new Conditioning(text, false));
    int rows = call.frames().size();
    List<ControlInput> controls = new ArrayList<>();
    for (ControlNet net : plan.controlNets()) {
      if (net.scale() > 0) {
        List<Frame> pictures = Collections.nCopies(rows, picture(run.size(), 0));
        controls.add(new ControlInput(net.name(), pictures, net.scale()));
      }
    }
    UnetInput input =
        new UnetInput(
            run.noise().repeat(rows),
            run.levels().get(0).timestep(),
            conditionings,
            call.attention(),
            controls);
    backend.predict(input, monitor);
    double seconds = time(() -> backend.predict(input, monitor));
    return seconds / rows / conditionings.size();
  }

  private double timeOfPair(Pass pass) throws IOException {
    Deflicker deflicker = pass.deflicker();
    int count = Math.min(frames, TRIAL_FRAMES);
    List<Frame> pictures = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      pictures.add(picture(run.size(), i));
    }
    Video clip = Video.of(pictures, FrameRate.of(24));
    Monitor cancelOnly = Monitor.of(progress -> {}, monitor::isCancelled);
    double seconds = time(() -> deflicker.apply(clip, clip, cancelOnly));
    return seconds / RunCosts.pairs(deflicker, count);
  }

  /** Returns a picture with structure everywhere, which moves from frame to frame. */
  private static Frame picture(FrameSize size, int frame) {
    float[] rgb = new float[Math.toIntExact(3 * size.pixels())];
    for (int i = 0; i < rgb.length; i++) {
      int x = i / 3 % size.width() + 2 * frame;
      int y = i / 3 / size.width();
      rgb[i] =
          (float) (0.5 + 0.2 * Math.sin(0.31 * x + i % 3) + 0.2 * Math.cos(0.23 * y + 0.1 * x));
    }
    return Frame.ofFloat(size.width(), size.height(), rgb);
  }

  private interface Work {
    Object run() throws IOException;
  }

  private double time(Work work) {
    monitor.checkCancelled();
    long start = System.nanoTime();
    try {
      work.run();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return (System.nanoTime() - start) / NANOS;
  }

  private long diskBytes(RunCosts costs) {
    long picture = 3 * run.size().pixels();
    long nets = plan.controlNets().stream().filter(net -> net.scale() > 0).count();
    long pictures = frames * picture * ((withInput ? 1 : Float.BYTES) + nets);
    if (costs.inLoop() + costs.atEnd() < 2 || costs.deflicker() == null) {
      return pictures;
    }
    double fields = RunCosts.pairs(costs.deflicker(), frames) * Integer.BYTES * run.size().pixels();
    return pictures + Math.min((long) fields, plan.compute().memory().fieldCache());
  }

  private List<Saving> savings(RunCosts costs) {
    List<Saving> savings = new ArrayList<>();
    double all = costs.seconds();
    for (Change change : Change.values()) {
      RunCosts changed = changed(costs, change);
      double saved = changed == null ? 0 : all - changed.seconds();
      if (saved >= LEAST_SHARE * all) {
        savings.add(new Saving(change, duration(saved)));
      }
    }
    return savings;
  }

  /** Returns the costs after a change; null if it is not possible. */
  private RunCosts changed(RunCosts costs, Change change) {
    return switch (change) {
      case TINY_LOOP_VAE ->
          plan.execution().diffusion().vae().inLoop().isPresent()
              ? null
              : costs.withTinyLoopVae(TINY_VAE);
      case FIRST_AND_PREVIOUS ->
          plan.attention().references() > 0 || costs.branches() > branches
              ? null
              : costs.withRows(
                  rows(
                          AttentionPlan.of(
                              CrossFrameAttention.FIRST_AND_PREVIOUS,
                              ClipShots.one(frames),
                              PredictorFactory.rows(run, branches)))
                      / frames,
                  costs.branches());
      case DEFLICKER_EVERY_FIFTH_STEP ->
          costs.withSteps(
              costs.steps(),
              Math.min(costs.inLoop(), LatentDeflicker.every(DISTANCE).of(run.steps()).size()));
      case EVERY_FIFTH_FRAME ->
          withInput && frames > 2 * DISTANCE ? costs.withFrames((frames - 2) / DISTANCE + 2) : null;
      case EIGHT_STEPS -> fewerSteps(costs);
      case NO_GUIDANCE ->
          branches == 2 ? costs.withRows(costs.rowsPerFrame(), costs.branches() - 1) : null;
    };
  }

  private RunCosts fewerSteps(RunCosts costs) {
    if (plan.steps() <= FEW_STEPS) {
      return null;
    }
    int steps = Math.max(1, (int) ((double) costs.steps() * FEW_STEPS / plan.steps()));
    int deflickered =
        Math.min(costs.inLoop(), plan.deflicker().steps().of(Math.min(steps, run.steps())).size());
    return costs.withSteps(steps, deflickered);
  }

  private static Duration duration(double seconds) {
    return Duration.ofNanos((long) (seconds * NANOS));
  }
}
