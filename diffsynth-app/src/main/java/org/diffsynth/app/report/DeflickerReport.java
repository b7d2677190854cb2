package org.diffsynth.app.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Monitor.Progress;
import org.diffsynth.internal.text.Text;
import org.diffsynth.metrics.QualityMeter;
import org.diffsynth.metrics.QualityReport;

/**
 * Writes a self-contained page about a deflickered video: stills with a slider, a video with before
 * and after side by side, a slice through time, charts, numbers and settings.
 *
 * <p>Frames are read once and are not kept. The page contains a few stills, one row of each of the
 * first frames, and a few seconds of video.
 */
public final class DeflickerReport {

  private static final int BEFORE = 0;
  private static final int AFTER = 1;

  private DeflickerReport() {}

  /**
   * A part of the work.
   *
   * @param name name of the part as a verb, such as "deflicker"
   * @param time time that the part took
   */
  public record Stage(String name, Duration time) {}

  /**
   * Reads all sources to their end and writes the page.
   *
   * @param page file to write, replaced if it exists
   * @param guide the steady video whose motion counts
   * @param style the flickering input
   * @param result the deflickered video
   * @param truth the known steady result, or null if there is none
   * @param settings settings by name, in the order in which the page lists them
   * @param environment versions and machine by name, in the order in which the page lists them
   * @param deflicker the work that made the result
   * @param further measures that are listed after the others
   * @throws java.util.concurrent.CancellationException if the monitor requests it; no page is
   *     written then
   */
  public static void write(
      Path page,
      FrameSource guide,
      FrameSource style,
      FrameSource result,
      FrameSource truth,
      Map<String, String> settings,
      Map<String, String> environment,
      Stage deflicker,
      FurtherMetrics further,
      Monitor monitor)
      throws IOException {
    long start = System.nanoTime();
    QualityMeter meter = new QualityMeter(2);
    Stills stills = new Stills(result.format().frameCount());
    TimeSlice slice = new TimeSlice();
    String video;
    try (SideBySide sideBySide = SideBySide.create(result.format())) {
      long total = result.format().frameCount();
      for (int i = 0; ; i++) {
        monitor.checkCancelled();
        Frame guideFrame = guide.read();
        Frame before = style.read();
        Frame after = result.read();
        if (guideFrame == null || before == null || after == null) {
          break;
        }
        Frame truthFrame = truth == null ? null : truth.read();
        meter.add(guideFrame, List.of(before, after), before, truthFrame);
        further.add(guideFrame, List.of(before, after));
        stills.add(i, before, after);
        slice.add(before, after);
        sideBySide.add(before, after);
        monitor.progress(
            new Progress(
                "report",
                (i + 1.0) / total,
                i + 1L,
                total,
                Optional.of(left(start, i + 1, total))));
      }
      video = sideBySide.dataUri();
    }
    Stage measured = new Stage("measure", Duration.ofNanos(System.nanoTime() - start));
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("title", "Deflickering " + settings.getOrDefault("Style", "a video"));
    parts.put("summary", summary(meter.report(BEFORE), meter.report(AFTER)));
    parts.put("stills", stills.html());
    parts.put("video", video);
    parts.put("sliceBefore", slice.beforeUri());
    parts.put("sliceAfter", slice.afterUri());
    parts.put("charts", charts(meter.report(BEFORE), meter.report(AFTER)));
    parts.put(
        "metrics",
        MetricsTable.html(meter.report(BEFORE), meter.report(AFTER))
            + MetricsTable.html(further.numbers(BEFORE), further.numbers(AFTER)));
    parts.put("settings", rows(settings));
    parts.put("versions", rows(work(List.of(deflicker, measured), result)) + rows(environment));
    Files.createDirectories(page.toAbsolutePath().getParent());
    Files.writeString(page, Template.fill("report.html", parts));
  }

  private static Duration left(long start, int done, long total) {
    long spent = System.nanoTime() - start;
    return Duration.ofNanos(Math.max(0, (long) (spent * ((double) total / done - 1))));
  }

  private static String summary(QualityReport before, QualityReport after) {
    if (Double.isNaN(before.warpError())) {
      return "One frame cannot flicker: there is no other frame to compare it with.";
    }
    return Text.format(
        "%d frames. Flicker (warping error) went from %.2f to %.2f thousandths, %.1f times less; the"
            + " picture kept %.0f %% of its sharpness.",
        after.frames(),
        before.warpError() * 1e3,
        after.warpError() * 1e3,
        before.warpError() / Math.max(after.warpError(), 1e-12),
        after.sharpness() * 100);
  }

  private static String charts(QualityReport before, QualityReport after) {
    return LineChart.svg(
            "Warping error of each pair of frames, in thousandths",
            before.warpErrors().stream().map(value -> value * 1e3).toList(),
            after.warpErrors().stream().map(value -> value * 1e3).toList())
        + LineChart.svg("Mean luma of each frame", before.meanLumas(), after.meanLumas());
  }

  private static Map<String, String> work(List<Stage> stages, FrameSource result) {
    Map<String, String> rows = new LinkedHashMap<>();
    for (Stage stage : stages) {
      rows.put("Time to " + stage.name(), Text.format("%.1f s", stage.time().toMillis() / 1000.0));
    }
    rows.put(
        "Video",
        Text.format(
            "%d frames of %s at %s frames per second",
            result.format().frameCount(), result.format().size(), result.format().frameRate()));
    return rows;
  }

  private static String rows(Map<String, String> values) {
    StringBuilder html = new StringBuilder();
    values.forEach(
        (name, value) ->
            html.append("<tr><th>")
                .append(Template.escape(name))
                .append("</th><td>")
                .append(Template.escape(value))
                .append("</td></tr>\n"));
    return html.toString();
  }
}
