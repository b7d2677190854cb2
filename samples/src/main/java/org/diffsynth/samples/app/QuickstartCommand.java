package org.diffsynth.samples.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.diffsynth.scene.MovingScene;
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
    CommandLine top = spec.commandLine().getParent();
    int code =
        top.execute(
            verbosity.quiet()
                ? java.util.stream.Stream.concat(
                        java.util.Arrays.stream(deflicker), java.util.stream.Stream.of("-q"))
                    .toArray(String[]::new)
                : deflicker);
    if (code == 0) {
      verbosity.say("now open %s in a browser", out.resolve("report.html"));
    }
    return code;
  }
}
