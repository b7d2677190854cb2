package org.diffsynth.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.diffsynth.app.options.InputOptions;
import org.diffsynth.app.options.ShotOptions;
import org.diffsynth.app.terminal.AppCommand;
import org.diffsynth.app.terminal.CommandMonitor;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.deflicker.Shots;
import org.diffsynth.frame.FrameSource;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Command {@code diffsynth shots}: finds the hard cuts of a video. */
@Command(
    name = "shots",
    customSynopsis = "diffsynth shots --input PATH [--out FILE] [OPTIONS]",
    description =
        "Finds the hard cuts of a video and lists the first frame of each shot, for --cuts of other"
            + " commands.")
final class ShotsCommand extends AppCommand {

  @ArgGroup(validate = false, order = 10, heading = "%nInput:%n")
  private Input input = new Input();

  private static final class Input extends InputOptions {

    @Option(
        names = "--input",
        order = 1,
        required = true,
        paramLabel = "PATH",
        description = "The video. Use the guide of a deflickering. Required.")
    private Path video;
  }

  @ArgGroup(validate = false, order = 20, heading = "%nOutput:%n")
  private Output output = new Output();

  private static final class Output {

    @Option(
        names = "--out",
        order = 1,
        paramLabel = "FILE",
        description = "Write the list to this text file. Default: print it.")
    private Path file;

    @Option(
        names = "--overwrite",
        order = 2,
        description = "Replace an existing file. Default: stop with an error.")
    private boolean overwrite;
  }

  @Override
  public Integer call() throws IOException {
    UsageException.check(
        output.file == null || output.overwrite || !Files.exists(output.file),
        "--out " + output.file + " exists; --overwrite replaces it");
    Shots shots;
    try (CommandMonitor monitor = monitor();
        FrameSource video = input.open(input.video)) {
      shots = Shots.detect(video, monitor);
    }
    List<Integer> starts = shots.starts().orElseThrow();
    String text = ShotOptions.text(starts);
    if (output.file == null) {
      out().print(text);
      out().flush();
    } else if (output.overwrite) {
      Files.writeString(output.file, text);
    } else {
      Files.writeString(output.file, text, StandardOpenOption.CREATE_NEW);
    }
    if (output.file != null) {
      say("wrote %s with %d cuts", output.file, starts.size());
    }
    return 0;
  }
}
