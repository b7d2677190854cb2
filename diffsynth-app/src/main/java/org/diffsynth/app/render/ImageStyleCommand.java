package org.diffsynth.app.render;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.Preset;
import org.diffsynth.annotator.ContentShuffle;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.app.settings.Setting;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.io.Resampler;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Command {@code diffsynth imagestyle}: renders a video in the style of a picture. */
@Command(
    name = "imagestyle",
    customSynopsis =
        "diffsynth imagestyle --model DIR --input PATH --style PICTURE --out PATH [OPTIONS]",
    description = {
      "Renders a video in the style of a picture. All frames attend to the picture, and a shuffle"
          + " ControlNet gets it shuffled. To keep the shapes of the input, add --control depth=DIR"
          + " --control-video depth=PATH."
    })
public final class ImageStyleCommand extends RenderCommand {

  private static final String SHUFFLE = "shuffle";

  @ArgGroup(validate = false, order = 15, heading = "%nStyle:%n")
  private Style style = new Style();

  private static final class Style {

    @Setting("input.reference")
    @Option(
        names = "--style",
        order = 1,
        paramLabel = "PICTURE",
        description =
            "Picture whose style the result gets, cropped around its center to the shape of the"
                + " result. Required, here or in --settings.")
    private Path picture;

    @Setting("controlNets.shuffle.folder")
    @Option(
        names = "--shuffle",
        order = 2,
        paramLabel = "DIR",
        description =
            "Folder of the shuffle ControlNet, which makes the style stronger. Default: none; frames"
                + " only attend to the style picture.")
    private Path shuffle;
  }

  @ArgGroup(validate = false, order = 46, heading = "%nLook of another clip:%n")
  private ReferenceOptions references = new ReferenceOptions();

  @Override
  Preset preset() {
    return Preset.IMAGE_GUIDED_STYLIZATION;
  }

  @Override
  String defaultPrompt() {
    return "best quality";
  }

  @Override
  void check(RenderSettings settings) {
    SettingsCheck.require(settings.input().video(), "--input");
    SettingsCheck.require(settings.input().reference(), "--style");
  }

  @Override
  FrameSource pictures(RenderSettings settings, String name, RenderInput input, VideoFormat result)
      throws IOException {
    if (!name.equals(SHUFFLE) || settings.controlNets().get(name).video() != null) {
      return super.pictures(settings, name, input, result);
    }
    Frame picture = FrameFiles.readPicture(settings.input().reference());
    Frame fitted = Resampler.filled(picture, result.size());
    Frame shuffled = ContentShuffle.of(settings.sampling().seed()).annotate(fitted);
    return Video.of(List.of(shuffled), result.frameRate()).open();
  }
}
