package org.diffsynth.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.diffsynth.app.options.InputOptions;
import org.diffsynth.app.options.OutputOptions;
import org.diffsynth.app.options.Verbosity;
import org.diffsynth.app.terminal.Interruption;
import org.diffsynth.app.terminal.ProgressLine;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.onnx.annotator.OnnxAnnotator;
import org.diffsynth.pose.Pose;
import org.diffsynth.pose.PoseDrawing;
import org.diffsynth.pose.PoseJson;
import org.diffsynth.pose.PoseTrack;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code diffsynth annotate}. */
@Command(
    name = "annotate",
    mixinStandardHelpOptions = true,
    description = {
      "Makes a control video with an ONNX model of depth, edges, lines, normals or poses.",
      "Depth and poses are made steady over time. The model lies beside a small JSON file;",
      "docs/annotators.md says what is in it."
    })
final class AnnotateCommand implements Callable<Integer> {

  @Option(
      names = "--model",
      required = true,
      paramLabel = "PATH",
      description = "A folder with annotator.json, or NAME.onnx with NAME.json beside it.")
  private Path model;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "PATH",
      description = "The video that is looked at.")
  private Path video;

  @Option(
      names = "--model-device",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "Where the model runs: auto, cpu, cuda, … Default: ${DEFAULT-VALUE}.")
  private String device;

  @Option(
      names = "--poses",
      paramLabel = "DIR",
      description =
          "Also write the key points that are drawn: a new folder with one OpenPose JSON file a"
              + " frame, as 'fashion' takes them.")
  private Path poses;

  @Spec private CommandLine.Model.CommandSpec spec;

  @Mixin private InputOptions input;
  @Mixin private OutputOptions output;
  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() throws IOException {
    ProgressLine progress = verbosity.progress();
    try (Interruption interruption = Interruption.watch(progress);
        FrameSource frames = input.open(video);
        OnnxAnnotator annotator =
            OnnxAnnotator.open(model, ComputeOptions.AUTO.withDevice(device))) {
      if (poses != null) {
        checkPoses(annotator);
      }
      output.write(
          frames.format().frameRate(),
          video,
          annotator.findsPoses() ? Frame.Depth.UINT8 : Frame.Depth.UINT16,
          sink -> {
            if (poses == null) {
              annotator.annotate(frames, sink, interruption);
            } else {
              draw(annotator.poses(frames, interruption), frames.format(), sink);
            }
          });
    } finally {
      progress.endLine();
    }
    verbosity.say("wrote %s", output.path());
    return 0;
  }

  private void checkPoses(OnnxAnnotator annotator) throws IOException {
    if (!annotator.findsPoses()) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--poses needs a model of poses, and " + model + " is none");
    }
    if (Files.exists(poses)) {
      throw new IOException(poses + " exists; give --poses another name");
    }
  }

  private void draw(PoseTrack track, VideoFormat format, FrameSink sink) throws IOException {
    PoseDrawing drawing = PoseDrawing.forSize(format.width(), format.height());
    Files.createDirectories(poses);
    for (int frame = 0; frame < track.frames(); frame++) {
      Pose pose = track.pose(frame);
      PoseJson.write(poses.resolve("frame_%06d_keypoints.json".formatted(frame)), pose);
      sink.write(drawing.draw(pose, format.width(), format.height()));
    }
  }
}
