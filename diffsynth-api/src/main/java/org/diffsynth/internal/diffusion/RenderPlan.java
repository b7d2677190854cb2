package org.diffsynth.internal.diffusion;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.control.ControlNet;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.CrossFrameAttention.FrameRef;
import org.diffsynth.diffusion.Scheduler;
import org.diffsynth.diffusion.StepListener;
import org.diffsynth.frame.Video;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.request.Conditioning;
import org.diffsynth.request.Guidance;
import org.diffsynth.request.Sampling;
import org.diffsynth.spi.DiffusionSettings;

/**
 * All settings of a run, after the values of the preset have replaced empty components.
 *
 * @param guidance prompts and guidance scale
 * @param sampling steps, strength, scheduler, noise and start
 * @param conditioning control videos, reference pictures and poses
 * @param execution what is run, and the form of the result
 */
public record RenderPlan(
    Guidance guidance, Sampling sampling, Conditioning conditioning, Execution execution) {

  /** Checks that no component is null. */
  public RenderPlan {
    Objects.requireNonNull(guidance, "guidance");
    Objects.requireNonNull(sampling, "sampling");
    Objects.requireNonNull(conditioning, "conditioning");
    Objects.requireNonNull(execution, "execution");
  }

  /**
   * The model settings, the deflickering and the size of a run.
   *
   * @param diffusion attention, compute options, and ControlNets with the request's scales and
   *     annotators
   * @param deflicker deflickering inside the loop and at its end
   * @param listener receives a report after every step
   * @param output size and frame rate of the result
   */
  public record Execution(
      DiffusionSettings diffusion,
      LatentDeflicker deflicker,
      StepListener listener,
      VideoFormat output) {}

  int steps() {
    return sampling.steps().orElseThrow();
  }

  double strength() {
    return sampling.strength().orElseThrow();
  }

  Scheduler scheduler() {
    return sampling.scheduler().orElseThrow();
  }

  double guidanceScale() {
    return guidance.scale().orElseThrow();
  }

  /** Returns the attention of the pipeline, and to the references that it does not name. */
  CrossFrameAttention attention() {
    CrossFrameAttention named = execution.diffusion().attention();
    int all = conditioning.references().size();
    return named.withFrames(
        IntStream.range(named.references(), Math.max(all, named.references()))
            .mapToObj(FrameRef::reference)
            .toArray(FrameRef[]::new));
  }

  List<ControlNet> controlNets() {
    return execution.diffusion().controlNets();
  }

  /** Returns the control video that the request sets for a ControlNet. */
  Optional<Video> controlVideo(ControlNet net) {
    return Optional.ofNullable(conditioning.controls().get(net.name()))
        .flatMap(Conditioning.Control::video);
  }

  LatentDeflicker deflicker() {
    return execution.deflicker();
  }

  VideoFormat output() {
    return execution.output();
  }

  ComputeOptions compute() {
    return execution.diffusion().compute();
  }
}
