package org.diffsynth.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.app.report.Poster;
import org.diffsynth.app.terminal.AppCommand;
import org.diffsynth.app.terminal.CommandMonitor;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.testkit.scene.MovingScene;
import org.diffsynth.video.VideoFiles;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Command {@code diffsynth demo deflicker}: paints a built-in flickering video, deflickers it and
 * writes a report.
 */
@Command(
    name = "deflicker",
    customSynopsis = "diffsynth demo deflicker [OPTIONS]",
    description =
        "Paints a built-in flickering video, deflickers it, and writes the result with a report."
            + " Needs no input and no download.")
final class DeflickerDemoCommand extends AppCommand {

  @ArgGroup(validate = false, order = 10, heading = "%nScene and output:%n")
  private Output output = new Output();

  private static final class Output {

    @Option(
        names = "--out",
        order = 1,
        paramLabel = "DIR",
        defaultValue = "demo",
        description =
            "Folder for all files; existing files are replaced. Default: ${DEFAULT-VALUE}.")
    private Path folder;

    @Option(
        names = "--frames",
        order = 2,
        paramLabel = "N",
        defaultValue = "48",
        description = "Number of frames of the scene, at least 1. Default: ${DEFAULT-VALUE}.")
    private int frames;
  }

  @Override
  public Integer call() throws IOException {
    UsageException.check(
        output.frames >= 1, "--frames must be at least 1, but was " + output.frames);
    Files.createDirectories(output.folder);
    try (CommandMonitor monitor = monitor()) {
      SceneCommand.write(
          MovingScene.DEFAULT.withFrames(output.frames), output.folder, true, monitor);
    }
    List<String> deflicker =
        new ArrayList<>(
            List.of(
                "deflicker",
                "--guide",
                file("guide.mkv").toString(),
                "--style",
                file("style.mkv").toString(),
                "--out",
                file("steady.mp4").toString(),
                "--report",
                file("report.html").toString(),
                "--overwrite"));
    say("diffsynth %s", String.join(" ", deflicker));
    if (isQuiet()) {
      deflicker.add("--quiet");
    }
    int code = spec.commandLine().getParent().getParent().execute(deflicker.toArray(String[]::new));
    if (code == 0) {
      try (FrameSource style = VideoFiles.open(file("style.mkv"));
          FrameSource steady = VideoFiles.open(file("steady.mp4"))) {
        Poster.write(file("before-after.jpg"), style, steady);
      }
      say("now open %s in a browser", file("report.html"));
    }
    return code;
  }

  private Path file(String name) {
    return output.folder.resolve(name);
  }
}
