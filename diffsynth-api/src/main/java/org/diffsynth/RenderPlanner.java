package org.diffsynth;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.control.ControlNet;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.diffusion.RenderPlan;
import org.diffsynth.internal.text.Text;
import org.diffsynth.request.Conditioning;
import org.diffsynth.request.Guidance;

/** Fills the empty settings of a request with the values of its pipeline. */
final class RenderPlanner {

  private RenderPlanner() {}

  /**
   * Returns the settings of a run.
   *
   * @param guidanceScale guidance scale of requests that set none
   * @throws IllegalArgumentException if the request names a ControlNet that the pipeline lacks
   */
  static RenderPlan plan(
      PipelineOptions options,
      double guidanceScale,
      RenderRequest request,
      FrameSize size,
      FrameRate frameRate) {
    Guidance guidance = request.guidance();
    return new RenderPlan(
        guidance.scale().isPresent() ? guidance : guidance.withScale(guidanceScale),
        request.sampling().withDefaults(options.sampling()),
        request.conditioning(),
        new RenderPlan.Execution(
            options.diffusion().withControlNets(controlNets(options, request.conditioning())),
            request.deflicker().orElse(options.deflicker()).withDefaultCompute(options.compute()),
            request.listener().orElse(options.listener()),
            new VideoFormat(size, frameRate, VideoFormat.UNKNOWN_COUNT)));
  }

  private static List<ControlNet> controlNets(PipelineOptions options, Conditioning conditioning) {
    List<ControlNet> nets = options.diffusion().controlNets();
    List<String> names = nets.stream().map(ControlNet::name).toList();
    for (String name : conditioning.controls().keySet()) {
      if (!names.contains(name)) {
        throw new IllegalArgumentException(
            Text.format(
                "the request has control settings for '%s', but the pipeline has the ControlNets %s",
                name, names));
      }
    }
    List<ControlNet> changed = new ArrayList<>();
    for (ControlNet net : nets) {
      ControlNet ofRequest =
          conditioning
              .controls()
              .getOrDefault(net.name(), Conditioning.Control.DEFAULT)
              .applyTo(net);
      if (net.scale() == 0 && ofRequest.scale() > 0) {
        throw new IllegalArgumentException(
            Text.format(
                    "the scale of ControlNet '%s' must be 0, because the pipeline has not opened it, but was",
                    net.name())
                + " "
                + ofRequest.scale());
      }
      changed.add(ofRequest);
    }
    return changed;
  }
}
