package org.diffsynth.app.report;

import java.util.Map;
import org.diffsynth.internal.text.Text;
import org.diffsynth.metrics.QualityReport;

/** Writes the rows of the table with the numbers before and after. */
final class MetricsTable {

  private record Label(String name, String meaning, String format) {}

  private static final Map<String, Label> LABELS =
      Map.of(
          "clip_frame_text",
          new Label("CLIP, frames and prompt", "cosine similarity; higher fits better", "%.4f"),
          "clip_frame_frame",
          new Label("CLIP, neighbouring frames", "cosine similarity; 1 is identical", "%.4f"),
          "aesthetic",
          new Label("Aesthetic score", "about 1 to 10; higher is more pleasing", "%.2f"),
          "fid",
          new Label("FID", "smaller is more similar; overestimated for few frames", "%.3f"),
          "kid",
          new Label("KID, thousandths", "smaller is more similar", "%.3f"),
          "pose_mse",
          new Label(
              "Pose-MSE to the guide",
              "smaller is closer; squared share of the frame size",
              "%.6f"),
          "pose_detection",
          new Label("Joints found", "share of the joints in the guide", "%.3f"));

  private final StringBuilder rows = new StringBuilder();

  private MetricsTable() {}

  /** Returns the rows of the numbers that need no model, as HTML. */
  static String html(QualityReport before, QualityReport after) {
    MetricsTable table = new MetricsTable();
    table.row(
        "Warping error E<sub>warp</sub>, thousandths",
        "smaller is steadier",
        "%.3f",
        before.warpError() * 1e3,
        after.warpError() * 1e3);
    table.row("Pixel-MSE", "smaller is steadier", "%.2f", before.pixelMse(), after.pixelMse());
    table.row(
        "Luma flicker",
        "smaller is steadier; of 255",
        "%.3f",
        before.lumaFlicker(),
        after.lumaFlicker());
    table.row(
        "Sharpness",
        "of the style, or of the truth; 1 is as sharp",
        "%.3f",
        before.sharpness(),
        after.sharpness());
    table.row(
        "PSNR to the style, dB",
        "higher keeps more, flicker included",
        "%.2f",
        Double.NaN,
        after.psnrStyle());
    table.row(
        "PSNR to the truth, dB",
        "higher is closer to the truth",
        "%.2f",
        before.psnrTruth(),
        after.psnrTruth());
    table.row(
        "SSIM to the truth",
        "higher is closer to the truth",
        "%.4f",
        before.ssimTruth(),
        after.ssimTruth());
    table.row(
        "Luma drift",
        "near 0 keeps the brightness; of 255",
        "%.2f",
        before.lumaDrift(),
        after.lumaDrift());
    return table.rows.toString();
  }

  /**
   * Returns the rows of the numbers that models measured, as HTML.
   *
   * @param before numbers of the flickering video, by the names that {@code diffsynth measure}
   *     prints
   * @param after numbers of the deflickered video
   */
  static String html(Map<String, Double> before, Map<String, Double> after) {
    MetricsTable table = new MetricsTable();
    after.forEach(
        (key, value) -> {
          Label label = LABELS.getOrDefault(key, new Label(key, "", "%.4f"));
          double scale = key.equals("kid") ? 1e3 : 1;
          double first = before.getOrDefault(key, Double.NaN);
          table.row(label.name, label.meaning, label.format, first * scale, value * scale);
        });
    return table.rows.toString();
  }

  private void row(String name, String meaning, String format, double before, double after) {
    if (Double.isNaN(after)) {
      return;
    }
    rows.append("<tr><th>")
        .append(name)
        .append("<small>")
        .append(meaning)
        .append("</small></th><td>")
        .append(number(format, before))
        .append("</td><td>")
        .append(number(format, after))
        .append("</td></tr>\n");
  }

  private static String number(String format, double value) {
    return Double.isNaN(value) ? "–" : Text.format(format, value);
  }
}
