package org.diffsynth.app.render;

import java.io.IOException;
import java.nio.file.Path;
import org.diffsynth.Preset;
import org.diffsynth.annotator.DepthAlignment;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.app.settings.RenderSettings.ZBuffer;
import org.diffsynth.app.settings.Setting;
import org.diffsynth.app.settings.SettingsTree;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.text.Text;
import org.diffsynth.io.FrameSources;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Command {@code diffsynth render3d}: paints an untextured 3D render as a prompt describes. */
@Command(
    name = "render3d",
    customSynopsis =
        "diffsynth render3d --model DIR --depth-net DIR --depth-video PATH --input PATH%n"
            + "                   --prompt TEXT --out PATH [OPTIONS]",
    description = {
      "Paints an untextured 3D render as a prompt describes, along the renderer's own depth. Depth"
          + " must be 16-bit pictures or 32-bit TIFF; 8 bits give visible steps."
    })
public final class Render3dCommand extends RenderCommand {

  private static final String DEPTH = "depth";

  @ArgGroup(validate = false, order = 15, heading = "%nDepth:%n")
  private DepthOptions depth = new DepthOptions();

  private static final class DepthOptions {

    @Setting("controlNets.depth.folder")
    @Option(
        names = "--depth-net",
        order = 1,
        paramLabel = "DIR",
        description =
            "Folder of the depth ControlNet. Required with --model," + " here or in --settings.")
    private Path net;

    @Setting("controlNets.depth.video")
    @Option(
        names = "--depth-video",
        order = 2,
        paramLabel = "PATH",
        description =
            "Inverse depth (near is bright), of the length and size of the input. Required unless"
                + " --z-buffer is given.")
    private Path video;

    @Setting("controlNets.depth.video")
    @Option(
        names = "--z-buffer",
        order = 3,
        paramLabel = "PATH",
        description =
            "Distances instead of inverse depth: black at --near and white at --far, or floats in"
                + " the units of the scene. Required unless --depth-video is given.")
    private Path zBuffer;

    @Setting("input.zBuffer.near")
    @Option(
        names = "--near",
        order = 4,
        paramLabel = "Z",
        description = "Distance of the near plane, above 0. Required with --z-buffer.")
    private Double near;

    @Setting("input.zBuffer.far")
    @Option(
        names = "--far",
        order = 5,
        paramLabel = "Z",
        description = "Distance of the far plane, above --near. Required with --z-buffer.")
    private Double far;
  }

  @ArgGroup(validate = false, order = 46, heading = "%nLook of another clip:%n")
  private ReferenceOptions references = new ReferenceOptions();

  @Override
  Preset preset() {
    return Preset.RENDERING_3D;
  }

  @Override
  void removeReplaced(SettingsTree file) {
    if (depth.video != null) {
      file.remove("input.zBuffer");
    }
  }

  @Override
  void check(RenderSettings settings) {
    UsageException.check(
        depth.video == null || depth.zBuffer == null,
        "--depth-video and --z-buffer exclude each other; give one");
    SettingsCheck.require(settings.input().video(), "--input");
    SettingsCheck.require(folder(settings, DEPTH), "--depth-net");
    SettingsCheck.require(settings.controlNets().get(DEPTH).video(), "--depth-video or --z-buffer");
    ZBuffer range = settings.input().zBuffer();
    UsageException.check(
        depth.video == null || (depth.near == null && depth.far == null),
        "--near and --far belong to --z-buffer");
    if (depth.zBuffer != null || range.near() != null || range.far() != null) {
      SettingsCheck.require(range.near(), "--near");
      SettingsCheck.require(range.far(), "--far");
      UsageException.check(
          range.near() > 0 && range.far() > range.near(),
          Text.format(
              "--near must be above 0 and below --far, but they were %s and %s",
              range.near(), range.far()));
    }
  }

  @Override
  FrameSource pictures(RenderSettings settings, String name, RenderInput input, VideoFormat result)
      throws IOException {
    FrameSource pictures = super.pictures(settings, name, input, result);
    ZBuffer range = settings.input().zBuffer();
    if (!name.equals(DEPTH) || range.near() == null) {
      return pictures;
    }
    return FrameSources.changed(
        pictures,
        pictures.format().size(),
        frame -> DepthAlignment.fromZBuffer(frame, range.near(), range.far()));
  }
}
