package org.diffsynth.app.render;

import java.io.IOException;
import java.nio.file.Path;
import org.diffsynth.Preset;
import org.diffsynth.annotator.DepthAlignment;
import org.diffsynth.app.frames.ConvertedSource;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.control.ControlSignal;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code diffsynth render3d}. */
@Command(
    name = "render3d",
    mixinStandardHelpOptions = true,
    description = {
      "Paints a render without textures as a prompt tells, along the renderer's own depth.",
      "Depth comes as 16-bit pictures or 32-bit TIFF; 8 bits show steps."
    })
public final class Render3dCommand extends RenderCommand {

  private static final String DEPTH = ControlSignal.DEPTH.usualName();

  @Option(
      names = "--depth-net",
      paramLabel = "DIR",
      description = "Folder of the depth ControlNet.")
  private Path depth;

  @Option(
      names = "--depth-video",
      paramLabel = "PATH",
      description = "Inverse depth, near is bright, as long and large as the input.")
  private Path depthVideo;

  @Option(
      names = "--z-buffer",
      paramLabel = "PATH",
      description =
          "Instead: distances, black at --near and white at --far, or floats in the scene's unit.")
  private Path zBuffer;

  @Option(names = "--near", paramLabel = "Z", description = "Distance of the near plane, above 0.")
  private Double near;

  @Option(names = "--far", paramLabel = "Z", description = "Distance of the far plane.")
  private Double far;

  @Override
  Preset preset(RenderSettings settings) {
    return Preset.RENDERING_3D;
  }

  @Override
  void collect(RenderSettings settings) {
    if (depthVideo != null && zBuffer != null) {
      throw wrongUse("--depth-video and --z-buffer are two ways of saying the same; give one");
    }
    if (depth != null) {
      settings.control(DEPTH).folder = depth.toString();
    }
    if (depthVideo != null) {
      settings.control(DEPTH).video = depthVideo.toString();
      settings.near = null;
      settings.far = null;
    } else if (zBuffer != null) {
      settings.control(DEPTH).video = zBuffer.toString();
    }
    settings.near = either(near, settings.near);
    settings.far = either(far, settings.far);
    require(settings.input, "--input");
    require(settings.control(DEPTH).folder, "--depth-net");
    require(settings.control(DEPTH).video, "--depth-video or --z-buffer");
    if (zBuffer != null) {
      require(settings.near, "--near");
      require(settings.far, "--far");
    } else if (depthVideo != null && (near != null || far != null)) {
      throw wrongUse("--near and --far belong to --z-buffer");
    }
    if (settings.near != null && !(settings.near > 0 && settings.far > settings.near)) {
      throw wrongUse(
          "--near must be above 0 and below --far, were %s and %s"
              .formatted(settings.near, settings.far));
    }
  }

  @Override
  FrameSource pictures(
      RenderSettings settings,
      RenderSettings.Control control,
      RenderInput input,
      VideoFormat result)
      throws IOException {
    FrameSource pictures = super.pictures(settings, control, input, result);
    if (!control.name.equals(DEPTH) || settings.near == null) {
      return pictures;
    }
    return new ConvertedSource(
        pictures,
        pictures.format(),
        frame -> DepthAlignment.fromZBuffer(frame, settings.near, settings.far));
  }
}
