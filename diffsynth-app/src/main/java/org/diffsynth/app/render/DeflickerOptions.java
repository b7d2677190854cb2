package org.diffsynth.app.render;

import java.util.List;
import org.diffsynth.app.settings.Setting;
import org.diffsynth.deflicker.PatchBlending.BlendMode;
import picocli.CommandLine.Option;

/**
 * Command-line options for deflickering inside the denoising loop. An option changes one value of
 * the preset.
 */
final class DeflickerOptions {

  @Setting("deflicker.at.every")
  @Option(
      names = "--deflicker-every",
      order = 1,
      paramLabel = "N",
      description =
          "Deflicker at every N-th denoising step, starting with the first; 0 never deflickers."
              + " Default: ${bundle:preset.deflicker.every}.")
  private Integer every;

  @Setting("deflicker.at.steps")
  @Option(
      names = "--deflicker-steps",
      order = 2,
      paramLabel = "N",
      split = ",",
      description =
          "Deflicker at these steps, counted from 0 and separated by commas. Default: as"
              + " --deflicker-every says.")
  private List<Integer> steps;

  @Setting("deflicker.at.exceptLast")
  @Option(
      names = "--deflicker-except-last",
      order = 3,
      paramLabel = "N",
      description =
          "Skip deflickering in the last N steps, which keeps fine detail. Default:"
              + " ${bundle:preset.deflicker.exceptLast}.")
  private Integer exceptLast;

  @Setting("deflicker.mode")
  @Option(
      names = "--deflicker-mode",
      order = 4,
      paramLabel = "MODE",
      description =
          "Blend mode: ${COMPLETION-CANDIDATES}. Default: ${bundle:preset.deflicker.mode}.")
  private BlendMode mode;

  @Setting("deflicker.window")
  @Option(
      names = "--deflicker-window",
      order = 5,
      paramLabel = "N",
      description =
          "Frames on each side that are blended into one, 0 to 10000; more are steadier, softer and"
              + " slower. Default: ${bundle:preset.deflicker.window}.")
  private Integer window;

  @Setting("deflicker.contrast")
  @Option(
      names = "--deflicker-contrast",
      order = 6,
      paramLabel = "X",
      description =
          "Contrast after blending in the loop, 0 to 10, against greying; 1 changes nothing."
              + " Default: ${bundle:preset.deflicker.contrast}.")
  private Float contrast;

  @Setting("deflicker.sharpness")
  @Option(
      names = "--deflicker-sharpness",
      order = 7,
      paramLabel = "X",
      description =
          "Sharpness after blending in the loop, 0 to 10, against blur; 1 changes nothing. Default:"
              + " ${bundle:preset.deflicker.sharpness}.")
  private Float sharpness;

  @Setting("deflicker.strength")
  @Option(
      names = "--deflicker-strength",
      order = 8,
      paramLabel = "X",
      description =
          "Share of the deflickered pictures, in the loop and at the end, 0 to 1; 1 is the full"
              + " result. Default: 1.")
  private Double strength;

  @Setting("deflicker.end")
  @Option(
      names = "--deflicker-end",
      order = 9,
      negatable = true,
      description =
          "Deflicker the finished video once more, or not. Default:"
              + " ${bundle:preset.deflicker.end}.")
  private Boolean end;
}
