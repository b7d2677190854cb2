package org.diffsynth.app.render;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.diffsynth.KeyframeRendering;
import org.diffsynth.Preset;
import org.diffsynth.annotator.Tile;
import org.diffsynth.app.frames.ConvertedSource;
import org.diffsynth.app.settings.Damage;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.control.Annotator;
import org.diffsynth.control.ControlSignal;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.io.Resampler;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code diffsynth restore}. */
@Command(
    name = "restore",
    mixinStandardHelpOptions = true,
    description =
        "Makes a damaged, blurred or small video whole: enlarges it, then renders it at low"
            + " strength with the tile ControlNet.")
public final class RestoreCommand extends RenderCommand {

  private static final String TILE = ControlSignal.TILE.usualName();
  private static final int MAX_SCALE = 4;

  @Option(names = "--tile", paramLabel = "DIR", description = "Folder of the tile ControlNet.")
  private Path tile;

  @Option(
      names = "--scale",
      paramLabel = "N",
      description = "Enlarge 1, 2 or 4 times, by Resampler' filter, before rendering. Default: 1.")
  private Integer scale;

  @Option(
      names = "--damage",
      paramLabel = "KIND",
      description =
          "${COMPLETION-CANDIDATES}: sets strength and what the ControlNet sees. Default: BLUR.")
  private Damage damage;

  @Override
  Preset preset(RenderSettings settings) {
    return Preset.VIDEO_RESTORING;
  }

  @Override
  void collect(RenderSettings settings) {
    settings.scale = either(either(scale, settings.scale), 1);
    if (settings.scale != 1 && settings.scale != 2 && settings.scale != MAX_SCALE) {
      throw wrongUse("--scale must be 1, 2 or 4, was " + settings.scale);
    }
    settings.damage = either(either(damage, settings.damage), Damage.BLUR);
    settings.prompt = either(settings.prompt, "best quality");
    if (tile != null) {
      settings.control(TILE).folder = tile.toString();
    }
    require(settings.input, "--input");
    require(settings.control(TILE).folder, "--tile");
  }

  @Override
  RenderInput open(RenderSettings settings) throws IOException {
    RenderInput input = super.open(settings);
    VideoFormat format = input.format();
    VideoFormat scaled = format.withSize(format.size().times(settings.scale));
    KeyframeRendering.Input frames =
        () ->
            new ConvertedSource(
                input.frames().open(), scaled, frame -> Resampler.resized(frame, scaled.size()));
    return new RenderInput(frames, scaled, input.audio());
  }

  @Override
  Double usualStrength(RenderSettings settings) {
    return settings.damage.strength();
  }

  @Override
  Optional<Annotator> annotator(RenderSettings settings, RenderSettings.Control control) {
    return control.name.equals(TILE)
        ? Optional.of(new Tile(settings.damage.tile() * settings.scale))
        : super.annotator(settings, control);
  }
}
