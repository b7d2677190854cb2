package org.diffsynth.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.RenderRequest;
import org.diffsynth.app.terminal.AppCommand;
import org.diffsynth.app.terminal.CommandMonitor;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Video;
import org.diffsynth.internal.text.Text;
import org.diffsynth.metrics.QualityMeter;
import org.diffsynth.metrics.QualityReport;
import org.diffsynth.video.VideoCodec;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Command {@code diffsynth demo comparison}: renders one clip with the methods that the paper
 * compares, and prints a table.
 */
@Command(
    name = "comparison",
    customSynopsis = "diffsynth demo comparison [OPTIONS]",
    description =
        "Renders one clip in many ways with the small model inside the app, from frame by frame to"
            + " deflickering in the loop, writes every result, and prints a table of their flicker,"
            + " sharpness and time.")
final class ComparisonDemoCommand extends AppCommand {

  @ArgGroup(validate = false, order = 10, heading = "%nInput and prompt:%n")
  private QuickstartInput input = new QuickstartInput();

  @ArgGroup(validate = false, order = 20, heading = "%nOutput:%n")
  private Output output = new Output();

  private static final class Output {

    @Option(
        names = "--out",
        order = 1,
        paramLabel = "DIR",
        defaultValue = "comparison",
        description =
            "Folder for guide.mkv, the results 01.mkv, 02.mkv and so on, and table.md; existing"
                + " files are replaced. Default: ${DEFAULT-VALUE}.")
    private Path folder;

    @Option(
        names = "--methods",
        order = 2,
        paramLabel = "N[,N...]",
        split = ",",
        description =
            "Numbers of the methods to run, beside the first, with which sharpness is compared."
                + " Default: all.")
    private List<Integer> methods;
  }

  @Override
  public Integer call() throws IOException {
    input.check();
    UsageException.check(input.frames() >= 2, "--frames must be at least 2 to compare frames");
    int known = RenderMethod.all(1, QuickstartRenders.USUAL_SIZE, 0).size();
    for (int number : output.methods == null ? List.<Integer>of() : output.methods) {
      UsageException.check(
          number >= 1 && number <= known,
          Text.format("--methods must be in [1, %d], but was %d", known, number));
    }
    Video video = input.read();
    RenderRequest request = QuickstartRenders.request(input.prompt(), input.seed());
    Files.createDirectories(output.folder);
    write("guide.mkv", video);
    List<RenderMethod> methods =
        RenderMethod.all(video.size(), video.format().size(), input.seed());
    List<String> table = new ArrayList<>();
    table.add("| | method | warping error ×1e-3 | pixel MSE | sharpness | seconds |");
    table.add("|---|---|---|---|---|---|");
    Video first = null;
    try (CommandMonitor monitor = monitor()) {
      for (int i = 0; i < methods.size(); i++) {
        if (i > 0 && output.methods != null && !output.methods.contains(i + 1)) {
          continue;
        }
        RenderMethod method = methods.get(i);
        say("%d/%d  %s", i + 1, methods.size(), method.name());
        long start = System.nanoTime();
        Video result = method.render(video, request, monitor);
        double seconds = (System.nanoTime() - start) / 1e9;
        monitor.endLine();
        first = first == null ? result : first;
        write(Text.format("%02d.mkv", i + 1), result);
        QualityReport report = measured(video, result, first);
        table.add(
            Text.format(
                "| %d | %s | %.3f | %.2f | %.2f | %.0f |",
                i + 1,
                method.name(),
                report.warpError() * 1e3,
                report.pixelMse(),
                report.sharpness(),
                seconds));
        say("%s", table.get(table.size() - 1));
      }
    }
    Path file = output.folder.resolve("table.md");
    Files.write(file, table);
    say("wrote %s", file);
    return 0;
  }

  /** Measures a result; its sharpness is relative to the first method's. */
  private static QualityReport measured(Video guide, Video result, Video first) {
    QualityMeter meter = new QualityMeter(1);
    for (int i = 0; i < result.size(); i++) {
      meter.add(guide.frame(i), List.of(result.frame(i)), first.frame(i), null);
    }
    return meter.report(0);
  }

  private void write(String name, Video video) throws IOException {
    VideoFiles.write(
        output.folder.resolve(name),
        VideoSettings.DEFAULT
            .withFrameRate(video.format().frameRate())
            .withCodec(VideoCodec.FFV1)
            .withOverwrite(true),
        sink -> {
          for (Frame frame : video) {
            sink.write(frame.as(Frame.Depth.UINT8));
          }
        });
  }
}
