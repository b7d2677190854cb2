package org.diffsynth.app.measure;

import java.io.IOException;
import java.nio.file.Path;
import org.diffsynth.app.options.InputOptions;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.compute.Closer;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import picocli.CommandLine.Option;

/**
 * Command-line options for measures that run ONNX models of the user. No model runs unless an
 * option asks for it.
 */
public final class ModelMetricOptions {

  @Option(
      names = "--clip",
      order = 1,
      paramLabel = "DIR",
      description =
          "CLIP model exported by optimum: measures how similar neighbouring frames are, and with"
              + " --prompt how well frames fit the text. Default: not measured.")
  private Path clip;

  @Option(
      names = "--prompt",
      order = 2,
      paramLabel = "TEXT",
      description =
          "What the video is meant to show; needs --clip. Default: fit to a text is not measured.")
  private String prompt;

  @Option(
      names = "--aesthetic",
      order = 3,
      paramLabel = "FILE",
      description =
          "Aesthetic head, .safetensors or .onnx; --clip must then be a CLIP ViT-L/14. Default: not"
              + " measured.")
  private Path aesthetic;

  @Option(
      names = "--fid",
      order = 4,
      paramLabel = "MODEL.onnx",
      description =
          "Inception network, for FID and KID against the frames of --against. Default: not"
              + " measured.")
  private Path fid;

  @Option(
      names = "--against",
      order = 5,
      paramLabel = "PATH",
      description =
          "Video or folder of pictures that --fid compares with, of any size and length. Required"
              + " with --fid.")
  private Path against;

  @Option(
      names = "--pose",
      order = 6,
      paramLabel = "PATH",
      description =
          "Pose model with its JSON file: measures how far joints are from those of the guide, and"
              + " the share that is found. Default: not measured.")
  private Path pose;

  /** Returns whether any model is to be run. */
  public boolean isAny() {
    return clip != null || aesthetic != null || fid != null || pose != null;
  }

  /** Checks that every option comes with the other options that it requires. */
  public void check() {
    UsageException.check(prompt == null || clip != null, "--prompt needs --clip");
    UsageException.check(aesthetic == null || clip != null, "--aesthetic needs --clip");
    UsageException.check((fid == null) == (against == null), "--fid and --against need each other");
  }

  /**
   * Opens the models, and evaluates the frames of {@code --against}. The caller closes the metrics.
   *
   * @param videos number of videos that are measured
   * @param compute device and threads of the models
   */
  public ModelMetrics open(int videos, InputOptions input, ComputeOptions compute, Monitor monitor)
      throws IOException {
    try (Closer closer = new Closer()) {
      ModelMetrics metrics = closer.add(open(videos, compute));
      if (against != null) {
        try (FrameSource frames = input.open(against)) {
          metrics.addReference(frames, monitor);
        }
      }
      closer.keepOpen();
      return metrics;
    }
  }

  /** Opens all models once, so that a broken one is known before hours of work. */
  public void tryModels(InputOptions input, ComputeOptions compute) throws IOException {
    open(1, compute).close();
    if (against != null) {
      input.open(against).close();
    }
  }

  private ModelMetrics open(int videos, ComputeOptions compute) throws IOException {
    try (Closer closer = new Closer()) {
      ModelMetrics metrics = closer.add(new ModelMetrics(videos));
      if (clip != null) {
        metrics.openClip(clip, prompt, aesthetic, compute);
      }
      if (pose != null) {
        metrics.openPose(pose, compute);
      }
      if (fid != null) {
        metrics.openFeatures(fid, compute);
      }
      closer.keepOpen();
      return metrics;
    }
  }
}
