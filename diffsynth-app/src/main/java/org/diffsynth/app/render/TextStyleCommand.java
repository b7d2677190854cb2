package org.diffsynth.app.render;

import org.diffsynth.Preset;
import org.diffsynth.app.settings.RenderSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code diffsynth stylize}. */
@Command(
    name = "stylize",
    mixinStandardHelpOptions = true,
    description = {
      "Renders a video as a prompt tells, with a Stable Diffusion 1.5 class model, deflickered"
          + " inside the loop.",
      "Writes its settings beside the result (NAME.json); --settings takes them back."
    })
public final class TextStyleCommand extends RenderCommand {

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description = "${COMPLETION-CANDIDATES}. Default: TEXT_GUIDED_STYLIZATION.")
  private Preset preset;

  @Override
  Preset preset(RenderSettings settings) {
    return either(either(preset, settings.preset), Preset.TEXT_GUIDED_STYLIZATION);
  }

  @Override
  void collect(RenderSettings settings) {
    require(settings.input, "--input");
  }
}
