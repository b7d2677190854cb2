package org.diffsynth.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.diffsynth.app.report.DeflickerReport;
import org.diffsynth.app.report.FurtherMetrics;
import org.diffsynth.app.report.Poster;
import org.diffsynth.app.terminal.AppCommand;
import org.diffsynth.app.terminal.CommandMonitor;
import org.diffsynth.app.terminal.Versions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.model.quickstart.Style;
import org.diffsynth.video.VideoCodec;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Command {@code diffsynth quickstart}: renders a video from a prompt with the model inside the
 * app, first frame by frame, then steadily, and writes both with a report.
 */
@Command(
    name = "quickstart",
    customSynopsis = "diffsynth quickstart [OPTIONS]",
    description =
        "Renders a video from a prompt with the small diffusion model inside the app: once frame by"
            + " frame, which flickers, and once with shared noise, cross-frame attention and"
            + " deflickering inside the denoising loop. Writes both and a report. Needs no input and"
            + " no download.")
final class QuickstartCommand extends AppCommand {

  private static final int PARTS = 3;

  @ArgGroup(validate = false, order = 10, heading = "%nInput and prompt:%n")
  private QuickstartInput input = new QuickstartInput();

  @ArgGroup(validate = false, order = 20, heading = "%nOutput:%n")
  private Output output = new Output();

  private static final class Output {

    @Option(
        names = "--out",
        paramLabel = "DIR",
        defaultValue = "quickstart",
        description =
            "Folder for all files; existing files are replaced. Default: ${DEFAULT-VALUE}.")
    private Path folder;
  }

  @Override
  public Integer call() throws IOException {
    if (input.listsStyles()) {
      for (Style style : Style.values()) {
        out()
            .printf(
                Locale.ROOT, "%-12s%s%n", style.name().toLowerCase(Locale.ROOT), style.prompt());
      }
      out().flush();
      return 0;
    }
    input.check();
    Video video = input.read();
    Files.createDirectories(output.folder);
    QuickstartRenders renders = new QuickstartRenders(video, input.prompt(), input.seed());
    long start = System.nanoTime();
    try (CommandMonitor monitor = monitor()) {
      write("guide.mkv", video, VideoSettings.DEFAULT.withCodec(VideoCodec.FFV1));
      say("1/%d  frame by frame, a noise of its own for every frame", PARTS);
      write("plain.mp4", () -> renders.plain(monitor));
      monitor.endLine();
      say("2/%d  with shared noise, cross-frame attention and deflickering in the loop", PARTS);
      write("steady.mp4", () -> renders.steady(monitor));
      monitor.endLine();
      Duration time = Duration.ofNanos(System.nanoTime() - start);
      say("3/%d  report", PARTS);
      writeReport(video, renders, time, monitor);
    }
    say(
        "wrote plain.mp4, steady.mp4, before-after.jpg and report.html into %s; open report.html in"
            + " a browser",
        output.folder);
    return 0;
  }

  /** A rendering. */
  private interface Rendering {
    Video render() throws IOException;
  }

  private void write(String name, Rendering rendering) throws IOException {
    write(name, rendering.render(), VideoSettings.DEFAULT);
  }

  private void write(String name, Video video, VideoSettings format) throws IOException {
    VideoSettings settings = format.withFrameRate(video.format().frameRate()).withOverwrite(true);
    VideoFiles.write(
        file(name),
        settings,
        sink -> {
          for (Frame frame : video) {
            sink.write(frame.as(Frame.Depth.UINT8));
          }
        });
  }

  private void writeReport(Video video, QuickstartRenders renders, Duration time, Monitor monitor)
      throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("Style", "'" + input.prompt() + "'");
    settings.put("Input", input.describe());
    settings.put("Model", "quickstart (inside the app)");
    settings.put("Before", "each frame rendered by itself, with a noise of its own");
    settings.put("After", renders.describeSteady());
    try (FrameSource guide = video.open();
        FrameSource plain = VideoFiles.open(file("plain.mp4"));
        FrameSource steady = VideoFiles.open(file("steady.mp4"))) {
      DeflickerReport.write(
          file("report.html"),
          guide,
          plain,
          steady,
          null,
          settings,
          Versions.table(),
          new DeflickerReport.Stage("render both", time),
          FurtherMetrics.NONE,
          monitor);
    }
    try (FrameSource plain = VideoFiles.open(file("plain.mp4"));
        FrameSource steady = VideoFiles.open(file("steady.mp4"))) {
      Poster.write(file("before-after.jpg"), plain, steady);
    }
  }

  private Path file(String name) {
    return output.folder.resolve(name);
  }
}
