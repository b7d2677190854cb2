package org.diffsynth.app.render;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.Preset;
import org.diffsynth.annotator.ContentShuffle;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.control.ControlSignal;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.io.Resampler;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code diffsynth imagestyle}. */
@Command(
    name = "imagestyle",
    mixinStandardHelpOptions = true,
    description = {
      "Renders a video in the style of a picture, which goes through the shuffle ControlNet and is"
          + " looked at by every frame.",
      "Add --control depth=DIR --control-video depth=PATH to keep the shapes."
    })
public final class ImageStyleCommand extends RenderCommand {

  private static final String SHUFFLE = ControlSignal.SHUFFLE.usualName();

  @Option(
      names = "--style",
      paramLabel = "PICTURE",
      description = "The picture; its middle is cut out at the proportions of the result.")
  private Path style;

  @Option(
      names = "--shuffle",
      paramLabel = "DIR",
      description = "Folder of the shuffle ControlNet. Without it frames only look at the style.")
  private Path shuffle;

  @Override
  Preset preset(RenderSettings settings) {
    return Preset.IMAGE_GUIDED_STYLIZATION;
  }

  @Override
  void collect(RenderSettings settings) {
    settings.reference = style == null ? settings.reference : style.toString();
    settings.prompt = either(settings.prompt, "best quality");
    if (shuffle != null) {
      settings.control(SHUFFLE).folder = shuffle.toString();
    }
    require(settings.input, "--input");
    require(settings.reference, "--style");
  }

  @Override
  FrameSource pictures(
      RenderSettings settings,
      RenderSettings.Control control,
      RenderInput input,
      VideoFormat result)
      throws IOException {
    if (!control.name.equals(SHUFFLE) || control.video != null) {
      return super.pictures(settings, control, input, result);
    }
    Frame picture = FrameFiles.readPicture(Path.of(settings.reference));
    Frame fitted = Resampler.filled(picture, result.size());
    Frame shuffled = ContentShuffle.of(settings.seed).annotate(fitted);
    return Video.of(List.of(shuffled), result.frameRate()).open();
  }
}
