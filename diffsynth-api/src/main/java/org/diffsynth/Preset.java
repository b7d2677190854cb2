package org.diffsynth;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.diffsynth.control.ControlNet;
import org.diffsynth.control.ControlSignal;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Scheduler;
import org.diffsynth.diffusion.TimestepSpacing;

/**
 * Settings to start from, one per task of the paper, as its authors released them but for the
 * departures named. Whatever a pipeline or a request sets itself wins.
 *
 * <p>The ControlNets a task wants are data too, but their models are the user's: {@link Control#at}
 * makes one for a pipeline.
 *
 * @see <a href="https://arxiv.org/abs/2308.03463">Duan et al. 2023, DiffSynth, section 4</a>
 */
public enum Preset {

  /** Nothing across frames: every frame by itself, from the same noise. */
  PLAIN(
      20,
      1,
      Scheduler.ddim(TimestepSpacing.LEADING),
      CrossFrameAttention.NONE,
      Optional.empty(),
      List.of()),

  /** A video in another style, told by a prompt; with ControlNets for depth and soft edges. */
  TEXT_GUIDED_STYLIZATION(
      20,
      1,
      Scheduler.ddim(TimestepSpacing.TRAILING),
      CrossFrameAttention.pattern(CrossFrameAttention.FIRST, -1, 0, 1),
      Optional.of(
          LatentDeflicker.every(5)
              .then(PatchBlending.fast(30))
              .withContrast(1.5f)
              .withSharpness(5)
              .andFinal(new LatentDeflicker.Smoothing(PatchBlending.fast(30), 1.5f, 3))),
      List.of(
          new Control("depth", ControlSignal.DEPTH, 1),
          new Control("softedge", ControlSignal.SOFT_EDGES, 1))),

  /**
   * A garment or a person, given as a reference picture, moved by a video of poses.
   *
   * <p>Departs from the released settings, which give the pose net a scale of 0 and so have no
   * control by poses: here it has 1, and depth, which a drawn pose does not have, is left out.
   */
  FASHION_VIDEO(
      10,
      1,
      Scheduler.ddim(TimestepSpacing.TRAILING),
      CrossFrameAttention.pattern(CrossFrameAttention.reference(0), -1, 0, 1),
      Optional.of(LatentDeflicker.every(1).exceptLast(1).then(PatchBlending.balanced(3))),
      List.of(new Control("openpose", ControlSignal.POSE, 1))),

  /**
   * A video in the style of a picture; with ControlNets for depth and shuffle.
   *
   * <p>Departs from the released settings by the reference: frames look at the style picture too,
   * which costs one row more of four. Without one, set {@code pattern(-1, 0, 1)}. The soft-edge net
   * that they run at a scale of 0 is left out.
   */
  IMAGE_GUIDED_STYLIZATION(
      20,
      1,
      Scheduler.ddim(TimestepSpacing.TRAILING),
      CrossFrameAttention.pattern(CrossFrameAttention.reference(0), -1, 0, 1),
      Optional.of(LatentDeflicker.every(1).then(PatchBlending.fast(Preset.WHOLE_CLIP))),
      List.of(
          new Control("depth", ControlSignal.DEPTH, 1),
          new Control("shuffle", ControlSignal.SHUFFLE, 1))),

  /** A damaged or blurred video made whole; with the tile ControlNet. */
  VIDEO_RESTORING(
      10,
      0.3,
      Scheduler.ddim(TimestepSpacing.TRAILING),
      CrossFrameAttention.pattern(-1, 0, 1),
      Optional.of(LatentDeflicker.every(1).then(PatchBlending.fast(Preset.WHOLE_CLIP))),
      List.of(new Control("tile", ControlSignal.TILE, 1))),

  /**
   * A render without textures, painted by a prompt; with a ControlNet for depth. The soft-edge net
   * that the released settings run at a scale of 0 is left out.
   */
  RENDERING_3D(
      20,
      1,
      Scheduler.ddim(TimestepSpacing.TRAILING),
      CrossFrameAttention.pattern(-1, 0, 1),
      Optional.of(
          LatentDeflicker.every(1).exceptLast(1).then(PatchBlending.fast(Preset.WHOLE_CLIP))),
      List.of(new Control("depth", ControlSignal.DEPTH, 1)));

  /** A window that is wider than any clip, as the released settings have it. */
  private static final int WHOLE_CLIP = 10_000;

  private static final double GUIDANCE_SCALE = 7.5;

  private final int steps;
  private final double strength;
  private final Scheduler scheduler;
  private final CrossFrameAttention crossFrameAttention;
  private final Optional<LatentDeflicker> deflicker;
  private final List<Control> controls;

  Preset(
      int steps,
      double strength,
      Scheduler scheduler,
      CrossFrameAttention crossFrameAttention,
      Optional<LatentDeflicker> deflicker,
      List<Control> controls) {
    this.steps = steps;
    this.strength = strength;
    this.scheduler = scheduler;
    this.crossFrameAttention = crossFrameAttention;
    this.deflicker = deflicker;
    this.controls = controls;
  }

  /**
   * A ControlNet that a task is meant to run with.
   *
   * @param name what it is called in a pipeline
   * @param signal what its pictures show
   * @param scale factor on its residuals
   */
  public record Control(String name, ControlSignal signal, float scale) {

    /** Checks that all are given. */
    public Control {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(signal, "signal");
    }

    /**
     * The ControlNet with its model in this folder, at this scale. It makes its pictures from the
     * input where that needs no model; else, and for {@link ControlSignal#SHUFFLE}, which is about
     * another picture than the input, the request brings them or {@link ControlNet#annotator} is
     * called.
     */
    public ControlNet at(Path folder) {
      ControlNet net = ControlNet.of(name, folder).scale(scale);
      return signal == ControlSignal.SHUFFLE
          ? net
          : signal.annotator().map(net::annotator).orElse(net);
    }
  }

  /** Denoising steps, before strength leaves some out. */
  public int steps() {
    return steps;
  }

  /** How much of the input is made anew. */
  public double strength() {
    return strength;
  }

  /** How strongly the prompt pulls. */
  public double guidanceScale() {
    return GUIDANCE_SCALE;
  }

  /** How the run goes from noise to picture. */
  public Scheduler scheduler() {
    return scheduler;
  }

  /** Which frames see which. */
  public CrossFrameAttention crossFrameAttention() {
    return crossFrameAttention;
  }

  /** Deflickering inside the loop and at its end, with contrast and sharpness, if there is any. */
  public Optional<LatentDeflicker> deflicker() {
    return deflicker;
  }

  /** The ControlNets the task is meant to run with; none is opened unless the user adds it. */
  public List<Control> controls() {
    return controls;
  }

  /**
   * The one of {@link #controls} with this name.
   *
   * @throws IllegalArgumentException if there is none, naming those there are
   */
  public Control control(String name) {
    return controls.stream()
        .filter(control -> control.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s wants no ControlNet '%s', only %s"
                        .formatted(this, name, controls.stream().map(Control::name).toList())));
  }
}
