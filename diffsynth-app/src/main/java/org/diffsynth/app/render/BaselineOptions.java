package org.diffsynth.app.render;

import org.diffsynth.app.settings.Setting;
import org.diffsynth.deflicker.FramePull;
import picocli.CommandLine.Option;

/** Command-line options for the consistency methods of other papers, for comparison. */
final class BaselineOptions {

  @Setting("sampling.start.inversion.prompt")
  @Option(
      names = "--source-prompt",
      order = 1,
      paramLabel = "TEXT",
      description =
          "Start from the input inverted by DDIM under this description of the input, as FateZero"
              + " does. Default: start from noise.")
  private String sourcePrompt;

  @Setting("sampling.start.inversion.guidanceScale")
  @Option(
      names = "--source-guidance",
      order = 2,
      paramLabel = "X",
      description = "Guidance scale of the inversion, 1 to 100. Default: 1.")
  private Double sourceGuidance;

  @Setting("sampling.start.inversion.refinement")
  @Option(
      names = "--inversion-refinement",
      order = 3,
      paramLabel = "N",
      description =
          "Model evaluations per step of the inversion; more are more exact and slower. Default: 1.")
  private Integer inversionRefinement;

  @Setting("sampling.start.motionWarp")
  @Option(
      names = "--motion-warp",
      order = 4,
      paramLabel = "DX,DY",
      description =
          "Start from copies of frame 0 shifted by this many pixels per frame, as Text2Video-Zero"
              + " does (12,12 there); use with --attention first_frame. Default: start from noise.")
  private String motionWarp;

  @Setting("sampling.framePull.toward")
  @Option(
      names = "--pull",
      order = 5,
      paramLabel = "TOWARD",
      description =
          "${COMPLETION-CANDIDATES}: pull each frame toward the previous one, as Pix2Video does; the"
              + " previous frame as it is, moved along the input's motion, or moved to where the"
              + " estimates match. Default: no pull.")
  private FramePull.Toward pull;

  @Setting("sampling.framePull.weight")
  @Option(
      names = "--pull-weight",
      order = 6,
      paramLabel = "X",
      description = "Strength of the pull, above 0. Default: 100.")
  private Double pullWeight;

  @Setting("sampling.framePull.until")
  @Option(
      names = "--pull-until",
      order = 7,
      paramLabel = "X",
      description = "Share of the steps in which the pull works, above 0 to 1. Default: 0.52.")
  private Double pullUntil;
}
