package org.diffsynth.app.render;

import java.io.IOException;
import java.nio.file.Path;
import org.diffsynth.Preset;
import org.diffsynth.app.options.FrameSizeText;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.control.ControlSignal;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.pose.PoseDrawing;
import org.diffsynth.pose.PoseJson;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code diffsynth fashion}. */
@Command(
    name = "fashion",
    mixinStandardHelpOptions = true,
    description = {
      "Moves the person or garment of a picture along a video of poses.",
      "Poses are a folder of OpenPose JSON files, which are tracked, smoothed and drawn, or a video"
          + " of drawn poses, which is taken as it is."
    })
public final class FashionCommand extends RenderCommand {

  private static final String POSE = ControlSignal.POSE.usualName();
  private static final int DEFAULT_WINDOW = 11;

  @Option(
      names = "--reference",
      paramLabel = "PICTURE",
      description = "The person or garment; its middle is cut out at the result's proportions.")
  private Path reference;

  @Option(
      names = "--openpose",
      paramLabel = "DIR",
      description = "Folder of the OpenPose ControlNet.")
  private Path openpose;

  @Option(
      names = "--poses",
      paramLabel = "PATH",
      description = "Folder of OpenPose JSON files, one a frame, or a video of drawn poses.")
  private Path poses;

  @Option(
      names = "--pose-size",
      paramLabel = "WxH",
      description =
          "Size of the pictures the JSON's points lie in. Default: that of --input, or else of the"
              + " result.")
  private String poseSize;

  @Option(
      names = "--pose-window",
      paramLabel = "N",
      description =
          "Frames over which points are smoothed (Savitzky-Golay, order 3): odd, at least 5; 1 for"
              + " not at all. Default: 11.")
  private Integer poseWindow;

  @Option(
      names = "--reference-pose",
      paramLabel = "FILE",
      description = "Pose of the reference, as JSON or drawn. Default: nothing is said of it.")
  private Path referencePose;

  @Override
  Preset preset(RenderSettings settings) {
    return Preset.FASHION_VIDEO;
  }

  @Override
  void collect(RenderSettings settings) {
    settings.reference = reference == null ? settings.reference : reference.toString();
    settings.poses = poses == null ? settings.poses : poses.toString();
    settings.poseWindow = either(either(poseWindow, settings.poseWindow), DEFAULT_WINDOW);
    if (settings.poseWindow != 1 && (settings.poseWindow < 5 || settings.poseWindow % 2 == 0)) {
      throw wrongUse("--pose-window must be 1 or odd and at least 5, was " + settings.poseWindow);
    }
    if (poseSize != null) {
      int[] sides = FrameSizeText.sides(poseSize, spec);
      settings.poseWidth = sides[0];
      settings.poseHeight = sides[1];
    }
    RenderSettings.Control control = settings.control(POSE);
    control.folder = openpose == null ? control.folder : openpose.toString();
    control.video = settings.poses;
    control.reference = referencePose == null ? control.reference : referencePose.toString();
    require(settings.reference, "--reference");
    require(settings.poses, "--poses");
    require(control.folder, "--openpose");
  }

  /** The poses, or the video they were found in, which guides the deflicker better. */
  @Override
  RenderInput open(RenderSettings settings) throws IOException {
    if (settings.input != null) {
      return super.open(settings);
    }
    Path path = Path.of(settings.poses);
    if (!DrawnPoses.isJson(path)) {
      try (FrameSource first = inputs.open(path)) {
        return new RenderInput(() -> inputs.open(path), first.format(), path);
      }
    }
    VideoFormat format = drawnSize(settings);
    DrawnPoses drawn = drawn(settings, format, format);
    return new RenderInput(drawn::open, drawn.format(), null);
  }

  private VideoFormat drawnSize(RenderSettings settings) throws IOException {
    FrameSize size;
    if (settings.width != null) {
      size = new FrameSize(settings.width, settings.height);
    } else if (settings.poseWidth != null) {
      size = new FrameSize(settings.poseWidth, settings.poseHeight);
    } else {
      size = FrameFiles.readPicture(Path.of(settings.reference)).size();
    }
    return new VideoFormat(size, inputs.frameRate(), VideoFormat.UNKNOWN_COUNT);
  }

  private static DrawnPoses drawn(RenderSettings settings, VideoFormat found, VideoFormat result)
      throws IOException {
    return DrawnPoses.read(
        Path.of(settings.poses),
        result,
        either(settings.poseWidth, found.width()),
        either(settings.poseHeight, found.height()),
        settings.poseWindow);
  }

  @Override
  FrameSource pictures(
      RenderSettings settings,
      RenderSettings.Control control,
      RenderInput input,
      VideoFormat result)
      throws IOException {
    if (!control.name.equals(POSE) || !DrawnPoses.isJson(Path.of(settings.poses))) {
      return super.pictures(settings, control, input, result);
    }
    return drawn(settings, input.format(), result).open();
  }

  @Override
  Frame referenceControl(Path file, Frame reference) throws IOException {
    if (!file.toString().endsWith(".json")) {
      return super.referenceControl(file, reference);
    }
    return PoseDrawing.forSize(reference.width(), reference.height())
        .draw(PoseJson.read(file), reference.width(), reference.height());
  }
}
