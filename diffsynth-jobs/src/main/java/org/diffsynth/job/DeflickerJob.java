package org.diffsynth.job;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.diffsynth.deflicker.Deflicker;
import org.diffsynth.deflicker.FlowBlending;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.blend.BlendRun;
import org.diffsynth.internal.blend.BlindRun;
import org.diffsynth.internal.blend.Controlled;
import org.diffsynth.internal.blend.FlowRun;
import org.diffsynth.internal.blend.PartEnd;
import org.diffsynth.internal.blend.PartRuns;
import org.diffsynth.internal.blend.PatchRuns;
import org.diffsynth.internal.shots.KnownShots;
import org.diffsynth.internal.shots.ShotAnalysis;
import org.diffsynth.internal.text.Text;

/**
 * Deflickering as a job. The frames are those of {@link Deflicker#apply(FrameSource, FrameSource,
 * FrameSink, Monitor)}, or of {@link Deflicker#apply(FrameSource, FrameSink, Monitor)} without a
 * guide.
 *
 * <p>A process that begins in the middle of a shot first reads the frames before, on which its
 * first frame depends: 19 frames for {@code PatchBlending.sharp(15)}, 15 for {@code fast(15)}, and
 * up to 18 more without a guide.
 */
public final class DeflickerJob extends JobTask {

  private static final String MASK = "mask";

  private final Deflicker deflicker;
  private final JobInput style;
  private final JobInput guide;
  private final JobInput mask;
  private final Frame.Depth depth;

  private DeflickerJob(
      Deflicker deflicker,
      JobInput style,
      JobInput guide,
      JobInput mask,
      Frame.Depth depth,
      Map<String, String> further) {
    super(further);
    this.deflicker = deflicker;
    this.style = style;
    this.guide = guide;
    this.mask = mask;
    this.depth = depth;
  }

  /**
   * Returns the deflickering of a video without a guide.
   *
   * @param deflicker {@link PatchBlending} or {@link FlowBlending}, also with strength, mask, luma
   *     only or colour only
   * @param style the flickering video
   * @throws IllegalArgumentException if the deflicker is of another kind, which cannot compute
   *     parts of a video
   */
  public static DeflickerJob of(Deflicker deflicker, JobInput style) {
    Deflicker base = base(deflicker);
    if (!(base instanceof PatchBlending) && !(base instanceof FlowBlending)) {
      throw new IllegalArgumentException(
          "deflicker must be PatchBlending or FlowBlending, with or without strength and mask, but"
              + " was "
              + base.getClass().getName());
    }
    return new DeflickerJob(
        deflicker, Objects.requireNonNull(style, "style"), null, null, null, Map.of());
  }

  /** Returns a copy of this job with the given steady video, from which the style was made. */
  public DeflickerJob withGuide(JobInput newGuide) {
    Objects.requireNonNull(newGuide, "guide");
    return new DeflickerJob(deflicker, style, newGuide, mask, depth, further());
  }

  /**
   * Returns a copy of this job that notices changes of the mask's pictures. Needed if the deflicker
   * has a mask, which the deflicker itself opens.
   */
  public DeflickerJob withMask(JobInput newMask) {
    Objects.requireNonNull(newMask, MASK);
    return new DeflickerJob(deflicker, style, guide, newMask, depth, further());
  }

  /**
   * Returns a copy of this job whose finished frames are stored with the given depth. Default: the
   * depth of the deflicker's results, 16 bits.
   */
  public DeflickerJob withDepth(Frame.Depth newDepth) {
    Objects.requireNonNull(newDepth, "depth");
    return new DeflickerJob(deflicker, style, guide, mask, newDepth, further());
  }

  /**
   * Returns a copy of this job with a further setting. A job with another value of the setting
   * counts as other work; for settings with which the caller reads the inputs.
   */
  public DeflickerJob withSetting(String name, String value) {
    return new DeflickerJob(deflicker, style, guide, mask, depth, furtherWith(name, value));
  }

  private static Controlled<?> controls(Deflicker deflicker) {
    return deflicker instanceof Controlled<?> controlled ? controlled : null;
  }

  private static Deflicker base(Deflicker deflicker) {
    Controlled<?> controls = controls(deflicker);
    return controls == null ? deflicker : (Deflicker) controls.deflicker();
  }

  @Override
  String name() {
    return "deflicker";
  }

  @Override
  Frame.Depth depth() {
    return depth;
  }

  @Override
  Map<String, String> ownSettings() {
    Map<String, String> settings = new TreeMap<>();
    if (base(deflicker) instanceof PatchBlending patches) {
      settings.put("mode", patches.mode().toString());
      settings.put("window", Integer.toString(patches.windowRadius()));
      settings.put("matching", patches.matching().toString());
      settings.put("cuts", patches.shots().toString());
      patches.delay().ifPresent(delay -> settings.put("delay", Integer.toString(delay)));
    } else if (base(deflicker) instanceof FlowBlending flow) {
      settings.put("mode", "FLOW");
      settings.put("window", Integer.toString(flow.windowRadius()));
      settings.put("cuts", flow.shots().toString());
    }
    Controlled<?> controls = controls(deflicker);
    if (controls != null) {
      settings.putAll(controls.settings());
    }
    return settings;
  }

  @Override
  List<JobInput> inputs() {
    Controlled<?> controls = controls(deflicker);
    if (mask == null && controls != null && controls.settings().containsKey("mask-feather")) {
      throw new IllegalStateException(
          "a job with a mask must know its pictures, to notice changes: add withMask(input)");
    }
    List<JobInput> inputs = new ArrayList<>(List.of(style));
    for (JobInput input : new JobInput[] {guide, mask}) {
      if (input != null) {
        inputs.add(input);
      }
    }
    return inputs;
  }

  /** Returns whether a guide is derived from the style. */
  private boolean isBlind() {
    return guide == null
        && base(deflicker) instanceof PatchBlending patches
        && patches.windowRadius() > 0;
  }

  private static PatchRuns runs(PatchBlending blending) {
    PatchRuns.Kind kind =
        switch (blending.mode()) {
          case SHARP -> PatchRuns.Kind.AGREE;
          case FAST -> PatchRuns.Kind.TREE;
          case BALANCED -> PatchRuns.Kind.MEAN;
        };
    return new PatchRuns(
        kind,
        blending.windowRadius(),
        blending.delay(),
        blending.shots().starts(),
        blending.matching(),
        blending.compute());
  }

  private BlendRun<?, ?> guidedRun(Monitor monitor) {
    return base(deflicker) instanceof FlowBlending flow
        ? new FlowRun(flow.windowRadius(), flow.compute(), monitor)
        : runs((PatchBlending) base(deflicker)).guided(monitor);
  }

  private BlindRun blindRun(Monitor monitor) {
    return runs((PatchBlending) base(deflicker)).blind(monitor);
  }

  @Override
  ShotAnalysis analysis() {
    if (base(deflicker) instanceof FlowBlending flow) {
      Optional<List<Integer>> starts = flow.shots().starts();
      return starts.map(ShotAnalysis::of).orElseGet(ShotAnalysis::automatic);
    }
    PatchRuns runs = runs((PatchBlending) base(deflicker));
    return isBlind() ? runs.blindAnalysis() : runs.guidedAnalysis();
  }

  /** Without a derived or given guide, the style guides itself. */
  private JobInput guideOrStyle() {
    return guide == null ? style : guide;
  }

  @Override
  ClipScan newScan(long frameCount, Monitor monitor) {
    return new ClipScan(analysis(), true, !isBlind(), frameCount, monitor);
  }

  @Override
  long frameCount() throws IOException {
    try (FrameSource styles = style.opener().open()) {
      return styles.format().frameCount();
    }
  }

  @Override
  boolean read(int from, PartScan.Frames frames, Monitor monitor) throws IOException {
    try (FrameSource styles = style.opener().openAt(from);
        FrameSource guides = isBlind() ? null : guideOrStyle().opener().openAt(from)) {
      return guides == null
          ? readStyle(styles, frames)
          : readPairs(from, guides, styles, frames, monitor);
    }
  }

  private static boolean readStyle(FrameSource styles, PartScan.Frames frames) throws IOException {
    while (true) {
      Frame frame = styles.read();
      if (frame == null) {
        return true;
      }
      if (!frames.add(frame, frame)) {
        return false;
      }
    }
  }

  private boolean readPairs(
      int from, FrameSource guides, FrameSource styles, PartScan.Frames frames, Monitor monitor)
      throws IOException {
    if (!guides.format().size().isProportionalTo(styles.format().size())) {
      throw new IllegalArgumentException(
          Text.format(
              "guide and style must have the same proportions, but were %s and %s; crop or pad one"
                  + " of them so that both show the same picture",
              guides.format().size(), styles.format().size()));
    }
    FrameSource sized = guidedRun(monitor).sized(guides, styles.format());
    for (int read = from; ; read++) {
      Frame guideFrame = sized.read();
      Frame styleFrame = styles.read();
      if (guideFrame == null && styleFrame == null) {
        return true;
      }
      if (guideFrame == null || styleFrame == null) {
        throw new IllegalArgumentException(
            Text.format(
                "guide and style must have one length, but the %s ends after %d frames",
                guideFrame == null ? "guide" : "style", read));
      }
      if (!frames.add(guideFrame, styleFrame)) {
        return false;
      }
    }
  }

  @Override
  void checkScanned(KnownShots shots) throws IOException {
    if (controls(deflicker) != null) {
      try (FrameSource styles = style.opener().open()) {
        checkMask(styles.format().withFrameCount(shots.size()));
      }
    }
  }

  private void checkMask(VideoFormat video) throws IOException {
    Controlled<?> controls = controls(deflicker);
    if (controls != null) {
      int frames = Math.toIntExact(video.frameCount());
      try (Controlled.Mixture mixture = controls.mixture(video, frames)) {
        mixture.checkEnd();
      }
    }
  }

  @Override
  void compute(KnownShots shots, int from, FrameSink sink, PartEnd end, Monitor monitor)
      throws IOException {
    Controlled<?> controls = controls(deflicker);
    if (controls == null) {
      computeResults(shots, from, sink, end, monitor, null);
    } else if (controls.isUnchanged()) {
      copy(from, sink, end, monitor);
    } else {
      VideoFormat video;
      try (FrameSource styles = style.opener().open()) {
        video = styles.format().withFrameCount(shots.size());
      }
      try (Controlled.Mixture mixture = controls.mixture(video, from)) {
        MixingSink mixing = new MixingSink(sink, mixture);
        computeResults(shots, from, mixing, end, monitor, mixing);
      }
    }
  }

  private void copy(int from, FrameSink sink, PartEnd end, Monitor monitor) throws IOException {
    try (FrameSource styles = style.opener().openAt(from)) {
      for (int frame = from; !end.isBefore(frame); frame++) {
        monitor.checkCancelled();
        Frame next = styles.read();
        if (next == null) {
          throw new IOException("the style ends after " + frame + " frames, earlier than before");
        }
        sink.write(next);
      }
    }
  }

  /**
   * Computes frames without the mixture with the style.
   *
   * @param mixing gets the frames of the style from {@code from} on; null without a mixture
   */
  private void computeResults(
      KnownShots shots, int from, FrameSink sink, PartEnd end, Monitor monitor, MixingSink mixing)
      throws IOException {
    if (isBlind()) {
      BlindRun run = blindRun(monitor);
      VideoFormat format;
      try (FrameSource styles = style.opener().open()) {
        format = styles.format();
      }
      int first = run.usePart(shots, from, format);
      try (FrameSource styles = kept(style.opener().openAt(first), from - first, mixing)) {
        run.deflickerPart(styles, sink, end);
      }
      return;
    }
    BlendRun<?, ?> run = guidedRun(monitor);
    run.usePart(shots, from);
    int first = run.firstFrame();
    try (FrameSource styles = kept(style.opener().openAt(first), from - first, mixing);
        FrameSource guides = guideOrStyle().opener().openAt(first)) {
      PartRuns.deflicker(run, guides, styles, sink, end);
    }
  }

  private static FrameSource kept(FrameSource source, int skipped, MixingSink mixing) {
    return mixing == null ? source : mixing.keeping(source, skipped);
  }
}
