package org.diffsynth.app.measure;

import java.io.IOException;
import java.nio.file.Path;
import org.diffsynth.app.options.InputOptions;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures that run a user's ONNX models; none runs unless it is asked for. */
public final class ModelMetricOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--clip",
      paramLabel = "DIR",
      description =
          "A CLIP exported by optimum: how alike neighbouring frames are, and with --prompt how well"
              + " frames fit the text.")
  private Path clip;

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      description = "What the video should show, for --clip.")
  private String prompt;

  @Option(
      names = "--aesthetic",
      paramLabel = "FILE",
      description =
          "The aesthetic head, .safetensors or .onnx; --clip must be a CLIP ViT-L/14 then.")
  private Path aesthetic;

  @Option(
      names = "--fid",
      paramLabel = "MODEL.onnx",
      description = "An Inception network, for FID and KID against the frames of --against.")
  private Path fid;

  @Option(
      names = "--against",
      paramLabel = "PATH",
      description =
          "The video or folder of pictures that --fid compares with; any size and length.")
  private Path against;

  @Option(
      names = "--pose",
      paramLabel = "PATH",
      description =
          "A pose model with its JSON: how far joints are from those of the guide, and how many are"
              + " found.")
  private Path pose;

  @Option(
      names = "--model-device",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "Where these models run: auto, cpu, cuda, … Default: ${DEFAULT-VALUE}.")
  private String device;

  public boolean asked() {
    return clip != null || aesthetic != null || fid != null || pose != null;
  }

  /** Options that mean nothing without another are wrong use. */
  public void check() {
    require(prompt == null || clip != null, "--prompt needs --clip");
    require(aesthetic == null || clip != null, "--aesthetic needs --clip");
    require((fid == null) == (against == null), "--fid and --against need each other");
  }

  private void require(boolean fulfilled, String message) {
    if (!fulfilled) {
      throw new CommandLine.ParameterException(spec.commandLine(), message);
    }
  }

  /**
   * Opens the models and looks at the frames of {@code --against}.
   *
   * @param videos number of videos that are judged
   */
  public ModelMetrics open(int videos, InputOptions input, Monitor monitor) throws IOException {
    ModelMetrics metrics = open(videos);
    try {
      if (against != null) {
        try (FrameSource frames = input.open(against)) {
          metrics.addReference(frames, monitor);
        }
      }
      return metrics;
    } catch (IOException | RuntimeException e) {
      metrics.close();
      throw e;
    }
  }

  /** Opens all models once, so that a broken one is known before hours of work. */
  public void tryModels(InputOptions input) throws IOException {
    open(1).close();
    if (against != null) {
      input.open(against).close();
    }
  }

  private ModelMetrics open(int videos) throws IOException {
    ComputeOptions options = ComputeOptions.AUTO.withDevice(device);
    ModelMetrics metrics = new ModelMetrics(videos);
    try {
      if (clip != null) {
        metrics.openClip(clip, prompt, aesthetic, options);
      }
      if (pose != null) {
        metrics.openPose(pose, options);
      }
      if (fid != null) {
        metrics.openFeatures(fid, options);
      }
      return metrics;
    } catch (IOException | RuntimeException e) {
      metrics.close();
      throw e;
    }
  }
}
