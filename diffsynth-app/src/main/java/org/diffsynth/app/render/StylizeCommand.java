package org.diffsynth.app.render;

import org.diffsynth.Preset;
import org.diffsynth.app.settings.RenderSettings;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;

/** Command {@code diffsynth stylize}: renders a video in the style that a prompt describes. */
@Command(
    name = "stylize",
    customSynopsis =
        "diffsynth stylize --model DIR --input PATH --prompt TEXT --out PATH [OPTIONS]",
    description = {
      "Renders a video in the style that a prompt describes, with a model of the Stable Diffusion"
          + " 1.5 class, deflickered inside the denoising loop. Writes its settings beside the result"
          + " (NAME.json); --settings reads them again."
    })
public final class StylizeCommand extends RenderCommand {

  @ArgGroup(validate = false, order = 25, heading = "%nPreset:%n")
  private PresetOption presetOption = new PresetOption();

  @ArgGroup(validate = false, order = 46, heading = "%nLook of another clip:%n")
  private ReferenceOptions references = new ReferenceOptions();

  @Override
  Preset preset() {
    return Preset.TEXT_GUIDED_STYLIZATION;
  }

  @Override
  void check(RenderSettings settings) {
    SettingsCheck.require(settings.input().video(), "--input");
  }
}
