package org.diffsynth.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.diffsynth.app.options.Verbosity;
import org.diffsynth.app.report.Poster;
import org.diffsynth.app.terminal.Interruption;
import org.diffsynth.app.terminal.ProgressLine;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.testkit.scene.MovingScene;
import org.diffsynth.video.VideoFiles;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code diffsynth quickstart}. */
@Command(
    name = "quickstart",
    mixinStandardHelpOptions = true,
    description = {
      "Paints the built-in flickering scene, deflickers it and writes video and report.",
      "No input, no download."
    })
final class QuickstartCommand implements Callable<Integer> {

  @Spec private CommandLine.Model.CommandSpec spec;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "quickstart",
      description = "Folder for everything. Default: ${DEFAULT-VALUE}.")
  private Path out;

  @Option(
      names = "--frames",
      paramLabel = "N",
      defaultValue = "48",
      description = "Length of the scene. Default: ${DEFAULT-VALUE}.")
  private int frames;

  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() throws IOException {
    if (frames < 1) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--frames must be at least 1, was " + frames);
    }
    Files.createDirectories(out);
    ProgressLine progress = verbosity.progress();
    try (Interruption interruption = Interruption.watch(progress)) {
      SceneCommand.write(MovingScene.DEFAULT.withFrames(frames), out, true, interruption);
    } finally {
      progress.endLine();
    }
    String[] deflicker = {
      "deflicker",
      "--guide",
      out.resolve("guide.mkv").toString(),
      "--style",
      out.resolve("style.mkv").toString(),
      "--out",
      out.resolve("steady.mp4").toString(),
      "--report",
      out.resolve("report.html").toString(),
      "--overwrite"
    };
    verbosity.say("diffsynth %s", String.join(" ", deflicker));
    if (verbosity.quiet()) {
      deflicker = Stream.concat(Arrays.stream(deflicker), Stream.of("-q")).toArray(String[]::new);
    }
    int code = spec.commandLine().getParent().execute(deflicker);
    if (code == 0) {
      try (FrameSource style = VideoFiles.open(out.resolve("style.mkv"));
          FrameSource steady = VideoFiles.open(out.resolve("steady.mp4"))) {
        Poster.write(out.resolve("before-after.jpg"), style, steady);
      }
      verbosity.say("now open %s in a browser", out.resolve("report.html"));
    }
    return code;
  }
}
