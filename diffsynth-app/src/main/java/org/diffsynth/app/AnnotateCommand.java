package org.diffsynth.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffsynth.app.options.HardwareOptions;
import org.diffsynth.app.options.InputOptions;
import org.diffsynth.app.options.OutputOptions;
import org.diffsynth.app.terminal.AppCommand;
import org.diffsynth.app.terminal.CommandMonitor;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.annotator.OnnxAnnotator;
import org.diffsynth.pose.Pose;
import org.diffsynth.pose.PoseDrawing;
import org.diffsynth.pose.PoseJson;
import org.diffsynth.pose.PoseTrack;
import org.diffsynth.video.PictureTags;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Command {@code diffsynth annotate}: makes a control video, such as depth, edges or poses, with an
 * ONNX model.
 */
@Command(
    name = "annotate",
    customSynopsis = "diffsynth annotate --model PATH --input PATH --out PATH [OPTIONS]",
    description =
        "Makes a control video with an ONNX model of depth, edges, lines, normals or poses. Depth and"
            + " poses are made steady over time. A small JSON file beside the model describes it; see"
            + " docs/annotators.md.")
final class AnnotateCommand extends AppCommand {

  @ArgGroup(validate = false, order = 10, heading = "%nInput and model:%n")
  private Input input = new Input();

  private static final class Input extends InputOptions {

    @Option(
        names = "--model",
        order = 1,
        required = true,
        paramLabel = "PATH",
        description =
            "Folder with annotator.json, or NAME.onnx with NAME.json beside it. Required.")
    private Path model;

    @Option(
        names = "--input",
        order = 2,
        required = true,
        paramLabel = "PATH",
        description = "Video that the model looks at. Required.")
    private Path video;
  }

  @ArgGroup(validate = false, order = 20, heading = "%nOutput:%n")
  private Output output = new Output();

  private static final class Output extends OutputOptions {

    @Option(
        names = "--poses",
        paramLabel = "DIR",
        description =
            "Also write the key points: a new folder with one OpenPose JSON file per frame, as"
                + " 'fashion' reads them. Default: drawings only.")
    private Path poses;
  }

  @ArgGroup(validate = false, order = 90, heading = "%nWhere to compute:%n")
  private HardwareOptions hardware = new HardwareOptions();

  @Override
  public Integer call() throws IOException {
    try (CommandMonitor monitor = monitor();
        FrameSource frames = input.openSquare(input.video);
        OnnxAnnotator annotator = OnnxAnnotator.open(input.model, hardware.compute())) {
      if (output.poses != null) {
        checkPoses(annotator);
      }
      output.setTimes(input.times());
      output.write(
          frames.format(),
          input.video,
          PictureTags.NONE,
          annotator.findsPoses() ? Frame.Depth.UINT8 : Frame.Depth.UINT16,
          output.enhancement(),
          sink -> {
            if (output.poses == null) {
              annotator.annotate(frames, sink, monitor);
            } else {
              draw(annotator.poses(frames, monitor), frames.format(), sink);
            }
          });
    }
    say("wrote %s", output.path());
    return 0;
  }

  private void checkPoses(OnnxAnnotator annotator) throws IOException {
    UsageException.check(
        annotator.findsPoses(), "--poses needs a pose model, but " + input.model + " is not one");
    if (Files.exists(output.poses)) {
      throw new IOException(output.poses + " exists; give --poses another name");
    }
  }

  private void draw(PoseTrack track, VideoFormat format, FrameSink sink) throws IOException {
    PoseDrawing drawing = PoseDrawing.forSize(format.width(), format.height());
    Files.createDirectories(output.poses);
    for (int frame = 0; frame < track.frames(); frame++) {
      Pose pose = track.pose(frame);
      PoseJson.write(output.poses.resolve(Text.format("frame_%06d_keypoints.json", frame)), pose);
      sink.write(drawing.draw(pose, format.width(), format.height()));
    }
  }
}
