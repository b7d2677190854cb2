package org.diffsynth.app.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.text.Text;
import org.diffsynth.metrics.QualityMeter;
import org.diffsynth.metrics.QualityReport;

/**
 * Measures several results of one guide side by side, and writes a page on which people vote
 * blindly between two at a time. Closing a comparison removes its temporary files.
 */
public final class Comparison implements AutoCloseable {

  private static final double[] PLACES = {0.15, 0.5, 0.85};

  /** A measure of a result. */
  public enum Metric {
    /** Flicker: warping error along the motion of the guide. */
    E_WARP("Warping error, thousandths", "smaller is steadier", QualityReport::warpError, 1e3),
    /** Flicker: squared differences of neighbouring frames along the motion, without a mask. */
    PIXEL_MSE("Pixel-MSE", "smaller is steadier", QualityReport::pixelMse),
    /** Flicker of the mean brightness. */
    LUMA_FLICKER("Luma flicker", "smaller is steadier; of 255", QualityReport::lumaFlicker),
    /** Sharpness, relative to the truth or the style. */
    SHARPNESS("Sharpness", "1 is as sharp as the truth or style", QualityReport::sharpness),
    /** Fidelity to the flickering input, as PSNR in dB. */
    PSNR_STYLE("PSNR to the style, dB", "higher keeps more", QualityReport::psnrStyle),
    /** Fidelity to the known steady result, as PSNR in dB. */
    PSNR_TRUTH("PSNR to the truth, dB", "higher is closer to the truth", QualityReport::psnrTruth),
    /** Structural similarity (SSIM) to the known steady result. */
    SSIM_TRUTH("SSIM to the truth", "higher is closer to the truth", QualityReport::ssimTruth),
    /** Change of the mean brightness. */
    LUMA_DRIFT("Luma drift", "near 0 keeps the brightness; of 255", QualityReport::lumaDrift);

    private final String label;
    private final String meaning;
    private final ToDoubleFunction<QualityReport> number;
    private final double factor;

    Metric(String label, String meaning, ToDoubleFunction<QualityReport> number) {
      this(label, meaning, number, 1);
    }

    Metric(String label, String meaning, ToDoubleFunction<QualityReport> number, double factor) {
      this.label = label;
      this.meaning = meaning;
      this.number = number;
      this.factor = factor;
    }

    /** Returns the name of the measure in a table. */
    public String label() {
      return label;
    }

    /** Returns the number, or NaN if it could not be measured. */
    public double of(QualityReport report) {
      return number.applyAsDouble(report);
    }

    /** Returns a number in the form in which a table shows it. */
    public String format(double value) {
      return Double.isNaN(value) ? "–" : Text.format("%.4g", value * factor);
    }
  }

  private final List<String> names;
  private final QualityMeter meter;
  private final boolean page;
  private final int[] size;
  private final List<PageClip> clips = new ArrayList<>();
  private final List<List<String>> stills = new ArrayList<>();
  private final List<Long> wanted = new ArrayList<>();
  private long frames;

  /**
   * Creates an empty comparison of results by name.
   *
   * @param names names of the results, all different
   * @param format size, frame rate and exact length of the results
   * @param page whether {@link #write} will be called
   */
  public Comparison(List<String> names, VideoFormat format, boolean page) throws IOException {
    this.names = List.copyOf(names);
    this.meter = new QualityMeter(names.size());
    this.page = page;
    this.size = PageClip.size(format);
    for (double place : PLACES) {
      long frame = Math.round(place * (format.frameCount() - 1));
      if (!wanted.contains(frame)) {
        wanted.add(frame);
      }
    }
    for (int i = 0; page && i < names.size(); i++) {
      clips.add(new PageClip(format.frameRate()));
      stills.add(new ArrayList<>());
    }
  }

  /** Adds the next frame of all videos; the frames of style and truth may be null. */
  public void add(Frame guide, List<Frame> results, Frame style, Frame truth) throws IOException {
    meter.add(guide, results, style, truth);
    for (int i = 0; page && i < results.size(); i++) {
      clips.get(i).addScaled(results.get(i), size);
      if (wanted.contains(frames)) {
        stills.get(i).add(DataUri.jpeg(results.get(i)));
      }
    }
    frames++;
  }

  /** Returns one number per result for each measure; measures without any number are left out. */
  public Map<Metric, List<Double>> numbers() {
    Map<Metric, List<Double>> table = new LinkedHashMap<>();
    for (Metric metric : Metric.values()) {
      List<Double> row = new ArrayList<>();
      for (int i = 0; i < names.size(); i++) {
        row.add(metric.of(meter.report(i)));
      }
      if (!row.stream().allMatch(number -> number.isNaN())) {
        table.put(metric, row);
      }
    }
    return table;
  }

  /** Writes the page as one self-contained file, which replaces an existing file. */
  public void write(Path file) throws IOException {
    List<Map<String, Object>> results = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("name", names.get(i));
      result.put("clip", clips.get(i).dataUri());
      result.put("stills", stills.get(i));
      results.add(result);
    }
    String json = new ObjectMapper().writeValueAsString(results);
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("title", "Which is better?");
    parts.put("study", Integer.toHexString(json.hashCode()));
    // A name could contain the text that ends a script.
    parts.put("results", json.replace("<", "\\u003c"));
    parts.put("frames", wanted.toString());
    parts.put("metrics", metricsHtml());
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, Template.fill("compare.html", parts));
  }

  private String metricsHtml() {
    StringBuilder html = new StringBuilder("<thead><tr><th></th>");
    names.forEach(name -> html.append("<th>").append(Template.escape(name)).append("</th>"));
    html.append("</tr></thead>\n<tbody>\n");
    numbers()
        .forEach(
            (metric, row) -> {
              html.append("<tr><th>").append(metric.label);
              html.append("<small>").append(metric.meaning).append("</small></th>");
              row.forEach(
                  number -> html.append("<td>").append(metric.format(number)).append("</td>"));
              html.append("</tr>\n");
            });
    return html.append("</tbody>").toString();
  }

  @Override
  public void close() throws IOException {
    for (PageClip clip : clips) {
      clip.close();
    }
  }
}
