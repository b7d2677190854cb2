package org.diffsynth;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.diffsynth.control.ControlNet;
import org.diffsynth.control.ControlSignal;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.CrossFrameAttention.FrameRef;
import org.diffsynth.diffusion.Scheduler;
import org.diffsynth.diffusion.Scheduler.TimestepSpacing;
import org.diffsynth.request.Sampling;

/**
 * Settings for the tasks of the DiffSynth paper, as its authors released them; each constant names
 * its departures. A setting of the pipeline or of a request replaces the preset's.
 *
 * <p>A preset suggests ControlNets ({@link #controls}) but opens none, because their models are the
 * user's. {@code Pipeline.builder(preset).controlNet("tile", folder)} adds one with the preset's
 * settings.
 *
 * @see <a href="https://arxiv.org/abs/2308.03463">Duan et al. 2023, DiffSynth, section 4</a>
 */
public enum Preset {

  /**
   * Renders every frame by itself, with the initial noise as the only thing that frames share: 20
   * steps, no deflickering, no ControlNets.
   */
  PLAIN(
      20,
      1,
      Scheduler.ddim(TimestepSpacing.LEADING),
      CrossFrameAttention.NONE,
      LatentDeflicker.NONE,
      List.of()),

  /**
   * Renders a video in another style, described by a prompt. Suggests the ControlNets {@code depth}
   * and {@code softedge}.
   */
  TEXT_GUIDED_STYLIZATION(
      20,
      1,
      Scheduler.ddim(TimestepSpacing.TRAILING),
      CrossFrameAttention.pattern(FrameRef.FIRST, FrameRef.PREVIOUS, FrameRef.SELF, FrameRef.NEXT),
      LatentDeflicker.every(5)
          .then(PatchBlending.fast(30))
          .withContrast(1.5f)
          .withSharpness(5)
          .withFinalPass(new LatentDeflicker.Pass(PatchBlending.fast(30), 1.5f, 3)),
      List.of(
          new Control("depth", ControlSignal.DEPTH, 1),
          new Control("softedge", ControlSignal.SOFT_EDGES, 1))),

  /**
   * Moves a garment or a person, given as a reference picture, along a video of poses. Suggests the
   * ControlNet {@code openpose}.
   *
   * <p>Departs from the released settings, which run the pose ControlNet with scale 0, so that
   * poses have no effect: the scale is 1 here. The depth ControlNet is left out, because a drawn
   * pose has no depth.
   */
  FASHION_VIDEO(
      10,
      1,
      Scheduler.ddim(TimestepSpacing.TRAILING),
      CrossFrameAttention.pattern(
          FrameRef.reference(0), FrameRef.PREVIOUS, FrameRef.SELF, FrameRef.NEXT),
      LatentDeflicker.every(1).withSkipLast(1).then(PatchBlending.balanced(3)),
      List.of(new Control("openpose", ControlSignal.POSE, 1))),

  /**
   * Renders a video in the style of a picture. Suggests the ControlNets {@code depth} and {@code
   * shuffle}.
   *
   * <p>Departs from the released settings: frames also attend to the style picture, as a reference,
   * which makes a step a third more expensive. Without a reference picture, set {@code
   * pattern(PREVIOUS, SELF, NEXT)}. The soft-edge ControlNet, which the released settings run with
   * scale 0, is left out.
   */
  IMAGE_GUIDED_STYLIZATION(
      20,
      1,
      Scheduler.ddim(TimestepSpacing.TRAILING),
      CrossFrameAttention.pattern(
          FrameRef.reference(0), FrameRef.PREVIOUS, FrameRef.SELF, FrameRef.NEXT),
      LatentDeflicker.every(1).then(PatchBlending.fast(Preset.WHOLE_CLIP)),
      List.of(
          new Control("depth", ControlSignal.DEPTH, 1),
          new Control("shuffle", ControlSignal.SHUFFLE, 1))),

  /** Restores a damaged or blurred video. Suggests the ControlNet {@code tile}. */
  VIDEO_RESTORING(
      10,
      0.3,
      Scheduler.ddim(TimestepSpacing.TRAILING),
      CrossFrameAttention.pattern(FrameRef.PREVIOUS, FrameRef.SELF, FrameRef.NEXT),
      LatentDeflicker.every(1).then(PatchBlending.fast(Preset.WHOLE_CLIP)),
      List.of(new Control("tile", ControlSignal.TILE, 1))),

  /**
   * Paints an untextured 3D rendering as described by a prompt. Suggests the ControlNet {@code
   * depth}. The soft-edge ControlNet, which the released settings run with scale 0, is left out.
   */
  RENDERING_3D(
      20,
      1,
      Scheduler.ddim(TimestepSpacing.TRAILING),
      CrossFrameAttention.pattern(FrameRef.PREVIOUS, FrameRef.SELF, FrameRef.NEXT),
      LatentDeflicker.every(1).withSkipLast(1).then(PatchBlending.fast(Preset.WHOLE_CLIP)),
      List.of(new Control("depth", ControlSignal.DEPTH, 1)));

  /** A window larger than any clip, as in the released settings. */
  private static final int WHOLE_CLIP = 10_000;

  private static final double GUIDANCE_SCALE = 7.5;

  private final Sampling sampling;
  private final CrossFrameAttention crossFrameAttention;
  private final LatentDeflicker deflicker;
  private final List<Control> controls;

  Preset(
      int steps,
      double strength,
      Scheduler scheduler,
      CrossFrameAttention crossFrameAttention,
      LatentDeflicker deflicker,
      List<Control> controls) {
    this.sampling =
        Sampling.DEFAULT.withSteps(steps).withStrength(strength).withScheduler(scheduler);
    this.crossFrameAttention = crossFrameAttention;
    this.deflicker = deflicker;
    this.controls = controls;
  }

  /**
   * A ControlNet that a preset suggests.
   *
   * @param name name of the ControlNet in a pipeline
   * @param signal content of its control pictures
   * @param scale conditioning scale, in [0, 10]
   */
  public record Control(String name, ControlSignal signal, float scale) {

    /** Checks that no component is null. */
    public Control {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(signal, "signal");
    }
  }

  /** Returns the number of steps, the strength and the scheduler; none of the three is empty. */
  public Sampling sampling() {
    return sampling;
  }

  /** Returns the scale of classifier-free guidance, 7.5 in every preset. */
  public double guidanceScale() {
    return GUIDANCE_SCALE;
  }

  /** Returns the cross-frame attention. */
  public CrossFrameAttention crossFrameAttention() {
    return crossFrameAttention;
  }

  /**
   * Returns the deflickering inside the loop and at its end, with its changes of contrast and
   * sharpness; {@link LatentDeflicker#NONE} for {@link #PLAIN}.
   */
  public LatentDeflicker deflicker() {
    return deflicker;
  }

  /** Returns the ControlNets that this preset suggests. */
  public List<Control> controls() {
    return controls;
  }

  /**
   * Creates a ControlNet by its usual name, with the annotator that {@link ControlNet#of} gives it.
   * A ControlNet that this preset suggests gets the preset's scale, any other gets scale 1.
   *
   * @param name name of the ControlNet, such as {@code "softedge"}; not blank
   * @param folder model folder of the ControlNet
   */
  public ControlNet controlNet(String name, Path folder) {
    float scale =
        controls.stream()
            .filter(control -> control.name().equals(name))
            .map(Control::scale)
            .findFirst()
            .orElse(1f);
    return ControlNet.of(name, folder).withScale(scale);
  }
}
