package org.diffsynth.app.render;

import java.io.IOException;
import org.diffsynth.KeyframeRendering;
import org.diffsynth.Pipeline;
import org.diffsynth.Preset;
import org.diffsynth.RenderRequest;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.app.settings.RenderSettings.Sampling;
import org.diffsynth.app.settings.Setting;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.VideoFormat;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Command {@code diffsynth generate}: renders a video from a prompt, without an input video. */
@Command(
    name = "generate",
    customSynopsis =
        "diffsynth generate --model DIR --prompt TEXT --frames N --size WxH --out PATH [OPTIONS]",
    description = {
      "Renders a video from a prompt, without an input video. All frames start from one noise, which"
          + " --motion-warp moves as Text2Video-Zero does; without it, and without a control video,"
          + " all frames show nearly the same picture. The first estimate of the clean video guides"
          + " the deflickering."
    })
public final class GenerateCommand extends RenderCommand {

  @ArgGroup(validate = false, order = 15, heading = "%nLength:%n")
  private Length length = new Length();

  private static final class Length {

    @Setting("input.frames")
    @Option(
        names = "--frames",
        order = 1,
        paramLabel = "N",
        description =
            "Number of frames, at least 1. Required, here or in --settings; memory grows with it: 8"
                + " to 24 frames are usual.")
    private Integer frames;
  }

  @ArgGroup(validate = false, order = 25, heading = "%nPreset:%n")
  private PresetOption presetOption = new PresetOption();

  @ArgGroup(validate = false, order = 46, heading = "%nLook of another clip:%n")
  private ReferenceOptions references = new ReferenceOptions();

  @Override
  Preset preset() {
    return Preset.TEXT_GUIDED_STYLIZATION;
  }

  @Override
  String usualControl() {
    return null; // without an input there are no frames for a tile ControlNet to show
  }

  @Override
  boolean hasInput() {
    return false;
  }

  @Override
  void check(RenderSettings settings) {
    SettingsCheck.require(settings.input().frames(), "--frames");
    SettingsCheck.require(settings.output().size(), "--size");
    int frames = settings.input().frames();
    UsageException.check(frames >= 1, "--frames must be at least 1, but was " + frames);
    UsageException.check(
        settings.input().video() == null,
        "generate has no --input; 'diffsynth stylize' renders over a video");
    Sampling sampling = settings.sampling();
    UsageException.check(
        sampling.strength() == null || sampling.strength() == 1,
        "--strength must be 1 without an input video, but was " + sampling.strength());
    UsageException.check(
        sampling.start().inversion().prompt() == null,
        "--source-prompt describes an input video, which generate does not have");
    UsageException.check(
        settings.output().keyframeEvery() == 1,
        "--keyframe-every needs an input video, which generate does not have");
    settings
        .controlNets()
        .forEach(
            (name, control) ->
                UsageException.check(
                    control.video() != null || (control.scale() != null && control.scale() == 0),
                    "the ControlNet " + name + " needs --control-video " + name + "=PATH"));
  }

  @Override
  RenderInput open(RenderSettings settings) {
    VideoFormat format =
        new VideoFormat(settings.output().size(), inputs.frameRate(), settings.input().frames());
    return new RenderInput(null, format, null);
  }

  @Override
  void renderFrames(
      Pipeline pipeline,
      KeyframeRendering rendering,
      RenderInput input,
      RenderRequest request,
      FrameSink sink,
      Monitor monitor)
      throws IOException {
    VideoFormat format = input.format();
    pipeline.generate(
        Math.toIntExact(format.frameCount()), format.frameRate(), request, sink, monitor);
  }
}
