package org.diffsynth.samples.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.diffsynth.Frame;
import org.diffsynth.FrameSource;
import org.diffsynth.onnx.OnnxOptions;
import org.diffsynth.onnx.annotator.OnnxAnnotator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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

  @Mixin private InputOptions input;
  @Mixin private OutputOptions output;
  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() throws IOException {
    ProgressLine progress = verbosity.progress();
    try (Interruption interruption = Interruption.watch(progress);
        FrameSource frames = input.open(video);
        OnnxAnnotator annotator =
            OnnxAnnotator.open(model, OnnxOptions.DEFAULT.withDevice(device))) {
      output.write(
          frames.format().frameRate(),
          video,
          annotator.findsPoses() ? Frame.Depth.UINT8 : Frame.Depth.UINT16,
          sink -> annotator.annotate(frames, sink, interruption));
    } finally {
      progress.endLine();
    }
    verbosity.say("wrote %s", output.path());
    return 0;
  }
}
