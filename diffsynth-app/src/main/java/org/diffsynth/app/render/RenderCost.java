package org.diffsynth.app.render;

import java.io.IOException;
import java.util.List;
import org.diffsynth.Pipeline;
import org.diffsynth.RenderRequest;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.compute.BackendException.OutOfDeviceMemoryException;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.VideoFormat;

/**
 * What a rendering costs, before it starts.
 *
 * @param frames number of frames that the model renders
 * @param steps number of denoising steps
 * @param rendered format of the frames that the model renders
 */
record RenderCost(long frames, int steps, VideoFormat rendered) {

  /** Frames times steps from which on the cost is printed without being asked for. */
  private static final int LONG = 200;

  static RenderCost of(RenderSettings settings, RenderRequest request, VideoFormat result) {
    long every = settings.output().keyframeEvery();
    long frames = every == 1 ? result.frameCount() : (result.frameCount() - 2) / every + 2;
    int steps =
        request.sampling().steps().orElse(settings.preset().sampling().steps().orElseThrow());
    return new RenderCost(frames, steps, result.withFrameCount(Math.max(1, frames)));
  }

  boolean isLong() {
    return frames * steps >= LONG;
  }

  /**
   * Measures single calls of the model, and returns the expected cost as lines for the user.
   *
   * @param isAskedFor whether it is an error if the cost cannot be measured
   */
  List<String> measured(
      Pipeline pipeline,
      boolean hasInput,
      RenderRequest request,
      boolean isAskedFor,
      Monitor monitor)
      throws IOException {
    try {
      return PlanLines.of(pipeline.estimate(rendered, hasInput, request, monitor), frames);
    } catch (OutOfDeviceMemoryException e) {
      // The render itself divides its calls until they fit.
      UsageException.check(
          !isAskedFor,
          "--plan could not be measured, because a model call does not fit into the memory of the"
              + " device; give --frames-per-call");
      return List.of();
    }
  }
}
