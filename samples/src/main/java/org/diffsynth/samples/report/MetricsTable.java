package org.diffsynth.samples.report;

import java.util.Locale;
import org.diffsynth.metrics.QualityReport;

/** The numbers of before and after. */
final class MetricsTable {

  private final StringBuilder rows = new StringBuilder();

  private MetricsTable() {}

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
        "PSNR to the truth, dB", "higher is truer", "%.2f", before.psnrTruth(), after.psnrTruth());
    table.row(
        "SSIM to the truth", "higher is truer", "%.4f", before.ssimTruth(), after.ssimTruth());
    table.row(
        "Luma drift",
        "near 0 keeps the brightness; of 255",
        "%.2f",
        before.lumaDrift(),
        after.lumaDrift());
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
    return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, format, value);
  }
}
