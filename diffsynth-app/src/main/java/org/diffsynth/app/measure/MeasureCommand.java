package org.diffsynth.app.measure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.diffsynth.app.options.InputOptions;
import org.diffsynth.app.options.Verbosity;
import org.diffsynth.app.terminal.Interruption;
import org.diffsynth.app.terminal.ProgressLine;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Progress;
import org.diffsynth.metrics.QualityMeter;
import org.diffsynth.metrics.QualityReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code diffsynth measure}. */
@Command(
    name = "measure",
    mixinStandardHelpOptions = true,
    description = "Measures how steady, faithful and sharp a video is.")
public final class MeasureCommand implements Callable<Integer> {

  @Option(
      names = "--guide",
      required = true,
      paramLabel = "PATH",
      description = "The steady video whose motion counts.")
  private Path guide;

  @Option(
      names = "--video",
      required = true,
      paramLabel = "PATH",
      description = "The video that is judged.")
  private Path video;

  @Option(
      names = "--style",
      paramLabel = "PATH",
      description = "The flickering input, for fidelity and sharpness.")
  private Path style;

  @Option(
      names = "--truth",
      paramLabel = "PATH",
      description = "The known steady result, where there is one.")
  private Path truth;

  @Option(
      names = "--json",
      description = "Print one JSON object; numbers there are none of are null.")
  private boolean json;

  @Mixin private InputOptions input;
  @Mixin private ModelMetricOptions models;
  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() throws IOException {
    models.check();
    ProgressLine progress = verbosity.progress();
    QualityMeter meter = new QualityMeter(1);
    Map<String, Double> further;
    try (Interruption interruption = Interruption.watch(progress);
        FrameSource videoFrames = input.open(video);
        FrameSource opened = input.open(guide);
        FrameSource guideFrames =
            input.fitted(opened, guide, videoFrames.format(), "video", video);
        FrameSource styleFrames = openLike(style, "style", videoFrames);
        FrameSource truthFrames = openLike(truth, "truth", videoFrames);
        ModelMetrics metrics = models.open(1, input, interruption)) {
      long total = videoFrames.format().frameCount();
      long done = 0;
      for (Frame frame = videoFrames.read(); frame != null; frame = videoFrames.read()) {
        interruption.checkCancelled();
        Frame guideFrame = guideFrames.read();
        meter.add(
            guideFrame,
            List.of(frame),
            styleFrames == null ? null : styleFrames.read(),
            truthFrames == null ? null : truthFrames.read());
        metrics.add(guideFrame, List.of(frame));
        done++;
        interruption.progress(
            new Progress("measure", (double) done / total, done, total, Optional.empty()));
      }
      further = metrics.numbers(0);
    } finally {
      progress.endLine();
    }
    Map<String, Double> numbers = numbers(meter.report(0));
    numbers.putAll(further);
    verbosity.out().println(json ? toJson(numbers) : toTable(numbers));
    verbosity.out().flush();
    return 0;
  }

  private FrameSource openLike(Path path, String what, FrameSource judged) throws IOException {
    if (path == null) {
      return null;
    }
    FrameSource source = input.open(path);
    try {
      return input.fitted(what, source, path, judged.format(), "video", video);
    } catch (IllegalArgumentException e) {
      source.close();
      throw e;
    }
  }

  private static Map<String, Double> numbers(QualityReport report) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    numbers.put("frames", (double) report.frames());
    numbers.put("pixel_mse", report.pixelMse());
    numbers.put("e_warp", report.warpError());
    numbers.put("psnr_style", report.psnrStyle());
    numbers.put("psnr_truth", report.psnrTruth());
    numbers.put("ssim_truth", report.ssimTruth());
    numbers.put("sharpness", report.sharpness());
    numbers.put("luma_flicker", report.lumaFlicker());
    numbers.put("luma_drift", report.lumaDrift());
    return numbers;
  }

  public static String toJson(Map<String, Double> numbers) {
    return numbers.entrySet().stream()
        .map(entry -> "\"%s\": %s".formatted(entry.getKey(), number(entry.getValue())))
        .collect(Collectors.joining(", ", "{", "}"));
  }

  private static String number(double value) {
    if (!Double.isFinite(value)) {
      return "null";
    }
    return value == Math.rint(value)
        ? Long.toString((long) value)
        : String.format(Locale.ROOT, "%.6g", value);
  }

  private static String toTable(Map<String, Double> numbers) {
    return numbers.entrySet().stream()
        .filter(entry -> Double.isFinite(entry.getValue()))
        .map(entry -> "%-16s %s".formatted(entry.getKey(), number(entry.getValue())))
        .collect(Collectors.joining(System.lineSeparator()));
  }
}
