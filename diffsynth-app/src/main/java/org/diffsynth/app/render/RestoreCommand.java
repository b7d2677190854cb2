package org.diffsynth.app.render;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.diffsynth.Preset;
import org.diffsynth.RenderRequest;
import org.diffsynth.annotator.Tile;
import org.diffsynth.app.settings.Damage;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.app.settings.RenderSettings.Restoring;
import org.diffsynth.app.settings.Setting;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.control.Annotator;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.io.FrameSources;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Command {@code diffsynth restore}: enlarges and restores a damaged, blurred or small video. */
@Command(
    name = "restore",
    customSynopsis = "diffsynth restore --model DIR --tile DIR --input PATH --out PATH [OPTIONS]",
    description =
        "Restores a damaged, blurred or small video: enlarges it, then renders it at low strength"
            + " with the tile ControlNet.")
public final class RestoreCommand extends RenderCommand {

  private static final String TILE = "tile";
  private static final int MAX_SCALE = 4;

  @ArgGroup(validate = false, order = 15, heading = "%nRestoring:%n")
  private RestoringOptions restoring = new RestoringOptions();

  private static final class RestoringOptions {

    @Setting("controlNets.tile.folder")
    @Option(
        names = "--tile",
        order = 1,
        paramLabel = "DIR",
        description =
            "Folder of the tile ControlNet. Required with --model," + " here or in --settings.")
    private Path tile;

    @Setting("input.restoring.scale")
    @Option(
        names = "--scale",
        order = 2,
        paramLabel = "N",
        defaultValue = "1",
        description =
            "Enlarge width and height 1, 2 or 4 times with a Lanczos filter before rendering."
                + " Default: ${DEFAULT-VALUE}.")
    private Integer scale;

    @Setting("input.restoring.damage")
    @Option(
        names = "--damage",
        order = 3,
        paramLabel = "KIND",
        defaultValue = "BLUR",
        description =
            "${COMPLETION-CANDIDATES}: what happened to the video. Sets --strength (0.3, 0.4, 0.35)"
                + " and how much detail the ControlNet sees. Default: ${DEFAULT-VALUE}.")
    private Damage damage;
  }

  @ArgGroup(validate = false, order = 46, heading = "%nLook of another clip:%n")
  private ReferenceOptions references = new ReferenceOptions();

  @Override
  Preset preset() {
    return Preset.VIDEO_RESTORING;
  }

  @Override
  String defaultPrompt() {
    return "best quality";
  }

  @Override
  String defaultStrength() {
    return "as --damage says";
  }

  @Override
  void check(RenderSettings settings) {
    int scale = settings.input().restoring().scale();
    UsageException.check(
        scale == 1 || scale == 2 || scale == MAX_SCALE,
        "--scale must be 1, 2 or 4, but was " + scale);
    SettingsCheck.require(settings.input().video(), "--input");
    SettingsCheck.require(folder(settings, TILE), "--tile");
  }

  @Override
  RenderInput open(RenderSettings settings) throws IOException {
    RenderInput input = super.open(settings);
    FrameSize size = input.format().size().times(settings.input().restoring().scale());
    return new RenderInput(
        () -> FrameSources.resized(input.frames().open(), size),
        input.format().withSize(size),
        input.audio());
  }

  @Override
  RenderRequest adapted(RenderRequest request, RenderSettings settings) {
    return settings.sampling().strength() != null
        ? request
        : request.withStrength(settings.input().restoring().damage().strength());
  }

  @Override
  Optional<Annotator> annotator(RenderSettings settings, String name) {
    Restoring restoring = settings.input().restoring();
    return name.equals(TILE)
        ? Optional.of(new Tile(restoring.damage().tileSize() * restoring.scale()))
        : super.annotator(settings, name);
  }
}
