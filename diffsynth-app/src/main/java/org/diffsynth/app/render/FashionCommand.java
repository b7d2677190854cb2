package org.diffsynth.app.render;

import java.io.IOException;
import java.nio.file.Path;
import org.diffsynth.Preset;
import org.diffsynth.app.options.FrameSizeConverter;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.app.settings.RenderSettings.Poses;
import org.diffsynth.app.settings.Setting;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.pose.PoseDrawing;
import org.diffsynth.pose.PoseJson;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Command {@code diffsynth fashion}: moves the person or garment of a picture along a video of
 * poses.
 */
@Command(
    name = "fashion",
    customSynopsis =
        "diffsynth fashion --model DIR --openpose DIR --reference PICTURE --poses PATH%n"
            + "                   --prompt TEXT --out PATH [OPTIONS]",
    description = {
      "Moves the person or garment of a picture along a video of poses. Poses are a folder of"
          + " OpenPose JSON files, which are tracked, smoothed and drawn, or a video of drawn poses,"
          + " which is used unchanged."
    })
public final class FashionCommand extends RenderCommand {

  private static final String OPENPOSE = "openpose";
  private static final int MIN_WINDOW = 5;

  @ArgGroup(validate = false, order = 15, heading = "%nReference and poses:%n")
  private PoseOptions poses = new PoseOptions();

  private static final class PoseOptions {

    @Setting("input.reference")
    @Option(
        names = "--reference",
        order = 1,
        paramLabel = "PICTURE",
        description =
            "Picture of the person or garment, cropped around its center to the shape of the result."
                + " Required, here or in --settings.")
    private Path reference;

    @Setting("controlNets.openpose.folder")
    @Option(
        names = "--openpose",
        order = 2,
        paramLabel = "DIR",
        description =
            "Folder of the OpenPose ControlNet. Required with --model," + " here or in --settings.")
    private Path openpose;

    @Setting("input.poses.path")
    @Option(
        names = "--poses",
        order = 3,
        paramLabel = "PATH",
        description =
            "Folder of OpenPose JSON files, one per frame, or video of drawn poses. Required, here"
                + " or in --settings.")
    private Path path;

    @Setting("input.poses.size")
    @Option(
        names = "--pose-size",
        order = 4,
        paramLabel = "WxH",
        converter = FrameSizeConverter.class,
        description =
            "Size of the pictures in whose pixels the JSON files give key points. Default: the size"
                + " of --input, otherwise of the result.")
    private FrameSize size;

    @Setting("input.poses.window")
    @Option(
        names = "--pose-window",
        order = 5,
        paramLabel = "N",
        defaultValue = "11",
        description =
            "Frames over which key points are smoothed (Savitzky-Golay, order 3): odd and at least"
                + " 5, or 1 for no smoothing; larger is steadier and lags behind fast motion."
                + " Default: ${DEFAULT-VALUE}.")
    private Integer window;

    @Setting("controlNets.openpose.reference")
    @Option(
        names = "--reference-pose",
        order = 6,
        paramLabel = "FILE",
        description =
            "Pose of the reference, as a JSON file or a drawing. Default: unknown, a black picture.")
    private Path referencePose;
  }

  @Override
  Preset preset() {
    return Preset.FASHION_VIDEO;
  }

  @Override
  void check(RenderSettings settings) {
    int window = settings.input().poses().window();
    UsageException.check(
        window == 1 || (window >= MIN_WINDOW && window % 2 == 1),
        "--pose-window must be 1, or odd and at least 5, but was " + window);
    SettingsCheck.require(settings.input().reference(), "--reference");
    SettingsCheck.require(settings.input().poses().path(), "--poses");
    SettingsCheck.require(folder(settings, OPENPOSE), "--openpose");
  }

  /** Opens the poses, or the video in which they were found, which guides the deflicker better. */
  @Override
  RenderInput open(RenderSettings settings) throws IOException {
    if (settings.input().video() != null) {
      return super.open(settings);
    }
    Path path = settings.input().poses().path();
    if (!DrawnPoses.isJson(path)) {
      try (FrameSource first = inputs.openSquare(path)) {
        return new RenderInput(() -> inputs.openSquare(path), first.format(), path);
      }
    }
    VideoFormat format =
        new VideoFormat(drawnSize(settings), inputs.frameRate(), VideoFormat.UNKNOWN_COUNT);
    DrawnPoses drawn = drawn(settings.input().poses(), format, format);
    return new RenderInput(drawn::open, drawn.format(), null);
  }

  private static FrameSize drawnSize(RenderSettings settings) throws IOException {
    if (settings.output().size() != null) {
      return settings.output().size();
    }
    FrameSize poseSize = settings.input().poses().size();
    return poseSize != null
        ? poseSize
        : FrameFiles.readPicture(settings.input().reference()).size();
  }

  private static DrawnPoses drawn(Poses poses, VideoFormat found, VideoFormat result)
      throws IOException {
    FrameSize size = poses.size() == null ? found.size() : poses.size();
    return DrawnPoses.read(poses.path(), result, size, poses.window());
  }

  @Override
  FrameSource pictures(RenderSettings settings, String name, RenderInput input, VideoFormat result)
      throws IOException {
    if (!name.equals(OPENPOSE)) {
      return super.pictures(settings, name, input, result);
    }
    Poses poses = settings.input().poses();
    return DrawnPoses.isJson(poses.path())
        ? drawn(poses, input.format(), result).open()
        : inputs.openSquare(poses.path());
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
