package org.diffsynth.app.render;

import org.diffsynth.RenderRequest;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.deflicker.FramePull;
import org.diffsynth.diffusion.ClipStart.DdimInversion;
import org.diffsynth.diffusion.ClipStart.MotionWarp;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** What other methods do to keep frames together, to compare with. */
public final class BaselineOptions {

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--source-prompt",
      paramLabel = "TEXT",
      description =
          "Start from the input inverted by DDIM under this prompt, which tells what it shows, as"
              + " FateZero does; not from shared noise.")
  private String sourcePrompt;

  @Option(
      names = "--source-guidance",
      paramLabel = "X",
      description = "Guidance of the inversion. Default: 1.")
  private Double sourceGuidance;

  @Option(
      names = "--inversion-refinement",
      paramLabel = "N",
      description = "Hops of the inversion for each step. Default: 1.")
  private Integer inversionRefinement;

  @Option(
      names = "--motion-warp",
      paramLabel = "DX,DY",
      description =
          "Start from shifted copies of frame 0, so many pixels a frame, as Text2Video-Zero does"
              + " (12,12 there); with --attention first_frame.")
  private String motionWarp;

  @Option(
      names = "--pull",
      paramLabel = "TOWARD",
      description =
          "${COMPLETION-CANDIDATES}: pull estimates toward the frame before as Pix2Video does, as it"
              + " is or carried along the input's motion.")
  private FramePull.Toward pull;

  @Option(names = "--pull-weight", paramLabel = "X", description = "How much. Default: 100.")
  private Double pullWeight;

  @Option(
      names = "--pull-until",
      paramLabel = "X",
      description = "Share of the steps that pull. Default: 0.52.")
  private Double pullUntil;

  /** Tells the settings what is given here. */
  void merge(RenderSettings settings) {
    settings.sourcePrompt = RenderCommand.either(sourcePrompt, settings.sourcePrompt);
    settings.sourceGuidance = RenderCommand.either(sourceGuidance, settings.sourceGuidance);
    settings.inversionRefinement =
        RenderCommand.either(inversionRefinement, settings.inversionRefinement);
    settings.motionWarp = RenderCommand.either(motionWarp, settings.motionWarp);
    settings.pull = RenderCommand.either(pull, settings.pull);
    settings.pullWeight = RenderCommand.either(pullWeight, settings.pullWeight);
    settings.pullUntil = RenderCommand.either(pullUntil, settings.pullUntil);
    if (settings.sourcePrompt != null && settings.motionWarp != null) {
      throw wrongUse("--source-prompt and --motion-warp are two starts: give one");
    }
    if (settings.sourcePrompt == null
        && (settings.sourceGuidance != null || settings.inversionRefinement != null)) {
      throw wrongUse("--source-guidance and --inversion-refinement need --source-prompt");
    }
    if (settings.pull == null && (settings.pullWeight != null || settings.pullUntil != null)) {
      throw wrongUse("--pull-weight and --pull-until need --pull");
    }
  }

  /** The request with what the settings say. */
  RenderRequest applied(RenderSettings settings, RenderRequest request) {
    RenderRequest result = request;
    if (settings.sourcePrompt != null) {
      String negative = settings.negativePrompt == null ? "" : settings.negativePrompt;
      DdimInversion inversion =
          DdimInversion.of(settings.sourcePrompt)
              .withGuidance(RenderCommand.either(settings.sourceGuidance, 1.0), negative)
              .withRefinement(RenderCommand.either(settings.inversionRefinement, 1));
      result = result.withStart(inversion);
    }
    if (settings.motionWarp != null) {
      result = result.withStart(warp(settings.motionWarp));
    }
    if (settings.pull != null) {
      FramePull base = FramePull.toPrevious();
      FramePull asked =
          settings.pull == FramePull.Toward.PREVIOUS ? base : FramePull.toRemappedPrevious();
      result =
          result.withFramePull(
              asked
                  .withWeight(RenderCommand.either(settings.pullWeight, base.weight()))
                  .withUntil(RenderCommand.either(settings.pullUntil, base.until())));
    }
    return result;
  }

  private MotionWarp warp(String text) {
    try {
      String[] parts = text.split(",", -1);
      if (parts.length == 2) {
        return MotionWarp.of(Double.parseDouble(parts[0]), Double.parseDouble(parts[1]));
      }
    } catch (NumberFormatException e) {
      // told below, with the others
    }
    throw wrongUse("--motion-warp must be two numbers like 12,12, was '" + text + "'");
  }

  private CommandLine.ParameterException wrongUse(String message) {
    return new CommandLine.ParameterException(spec.commandLine(), message);
  }
}
