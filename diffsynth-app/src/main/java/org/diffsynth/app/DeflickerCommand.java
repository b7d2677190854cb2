package org.diffsynth.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.diffsynth.app.frames.PeekedSource;
import org.diffsynth.app.frames.ReadAheadSource;
import org.diffsynth.app.measure.ModelMetricOptions;
import org.diffsynth.app.measure.ModelMetrics;
import org.diffsynth.app.options.BlendingOptions;
import org.diffsynth.app.options.ColourMatchOptions;
import org.diffsynth.app.options.ControlOptions;
import org.diffsynth.app.options.HardwareOptions;
import org.diffsynth.app.options.InputOptions;
import org.diffsynth.app.options.JobFolder;
import org.diffsynth.app.options.OutputOptions;
import org.diffsynth.app.options.OutputVideo;
import org.diffsynth.app.options.ShotOptions;
import org.diffsynth.app.report.DeflickerReport;
import org.diffsynth.app.terminal.AppCommand;
import org.diffsynth.app.terminal.CommandMonitor;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.app.terminal.Versions;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.deflicker.Deflicker;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.internal.host.TemporaryFolder;
import org.diffsynth.io.Enhancement;
import org.diffsynth.job.DeflickerJob;
import org.diffsynth.job.JobInput;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Command {@code diffsynth deflicker}: makes a flickering video steady along the motion in its
 * guide video.
 */
@Command(
    name = "deflicker",
    customSynopsis = "diffsynth deflicker --style PATH [--guide PATH] --out PATH [OPTIONS]",
    description = "Makes a flickering video steady along the motion in its guide video.")
final class DeflickerCommand extends AppCommand {

  @ArgGroup(validate = false, order = 10, heading = "%nInput:%n")
  private Input input = new Input();

  private static final class Input extends InputOptions {

    @Option(
        names = "--style",
        order = 1,
        required = true,
        paramLabel = "PATH",
        description = "The flickering video. Required.")
    private Path style;

    @Option(
        names = "--guide",
        order = 2,
        paramLabel = "PATH",
        description =
            "The steady video that the style was made from; its motion is used. Default: a"
                + " guide is derived from the style.")
    private Path guide;
  }

  @ArgGroup(validate = false, order = 20, heading = "%nOutput:%n")
  private OutputOptions output = new OutputOptions();

  @ArgGroup(validate = false, order = 22, heading = "%nColours of another clip:%n")
  private ColourMatchOptions colours = new ColourMatchOptions();

  @ArgGroup(validate = false, order = 25, heading = "%nLong work:%n")
  private JobFolder job = new JobFolder();

  @ArgGroup(validate = false, order = 30, heading = "%nDeflickering:%n")
  private BlendingOptions blending = new BlendingOptions();

  @ArgGroup(validate = false, order = 33, heading = "%nHow much, where, which colours:%n")
  private ControlOptions controls = new ControlOptions();

  @ArgGroup(validate = false, order = 35, heading = "%nShots:%n")
  private ShotOptions shots = new ShotOptions();

  @ArgGroup(validate = false, order = 40, heading = "%nReport:%n")
  private Report report = new Report();

  private static final class Report {

    @Option(
        names = "--report",
        paramLabel = "FILE.html",
        description =
            "Write a page that shows and measures the video before and after. Default: no report.")
    private Path file;
  }

  @ArgGroup(validate = false, order = 50, heading = "%nModels that measure, for the report:%n")
  private ModelMetricOptions models = new ModelMetricOptions();

  @ArgGroup(validate = false, order = 90, heading = "%nWhere to compute:%n")
  private HardwareOptions hardware = new HardwareOptions();

  @Override
  public Integer call() throws IOException {
    blending.check(hardware.compute());
    controls.check();
    checkReport();
    Path guidePath = input.guide == null ? input.style : input.guide;
    long start = System.nanoTime();
    try (CommandMonitor monitor = monitor();
        FrameSource openedStyle = input.open(input.style);
        FrameSource opened = input.guide == null ? null : input.open(input.guide);
        FrameSource style = readAhead(style(openedStyle, opened));
        FrameSource guide =
            opened == null ? null : readAhead(guide(opened, input.guide, openedStyle, style))) {
      Deflicker blend = blending.deflicker(hardware.compute(), shots.of(style.format()));
      Deflicker deflicker = controls.controlled(blend, input, style.format(), input.style);
      PeekedSource peeked = new PeekedSource(style);
      output.checkIsNot(input.guide);
      output.checkIsNot(controls.mask());
      output.checkIsNot(colours.reference());
      output.setColours(colours.transfer(input, () -> input.open(input.style)));
      output.setThreads(hardware.compute().threads());
      output.setTimes(input.times(style, input.style));
      boolean isGuideTimed = isGuideTimed();
      OutputVideo video =
          new OutputVideo(
              isGuideTimed
                  ? style.format().withFrameRate(guide.format().frameRate())
                  : style.format(),
              isGuideTimed ? input.guide : input.style,
              input.tags(input.style),
              input.outputDepth(input.style, peeked.depth()),
              output.enhancement());
      if (job.isGiven()) {
        job.check(output, input.style, input.guide, controls.mask(), colours.reference());
        boolean isWritten =
            job.write(task(deflicker, video), output, video, monitor, line -> say("%s", line));
        if (!isWritten) {
          return 0; // the process that writes the output also writes its report
        }
      } else {
        output.write(
            video,
            sink -> {
              if (guide == null) {
                deflicker.apply(peeked, sink, monitor);
              } else {
                deflicker.apply(guide, peeked, sink, monitor);
              }
            });
      }
    }
    Duration time = Duration.ofNanos(System.nanoTime() - start);
    if (!job.isGiven()) {
      say("wrote %s in %.1f s", output.path(), time.toMillis() / 1000.0);
    }
    if (report.file != null) {
      writeReport(guidePath, time);
    }
    return 0;
  }

  /** Returns the work as a job, which opens the inputs by itself. */
  private DeflickerJob task(Deflicker deflicker, OutputVideo video) throws IOException {
    DeflickerJob task =
        DeflickerJob.of(deflicker, JobInput.of("style", input.style, this::openStyle))
            .withDepth(output.outputDepth(video));
    if (input.guide != null) {
      task = task.withGuide(JobInput.of("guide", input.guide, this::openGuide));
    }
    if (controls.mask() != null) {
      task = task.withMask(JobInput.of("mask", controls.mask(), () -> input.open(controls.mask())));
    }
    Map<String, String> settings = new LinkedHashMap<>();
    input.describe(settings);
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      task = task.withSetting(setting.getKey(), setting.getValue());
    }
    return task;
  }

  private FrameSource openStyle() throws IOException {
    FrameSource opened = input.open(input.style);
    try (FrameSource guide = input.guide == null ? null : input.open(input.guide)) {
      return readAhead(style(opened, guide));
    } catch (IOException | RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  private FrameSource openGuide() throws IOException {
    FrameSource opened = input.open(input.guide);
    try (FrameSource openedStyle = input.open(input.style)) {
      FrameSource style = style(openedStyle, opened);
      return readAhead(guide(opened, input.guide, openedStyle, style));
    } catch (IOException | RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  private FrameSource readAhead(FrameSource source) {
    return ReadAheadSource.of(source, hardware.compute().threads());
  }

  /** Returns the style without the frames that the guide cannot show. */
  private FrameSource style(FrameSource opened, FrameSource guide) throws IOException {
    return guide == null ? opened : input.together(opened, input.style, guide, input.guide);
  }

  /** Returns the guide without the frames that the style cannot show, at its own size. */
  private FrameSource guide(
      FrameSource opened, Path path, FrameSource openedStyle, FrameSource style)
      throws IOException {
    FrameSource together =
        path.equals(input.style) ? opened : input.together(opened, path, openedStyle, input.style);
    return input.guide(together, path, style.format(), "style", input.style);
  }

  /**
   * Returns whether the output gets the times and the sound of the guide: pictures have neither.
   */
  private boolean isGuideTimed() {
    return input.guide != null
        && Files.isDirectory(input.style)
        && Files.isRegularFile(input.guide)
        && input.times().isEmpty();
  }

  private void checkReport() throws IOException {
    models.check();
    UsageException.check(
        report.file != null || !models.isAny(), "models that measure need --report");
    UsageException.check(
        report.file == null || !Files.isDirectory(report.file),
        "--report must name a file, but " + report.file + " is a folder");
    if (report.file != null) {
      TemporaryFolder.check(); // the report needs it, after the work
    }
    models.tryModels(input, hardware.compute());
  }

  private void writeReport(Path guidePath, Duration time) throws IOException {
    try (CommandMonitor monitor = monitor();
        FrameSource openedStyle = input.open(input.style);
        FrameSource opened = input.open(guidePath);
        FrameSource style = input.together(openedStyle, input.style, opened, guidePath);
        FrameSource own = guide(opened, guidePath, openedStyle, style);
        FrameSource guide =
            input.scaledGuide(own, guidePath, style.format(), "style", input.style);
        FrameSource result = input.open(output.path());
        ModelMetrics metrics = models.open(2, input, hardware.compute(), monitor)) {
      DeflickerReport.write(
          report.file,
          guide,
          style,
          result,
          null,
          settings(guidePath),
          Versions.table(),
          new DeflickerReport.Stage("deflicker", time),
          metrics,
          monitor);
    }
    say("wrote %s", report.file);
  }

  private Map<String, String> settings(Path guidePath) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("Guide", guidePath + (input.guide == null ? " (derived from it)" : ""));
    settings.put("Style", input.style.toString());
    settings.put("Output", output.path().toString());
    blending.describe(settings);
    controls.describe(settings);
    if (colours.reference() != null) {
      settings.put("Colours like", colours.reference().toString());
    }
    Enhancement enhancement = output.enhancement();
    if (!enhancement.equals(Enhancement.NONE)) {
      settings.put("Contrast", Float.toString(enhancement.contrast()));
      settings.put("Sharpness", Float.toString(enhancement.sharpness()));
    }
    ComputeOptions compute = hardware.compute();
    settings.put("Engine", compute.engine() + ", " + compute.threads() + " threads");
    return settings;
  }
}
