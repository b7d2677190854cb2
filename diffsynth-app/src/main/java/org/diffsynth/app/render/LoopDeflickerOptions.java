package org.diffsynth.app.render;

import java.util.List;
import java.util.Optional;
import org.diffsynth.Pipeline;
import org.diffsynth.app.options.ByteCount;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.deflicker.BlendMode;
import org.diffsynth.deflicker.Deflicker;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.deflicker.LatentDeflicker.Pass;
import org.diffsynth.deflicker.LatentDeflicker.Steps;
import org.diffsynth.deflicker.PatchBlending;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Deflickering inside the loop of a rendering command: what is given changes the preset's. */
public final class LoopDeflickerOptions {

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--deflicker-every",
      paramLabel = "N",
      description = "Deflicker at every so many steps; 0 never. Default: the preset's.")
  private Integer every;

  @Option(
      names = "--deflicker-steps",
      paramLabel = "N",
      split = ",",
      description = "Deflicker at these steps, counted from 0, with commas between.")
  private List<Integer> steps;

  @Option(
      names = "--deflicker-except-last",
      paramLabel = "N",
      description = "But not in so many last steps.")
  private Integer exceptLast;

  @Option(
      names = "--deflicker-mode",
      paramLabel = "MODE",
      description = "${COMPLETION-CANDIDATES}.")
  private BlendMode mode;

  @Option(names = "--deflicker-window", paramLabel = "N", description = "Frames on each side.")
  private Integer window;

  @Option(
      names = "--deflicker-contrast",
      paramLabel = "X",
      description = "Contrast given inside the loop, 0 to 10.")
  private Float contrast;

  @Option(
      names = "--deflicker-sharpness",
      paramLabel = "X",
      description = "Sharpness given inside the loop, 0 to 10.")
  private Float sharpness;

  @Option(
      names = "--deflicker-end",
      negatable = true,
      description = "Whether the finished video is deflickered once more.")
  private Boolean end;

  @Option(
      names = "--field-cache",
      paramLabel = "SIZE",
      converter = ByteCount.class,
      description =
          "Disk for matches that the next deflickering uses again, such as 500M; 0 for none."
              + " Default: 2G.")
  private Long fieldCache;

  /** Takes out of settings what no option gives, and tells them all. */
  void merge(RenderSettings settings) {
    settings.deflickerEvery = every != null ? every : settings.deflickerEvery;
    settings.deflickerSteps = steps != null ? List.copyOf(steps) : settings.deflickerSteps;
    settings.deflickerExceptLast = exceptLast != null ? exceptLast : settings.deflickerExceptLast;
    settings.deflickerMode = mode != null ? mode : settings.deflickerMode;
    settings.deflickerWindow = window != null ? window : settings.deflickerWindow;
    settings.deflickerContrast = contrast != null ? contrast : settings.deflickerContrast;
    settings.deflickerSharpness = sharpness != null ? sharpness : settings.deflickerSharpness;
    settings.deflickerEnd = end != null ? end : settings.deflickerEnd;
  }

  /** Says all of it to a pipeline. */
  void apply(RenderSettings settings, Pipeline.Builder builder) {
    try {
      builder.deflicker(deflicker(settings));
    } catch (IllegalArgumentException e) {
      throw wrongUse("--deflicker-…: " + e.getMessage());
    }
  }

  /** Adds the disk space for correspondences. */
  ComputeOptions compute(ComputeOptions engine) {
    return fieldCache == null ? engine : engine.withFieldCache(fieldCache);
  }

  private LatentDeflicker deflicker(RenderSettings settings) {
    boolean chosen = settings.deflickerEvery != null || settings.deflickerSteps != null;
    if (settings.deflickerEvery != null
        && settings.deflickerEvery == 0
        && settings.deflickerSteps == null) {
      return LatentDeflicker.NONE;
    }
    LatentDeflicker preset = settings.preset.deflicker();
    if (preset.isNone() && !chosen) {
      if (changesHow(settings)) {
        throw wrongUse(
            "the preset %s does not deflicker in the loop; say when by --deflicker-every N"
                .formatted(settings.preset));
      }
      return LatentDeflicker.NONE;
    }
    // Steps of one's own come with one's own blending and an end, as a preset's come with its own.
    LatentDeflicker start =
        chosen ? steps(settings).then(PatchBlending.fast(15)).withFinalPass() : preset;
    Steps steps = start.steps();
    if (settings.deflickerExceptLast != null) {
      steps = steps.withSkipLast(settings.deflickerExceptLast);
    }
    Pass inLoop = changed(start.inLoop(), settings);
    if (settings.deflickerContrast != null) {
      inLoop = new Pass(inLoop.deflicker(), settings.deflickerContrast, inLoop.sharpness());
    }
    if (settings.deflickerSharpness != null) {
      inLoop = new Pass(inLoop.deflicker(), inLoop.contrast(), settings.deflickerSharpness);
    }
    Pass usualEnd = start.atEnd().orElse(new Pass(inLoop.deflicker(), 1, 1));
    boolean atEnd =
        settings.deflickerEnd == null ? start.atEnd().isPresent() : settings.deflickerEnd;
    return new LatentDeflicker(
        steps, inLoop, atEnd ? Optional.of(changed(usualEnd, settings)) : Optional.empty());
  }

  private static Steps steps(RenderSettings settings) {
    int interval = settings.deflickerEvery == null ? 0 : settings.deflickerEvery;
    List<Integer> listed = settings.deflickerSteps == null ? List.of() : settings.deflickerSteps;
    return new Steps(interval, listed, 0);
  }

  private static boolean changesHow(RenderSettings settings) {
    return settings.deflickerMode != null
        || settings.deflickerWindow != null
        || settings.deflickerContrast != null
        || settings.deflickerSharpness != null
        || settings.deflickerExceptLast != null
        || Boolean.TRUE.equals(settings.deflickerEnd);
  }

  private static Pass changed(Pass pass, RenderSettings settings) {
    Deflicker deflicker = pass.deflicker();
    if (deflicker instanceof PatchBlending blending) {
      if (settings.deflickerMode != null) {
        blending = blending.withMode(settings.deflickerMode);
      }
      if (settings.deflickerWindow != null) {
        blending = blending.withWindowRadius(settings.deflickerWindow);
      }
      deflicker = blending;
    }
    return new Pass(deflicker, pass.contrast(), pass.sharpness());
  }

  private CommandLine.ParameterException wrongUse(String message) {
    return new CommandLine.ParameterException(spec.commandLine(), message);
  }
}
