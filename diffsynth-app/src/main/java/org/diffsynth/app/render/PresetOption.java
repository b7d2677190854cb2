package org.diffsynth.app.render;

import org.diffsynth.Preset;
import org.diffsynth.app.settings.Setting;
import picocli.CommandLine.Option;

/** The command-line option for the preset, in the commands that leave its choice to the user. */
final class PresetOption {

  @Setting("preset")
  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description =
          "Values for all settings that are not given: ${COMPLETION-CANDIDATES}. Default:"
              + " TEXT_GUIDED_STYLIZATION; the other defaults below are its values.")
  private Preset preset;
}
