package org.diffsynth.deflicker;

import java.io.IOException;
import java.util.Objects;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.blend.FlowRun;
import org.diffsynth.internal.text.Text;

/**
 * Deflickers a video by an average along optical flow: the frames around each frame are carried
 * onto it along the dense motion of the guide, where they are visible, and averaged.
 *
 * <p>This is the usual alternative to {@link PatchBlending}, for comparison: {@code
 * PatchBlending.DEFAULT} keeps more detail and is closer to the truth on every clip measured; see
 * docs/quality.md. Frames of the result have 16 bits per sample. The result depends on {@code
 * windowRadius} and {@code shots} only, never on {@code compute}. Needs a guide that does not
 * flicker: flow compares brightness.
 *
 * <pre>{@code
 * Video steady = FlowBlending.DEFAULT.apply(guide, style);
 * }</pre>
 *
 * @param windowRadius number of frames on each side that are averaged, 0 to 10000; default 15, and
 *     5 to 30 is typical. Larger values are steadier, softer and slower, in proportion
 * @param compute engine and threads; never changes the result
 * @param shots where shots begin, which no window crosses. Default {@link Shots#AUTO}
 */
public record FlowBlending(int windowRadius, ComputeOptions compute, Shots shots)
    implements Deflicker {

  /** An average of 15 frames on each side: the window of {@link PatchBlending#DEFAULT}. */
  public static final FlowBlending DEFAULT = of(15);

  private static final int MAX_RADIUS = 10_000;

  /**
   * Creates a {@code FlowBlending} from its components.
   *
   * @throws IllegalArgumentException if a component is outside its documented range
   */
  public FlowBlending {
    Objects.requireNonNull(compute, "compute");
    Objects.requireNonNull(shots, "shots");
    if (windowRadius < 0 || windowRadius > MAX_RADIUS) {
      throw new IllegalArgumentException(
          Text.format("windowRadius must be in [0, %d], but was %d", MAX_RADIUS, windowRadius));
    }
  }

  /** Returns an average of {@code windowRadius} frames on each side, on the fastest engine. */
  public static FlowBlending of(int windowRadius) {
    return new FlowBlending(windowRadius, ComputeOptions.AUTO, Shots.AUTO);
  }

  /** Returns a copy of this blending with the given number of frames on each side. */
  public FlowBlending withWindowRadius(int newRadius) {
    return new FlowBlending(newRadius, compute, shots);
  }

  /** Returns a copy of this blending with the given engine and threads. */
  public FlowBlending withCompute(ComputeOptions newCompute) {
    return new FlowBlending(windowRadius, newCompute, shots);
  }

  /** Returns a copy of this blending with the given shots, which no window crosses. */
  public FlowBlending withShots(Shots newShots) {
    return new FlowBlending(windowRadius, compute, newShots);
  }

  @Override
  public FlowBlending withDefaultCompute(ComputeOptions defaults) {
    return withCompute(compute.withDefaults(defaults));
  }

  @Override
  public void apply(FrameSource guide, FrameSource style, FrameSink sink, Monitor monitor)
      throws IOException {
    SharedSource.checkDistinct(guide, style);
    FlowRun run = new FlowRun(windowRadius, compute, monitor);
    shots.starts().ifPresent(run::useShots);
    run.deflicker(guide, style, sink);
  }
}
