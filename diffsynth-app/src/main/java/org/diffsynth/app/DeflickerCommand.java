package org.diffsynth.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.diffsynth.app.measure.ModelMetricOptions;
import org.diffsynth.app.measure.ModelMetrics;
import org.diffsynth.app.options.EngineOptions;
import org.diffsynth.app.options.InputOptions;
import org.diffsynth.app.options.OutputOptions;
import org.diffsynth.app.options.Verbosity;
import org.diffsynth.app.report.DeflickerReport;
import org.diffsynth.app.terminal.Interruption;
import org.diffsynth.app.terminal.ProgressLine;
import org.diffsynth.app.terminal.Versions;
import org.diffsynth.deflicker.BlendMode;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.io.Enhancement;
import org.diffsynth.match.PatchMatchOptions;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code diffsynth deflicker}. */
@Command(
    name = "deflicker",
    mixinStandardHelpOptions = true,
    description = "Makes a flickering video steady, along the motion in its guide.")
final class DeflickerCommand implements Callable<Integer> {

  @Spec private CommandLine.Model.CommandSpec spec;

  @Option(
      names = "--guide",
      paramLabel = "PATH",
      description =
          "The steady video that the style was made from. Without it the style guides itself,"
              + " which works as long as the flicker is milder than the picture.")
  private Path guide;

  @Option(
      names = "--style",
      required = true,
      paramLabel = "PATH",
      description = "The flickering video.")
  private Path style;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      defaultValue = "sharp",
      description = "${COMPLETION-CANDIDATES} in any case. Default: ${DEFAULT-VALUE}.")
  private BlendMode mode;

  @Option(
      names = "--window",
      paramLabel = "N",
      defaultValue = "15",
      description =
          "Frames on each side that are blended into one, 0 to 10000; wider is steadier and softer."
              + " Default: ${DEFAULT-VALUE}.")
  private int window;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Seed of the random probes; the same seed gives the same bytes.")
  private long seed;

  @Option(
      names = "--report",
      paramLabel = "FILE.html",
      description = "Write a page that shows and measures the difference.")
  private Path report;

  @Mixin private InputOptions input;
  @Mixin private ModelMetricOptions models;
  @Mixin private EngineOptions engine;
  @Mixin private OutputOptions output;
  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() throws IOException {
    PatchBlending blending = blending();
    checkReport();
    Path guidePath = guide == null ? style : guide;
    ProgressLine progress = verbosity.progress();
    long start = System.nanoTime();
    try (Interruption interruption = Interruption.watch(progress);
        FrameSource styleFrames = input.open(style);
        FrameSource opened = input.open(guidePath);
        FrameSource guideFrames =
            input.fitted(opened, guidePath, styleFrames.format(), "style", style)) {
      Peeked peeked = new Peeked(styleFrames);
      output.write(
          styleFrames.format().frameRate(),
          style,
          peeked.depth(),
          sink -> blending.apply(guideFrames, peeked, sink, interruption));
    } finally {
      progress.endLine();
    }
    Duration time = Duration.ofNanos(System.nanoTime() - start);
    verbosity.say("wrote %s in %.1f s", output.path(), time.toMillis() / 1000.0);
    if (report != null) {
      writeReport(blending, guidePath, time, progress);
    }
    return 0;
  }

  private PatchBlending blending() {
    try {
      return new PatchBlending(
          mode, window, PatchMatchOptions.DEFAULT.withSeed(seed), engine.engine());
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), e.getMessage().replace("windowRadius", "--window"));
    }
  }

  private void checkReport() throws IOException {
    models.check();
    if (report == null && models.asked()) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "models that measure need --report");
    }
    if (report != null && Files.isDirectory(report)) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--report must name a file, and " + report + " is a folder");
    }
    models.tryModels(input);
  }

  private void writeReport(
      PatchBlending blending, Path guidePath, Duration time, ProgressLine progress)
      throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("Guide", guidePath.toString() + (guide == null ? " (the style itself)" : ""));
    settings.put("Style", style.toString());
    settings.put("Output", output.path().toString());
    settings.put("Mode", blending.mode().toString().toLowerCase(java.util.Locale.ROOT));
    settings.put("Window radius", blending.windowRadius() + " frames");
    settings.put("Patch sizes a level", blending.matching().patchSizes().toString());
    settings.put("Random probes", Integer.toString(blending.matching().randomProbes()));
    settings.put("Seed", Long.toString(seed));
    if (!output.enhancement().equals(Enhancement.NONE)) {
      settings.put("Contrast", Float.toString(output.enhancement().contrast()));
      settings.put("Sharpness", Float.toString(output.enhancement().sharpness()));
    }
    settings.put(
        "Backend", blending.compute().engine() + ", " + blending.compute().threads() + " threads");
    DeflickerReport.Stage deflicker = new DeflickerReport.Stage("deflicker", time);
    try (FrameSource style = input.open(this.style);
        FrameSource opened = input.open(guidePath);
        FrameSource guide = input.fitted(opened, guidePath, style.format(), "style", this.style);
        FrameSource result = input.open(output.path());
        ModelMetrics metrics = models.open(2, input, progress)) {
      DeflickerReport.write(
          report,
          guide,
          style,
          result,
          null,
          settings,
          Versions.table(),
          deflicker,
          metrics,
          progress);
    } finally {
      progress.endLine();
    }
    verbosity.say("wrote %s", report);
  }

  /** A source that has already looked at its first frame, to know the depth of all. */
  private static final class Peeked implements FrameSource {

    private final FrameSource source;
    private Frame first;

    Peeked(FrameSource source) throws IOException {
      this.source = source;
      this.first = source.read();
    }

    Frame.Depth depth() {
      return first == null ? Frame.Depth.UINT8 : first.depth();
    }

    @Override
    public org.diffsynth.frame.VideoFormat format() {
      return source.format();
    }

    @Override
    public Frame read() throws IOException {
      if (first == null) {
        return source.read();
      }
      Frame frame = first;
      first = null;
      return frame;
    }

    @Override
    public void close() throws IOException {
      source.close();
    }
  }
}
