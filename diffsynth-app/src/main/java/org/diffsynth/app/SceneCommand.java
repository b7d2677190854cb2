package org.diffsynth.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.diffsynth.app.options.FrameRateConverter;
import org.diffsynth.app.options.FrameSizeConverter;
import org.diffsynth.app.terminal.AppCommand;
import org.diffsynth.app.terminal.CommandMonitor;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Monitor.Progress;
import org.diffsynth.internal.text.Text;
import org.diffsynth.pose.KeyPoint;
import org.diffsynth.pose.Pose;
import org.diffsynth.pose.PoseJson;
import org.diffsynth.pose.PosePerson;
import org.diffsynth.testkit.scene.MovingScene;
import org.diffsynth.video.VideoCodec;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Command {@code diffsynth scene}: writes the built-in scene as three lossless videos: guide,
 * flickering style and truth.
 */
@Command(
    name = "scene",
    customSynopsis = "diffsynth scene --out DIR [OPTIONS]",
    description =
        "Writes the built-in scene as three lossless videos: the guide, the flickering style, and"
            + " the steady truth.")
final class SceneCommand extends AppCommand {

  @ArgGroup(validate = false, order = 10, heading = "%nOutput:%n")
  private Output output = new Output();

  private static final class Output {

    @Option(
        names = "--out",
        order = 1,
        required = true,
        paramLabel = "DIR",
        description = "Folder for guide.mkv, style.mkv and truth.mkv. Required.")
    private Path folder;

    @Option(
        names = "--overwrite",
        order = 2,
        description = "Replace existing files. Default: stop with an error.")
    private boolean overwrite;
  }

  @ArgGroup(validate = false, order = 20, heading = "%nScene:%n")
  private Scene scene = new Scene();

  private static final class Scene {

    @Option(
        names = "--size",
        order = 1,
        paramLabel = "WxH",
        defaultValue = "640x360",
        converter = FrameSizeConverter.class,
        description = "Size of the frames in pixels. Default: ${DEFAULT-VALUE}.")
    private FrameSize size;

    @Option(
        names = "--frames",
        order = 2,
        paramLabel = "N",
        defaultValue = "48",
        description = "Number of frames, at least 1. Default: ${DEFAULT-VALUE}.")
    private int frames;

    @Option(
        names = "--frame-rate",
        order = 3,
        paramLabel = "RATE",
        defaultValue = "25",
        converter = FrameRateConverter.class,
        description = "Frames per second. Default: ${DEFAULT-VALUE}.")
    private FrameRate frameRate;

    @Option(
        names = "--flicker",
        order = 4,
        paramLabel = "X",
        defaultValue = "0.6",
        description = "Strength of the flicker, 0 to 1. Default: ${DEFAULT-VALUE}.")
    private double flicker;

    @Option(
        names = "--scene-seed",
        order = 5,
        paramLabel = "N",
        defaultValue = "1",
        description =
            "Seed of the landscape and of its flicker; another seed gives another scene. Default:"
                + " ${DEFAULT-VALUE}.")
    private int seed;

    @Option(
        names = "--walker",
        order = 6,
        description = "Let a person walk through the scene. Default: nobody.")
    private boolean walker;

    @Option(
        names = "--controls",
        order = 7,
        description =
            "Write the scene's own control pictures too: depth.mkv (inverse depth, near is white,"
                + " 16 bits) and with --walker the folder poses (OpenPose JSON). Default: do not.")
    private boolean controls;
  }

  @Override
  public Integer call() throws IOException {
    MovingScene moving = scene();
    try (CommandMonitor monitor = monitor()) {
      write(moving, output.folder, output.overwrite, monitor);
      if (scene.controls) {
        writeControls(moving, output.folder, output.overwrite, monitor);
      }
    }
    say("wrote guide.mkv, style.mkv and truth.mkv into %s", output.folder);
    if (scene.controls) {
      say("wrote depth.mkv%s into %s", scene.walker ? " and poses" : "", output.folder);
    }
    return 0;
  }

  /** Writes the inverse depth of a scene, and the poses of its walking person. */
  private static void writeControls(
      MovingScene scene, Path folder, boolean overwrite, Monitor monitor) throws IOException {
    VideoSettings settings =
        VideoSettings.DEFAULT
            .withFrameRate(scene.frameRate())
            .withCodec(VideoCodec.FFV1)
            .withOverwrite(overwrite);
    VideoFiles.write(
        folder.resolve("depth.mkv"),
        settings,
        depth -> {
          for (int i = 0; i < scene.frames(); i++) {
            monitor.checkCancelled();
            depth.write(scene.depthFrame(i));
          }
        });
    if (!scene.walker()) {
      return;
    }
    Path poses = Files.createDirectories(folder.resolve("poses"));
    for (int i = 0; i < scene.frames(); i++) {
      List<KeyPoint> body =
          Arrays.stream(scene.walkerJoints(i))
              .map(it -> Double.isNaN(it[0]) ? KeyPoint.MISSING : new KeyPoint(it[0], it[1], 1))
              .toList();
      PosePerson person = PosePerson.ofBody(body);
      PoseJson.write(
          poses.resolve(Text.format("%06d_keypoints.json", i)), new Pose(List.of(person)));
    }
  }

  private MovingScene scene() {
    try {
      return new MovingScene(
          scene.size.width(),
          scene.size.height(),
          scene.frames,
          scene.frameRate,
          scene.flicker,
          scene.seed,
          scene.walker);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }

  /** Writes guide, style and truth of a scene into a folder, as lossless videos. */
  static void write(MovingScene scene, Path folder, boolean overwrite, Monitor monitor)
      throws IOException {
    Files.createDirectories(folder);
    VideoSettings settings =
        VideoSettings.DEFAULT
            .withFrameRate(scene.frameRate())
            .withCodec(VideoCodec.FFV1)
            .withOverwrite(overwrite);
    VideoFiles.write(
        folder.resolve("guide.mkv"),
        settings,
        guide ->
            VideoFiles.write(
                folder.resolve("style.mkv"),
                settings,
                style ->
                    VideoFiles.write(
                        folder.resolve("truth.mkv"),
                        settings,
                        truth -> copy(scene, guide, style, truth, monitor))));
  }

  private static void copy(
      MovingScene scene, FrameSink guide, FrameSink style, FrameSink truth, Monitor monitor)
      throws IOException {
    try (FrameSource guideFrames = scene.guide();
        FrameSource styleFrames = scene.flickering();
        FrameSource truthFrames = scene.truth()) {
      long start = System.nanoTime();
      for (int i = 0; i < scene.frames(); i++) {
        monitor.checkCancelled();
        guide.write(guideFrames.read());
        style.write(styleFrames.read());
        truth.write(truthFrames.read());
        double fraction = (i + 1.0) / scene.frames();
        long nanosLeft = (long) ((System.nanoTime() - start) * (1 / fraction - 1));
        monitor.progress(
            new Progress(
                "paint the scene",
                fraction,
                i + 1L,
                scene.frames(),
                Optional.of(Duration.ofNanos(nanosLeft))));
      }
    }
  }
}
