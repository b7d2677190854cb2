package org.diffsynth.app.render;

import org.diffsynth.Preset;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.app.settings.Setting;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

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

  private static final class PresetOption {

    @Setting("preset")
    @Option(
        names = "--preset",
        paramLabel = "NAME",
        description =
            "Values for all settings that are not given: ${COMPLETION-CANDIDATES}. Default:"
                + " TEXT_GUIDED_STYLIZATION; the other defaults below are its values.")
    private Preset preset;
  }

  @Override
  Preset preset() {
    return Preset.TEXT_GUIDED_STYLIZATION;
  }

  @Override
  void check(RenderSettings settings) {
    SettingsCheck.require(settings.input().video(), "--input");
  }
}
