package org.diffsynth.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.diffsynth.app.options.FrameRateConverter;
import org.diffsynth.app.options.FrameSizeText;
import org.diffsynth.app.options.Verbosity;
import org.diffsynth.app.terminal.Interruption;
import org.diffsynth.app.terminal.ProgressLine;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Progress;
import org.diffsynth.testkit.scene.MovingScene;
import org.diffsynth.video.VideoCodec;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code diffsynth scene}. */
@Command(
    name = "scene",
    mixinStandardHelpOptions = true,
    description = "Writes the built-in scene: guide, flickering style and steady truth, lossless.")
final class SceneCommand implements Callable<Integer> {

  @Spec private CommandLine.Model.CommandSpec spec;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder for guide.mkv, style.mkv and truth.mkv.")
  private Path out;

  @Option(
      names = "--size",
      paramLabel = "WxH",
      defaultValue = "640x360",
      description = "Default: ${DEFAULT-VALUE}.")
  private String size;

  @Option(
      names = "--frames",
      paramLabel = "N",
      defaultValue = "48",
      description = "Default: ${DEFAULT-VALUE}.")
  private int frames;

  @Option(
      names = "--frame-rate",
      paramLabel = "RATE",
      defaultValue = "25",
      converter = FrameRateConverter.class,
      description = "Default: ${DEFAULT-VALUE}.")
  private FrameRate frameRate;

  @Option(
      names = "--flicker",
      paramLabel = "X",
      defaultValue = "0.6",
      description = "Strength of the flicker, 0 to 1. Default: ${DEFAULT-VALUE}.")
  private double flicker;

  @Option(
      names = "--scene-seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Another landscape and flicker. Default: ${DEFAULT-VALUE}.")
  private int seed;

  @Option(names = "--overwrite", description = "Replace existing files.")
  private boolean overwrite;

  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() throws IOException {
    MovingScene scene = scene();
    ProgressLine progress = verbosity.progress();
    try (Interruption interruption = Interruption.watch(progress)) {
      write(scene, out, overwrite, interruption);
    } finally {
      progress.endLine();
    }
    verbosity.say("wrote guide.mkv, style.mkv and truth.mkv into %s", out);
    return 0;
  }

  private MovingScene scene() {
    int[] sides = FrameSizeText.sides(size, spec);
    try {
      return new MovingScene(sides[0], sides[1], frames, frameRate, flicker, seed);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  /** Writes the three renditions, lossless, into a folder. */
  static void write(MovingScene scene, Path folder, boolean overwrite, Monitor monitor)
      throws IOException {
    Files.createDirectories(folder);
    VideoSettings settings =
        VideoSettings.DEFAULT
            .withFrameRate(scene.frameRate())
            .withCodec(VideoCodec.FFV1)
            .withOverwrite(overwrite);
    try (FrameSink guide = VideoFiles.create(folder.resolve("guide.mkv"), settings);
        FrameSink style = VideoFiles.create(folder.resolve("style.mkv"), settings);
        FrameSink truth = VideoFiles.create(folder.resolve("truth.mkv"), settings)) {
      render(scene, guide, style, truth, monitor);
      guide.commit();
      style.commit();
      truth.commit();
    }
  }

  private static void render(
      MovingScene scene, FrameSink guide, FrameSink style, FrameSink truth, Monitor monitor)
      throws IOException {
    try (FrameSource guideFrames = scene.guide();
        FrameSource styleFrames = scene.flickering();
        FrameSource truthFrames = scene.truth()) {
      long start = System.nanoTime();
      for (int i = 0; i < scene.frames(); i++) {
        monitor.checkCancelled();
        copy(guideFrames, guide);
        copy(styleFrames, style);
        copy(truthFrames, truth);
        double fraction = (i + 1.0) / scene.frames();
        long nanosLeft = (long) ((System.nanoTime() - start) * (1 / fraction - 1));
        monitor.progress(
            new Progress(
                "paint the scene",
                fraction,
                i + 1L,
                scene.frames(),
                Optional.of(java.time.Duration.ofNanos(nanosLeft))));
      }
    }
  }

  private static void copy(FrameSource from, FrameSink to) throws IOException {
    Frame frame = from.read();
    to.write(frame);
  }
}
