package org.diffsynth.app.render;

import org.diffsynth.app.settings.Setting;
import picocli.CommandLine.Option;

/** Command-line options that keep frames consistent, apart from deflickering. */
final class ConsistencyOptions {

  @Setting("model.attention")
  @Option(
      names = "--attention",
      order = 1,
      paramLabel = "MODE",
      description =
          "Frames that a frame attends to: none, first_frame, first_and_previous, neighbours, joint"
              + " (or joint:WINDOW:STRIDE), or a list such as first,-1,0,1 or reference,-1,0. More"
              + " frames are steadier and slower. Default: ${bundle:preset.attention}.")
  private String attention;

  @Setting("output.keyframeEvery")
  @Option(
      names = "--keyframe-every",
      order = 2,
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Render every N-th frame and the last one, and interpolate the others along the input's"
              + " motion; larger is faster and less exact. Default: ${DEFAULT-VALUE}, render all.")
  private Integer keyframeEvery;
}
