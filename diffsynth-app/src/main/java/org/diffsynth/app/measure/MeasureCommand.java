package org.diffsynth.app.measure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.diffsynth.app.options.HardwareOptions;
import org.diffsynth.app.options.InputOptions;
import org.diffsynth.app.terminal.AppCommand;
import org.diffsynth.app.terminal.CommandMonitor;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor.Progress;
import org.diffsynth.internal.text.Text;
import org.diffsynth.metrics.QualityMeter;
import org.diffsynth.metrics.QualityReport;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Command {@code diffsynth measure}: measures how steady, faithful and sharp a video is. */
@Command(
    name = "measure",
    customSynopsis = "diffsynth measure --guide PATH --video PATH [OPTIONS]",
    description = "Measures how steady, faithful and sharp a video is.")
public final class MeasureCommand extends AppCommand {

  @ArgGroup(validate = false, order = 10, heading = "%nInput:%n")
  private Input input = new Input();

  private static final class Input extends InputOptions {

    @Option(
        names = "--guide",
        order = 1,
        required = true,
        paramLabel = "PATH",
        description = "The steady video whose motion counts. Required.")
    private Path guide;

    @Option(
        names = "--video",
        order = 2,
        required = true,
        paramLabel = "PATH",
        description = "The video that is measured. Required.")
    private Path video;

    @Option(
        names = "--style",
        order = 3,
        paramLabel = "PATH",
        description =
            "The flickering input of the video. Default: fidelity and sharpness are not measured.")
    private Path style;

    @Option(
        names = "--truth",
        order = 4,
        paramLabel = "PATH",
        description =
            "The known steady result, if there is one. Default: nothing is measured against it.")
    private Path truth;
  }

  @ArgGroup(validate = false, order = 20, heading = "%nOutput:%n")
  private Output output = new Output();

  private static final class Output {

    @Option(
        names = "--json",
        description =
            "Print one JSON object, in which numbers that cannot be measured are null. Default:"
                + " print a table.")
    private boolean json;
  }

  @ArgGroup(validate = false, order = 30, heading = "%nModels that measure:%n")
  private ModelMetricOptions models = new ModelMetricOptions();

  @ArgGroup(validate = false, order = 90, heading = "%nWhere to compute:%n")
  private HardwareOptions hardware = new HardwareOptions();

  @Override
  public Integer call() throws IOException {
    models.check();
    QualityMeter meter = new QualityMeter(1);
    Map<String, Double> modelNumbers;
    try (CommandMonitor monitor = monitor();
        FrameSource video = input.open(input.video);
        FrameSource opened = input.open(input.guide);
        FrameSource guide =
            input.scaledGuide(opened, input.guide, video.format(), "video", input.video);
        FrameSource style = openLike(input.style, "style", video);
        FrameSource truth = openLike(input.truth, "truth", video);
        ModelMetrics metrics = models.open(1, input, hardware.compute(), monitor)) {
      long total = video.format().frameCount();
      long done = 0;
      for (Frame frame = video.read(); frame != null; frame = video.read()) {
        monitor.checkCancelled();
        Frame guideFrame = guide.read();
        meter.add(
            guideFrame,
            List.of(frame),
            style == null ? null : style.read(),
            truth == null ? null : truth.read());
        metrics.add(guideFrame, List.of(frame));
        done++;
        monitor.progress(
            new Progress("measure", (double) done / total, done, total, Optional.empty()));
      }
      modelNumbers = metrics.numbers(0);
    }
    Map<String, Double> numbers = numbers(meter.report(0));
    numbers.putAll(modelNumbers);
    out().println(output.json ? toJson(numbers) : toTable(numbers));
    out().flush();
    return 0;
  }

  private FrameSource openLike(Path path, String role, FrameSource video) throws IOException {
    if (path == null) {
      return null;
    }
    FrameSource source = input.open(path);
    try {
      return input.fitted(role, source, path, video.format(), "video", input.video);
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

  static String toJson(Map<String, Double> numbers) {
    return numbers.entrySet().stream()
        .map(entry -> Text.format("\"%s\": %s", entry.getKey(), number(entry.getValue())))
        .collect(Collectors.joining(", ", "{", "}"));
  }

  private static String number(double value) {
    if (!Double.isFinite(value)) {
      return "null";
    }
    return value == Math.rint(value) ? Long.toString((long) value) : Text.format("%.6g", value);
  }

  private static String toTable(Map<String, Double> numbers) {
    return numbers.entrySet().stream()
        .filter(entry -> Double.isFinite(entry.getValue()))
        .map(entry -> Text.format("%-16s %s", entry.getKey(), number(entry.getValue())))
        .collect(Collectors.joining(System.lineSeparator()));
  }
}
