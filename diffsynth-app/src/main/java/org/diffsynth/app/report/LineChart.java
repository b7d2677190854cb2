package org.diffsynth.app.report;

import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.diffsynth.internal.text.Text;

/** Draws two lines over the frames of a video, before and after, as SVG. */
final class LineChart {

  private static final int WIDTH = 720;
  private static final int HEIGHT = 220;
  private static final int LEFT = 46;
  private static final int RIGHT = 8;
  private static final int TOP = 10;
  private static final int BOTTOM = 26;
  private static final int GRID_LINES = 4;

  private final StringBuilder svg = new StringBuilder();
  private final int count;
  private final double low;
  private final double high;

  private LineChart(List<Double> before, List<Double> after) {
    count = Math.max(before.size(), after.size());
    double max = values(before, after).max().orElse(1);
    double min = values(before, after).min().orElse(0);
    // The axis starts at 0 unless that would flatten the lines.
    low = min < 0.5 * max ? Math.min(0, min) : min - 0.1 * (max - min + 1e-9);
    high = max > low ? max + 0.05 * (max - low) : low + 1;
  }

  private static DoubleStream values(List<Double> before, List<Double> after) {
    return Stream.concat(before.stream(), after.stream()).mapToDouble(Double::doubleValue);
  }

  static String svg(String title, List<Double> before, List<Double> after) {
    if (before.isEmpty() || after.isEmpty()) {
      return "";
    }
    LineChart chart = new LineChart(before, after);
    chart.draw(title, before, after);
    return chart.svg.toString();
  }

  private void draw(String title, List<Double> before, List<Double> after) {
    svg.append("<figure class=\"chart\"><figcaption>")
        .append(Template.escape(title))
        .append(
            Text.format("</figcaption><svg viewBox=\"0 0 %d %d\" role=\"img\">", WIDTH, HEIGHT));
    for (int i = 0; i <= GRID_LINES; i++) {
      double value = low + (high - low) * i / GRID_LINES;
      add(
          "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
          LEFT, WIDTH - RIGHT, y(value), y(value));
      add(
          "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
          LEFT - 6, y(value) + 4, label(value));
    }
    add("<text x=\"%d\" y=\"%d\">frame 0</text>", LEFT, HEIGHT - 8);
    add(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%d</text>",
        WIDTH - RIGHT, HEIGHT - 8, count - 1);
    line("before", before);
    line("after", after);
    svg.append("</svg></figure>");
  }

  private void line(String kind, List<Double> values) {
    svg.append("<polyline class=\"").append(kind).append("\" points=\"");
    for (int i = 0; i < values.size(); i++) {
      add("%.1f,%.1f ", x(i), y(values.get(i)));
    }
    svg.append("\"/>");
  }

  private void add(String format, Object... values) {
    svg.append(Text.format(format, values));
  }

  private double x(int index) {
    return LEFT + (double) (WIDTH - LEFT - RIGHT) * index / Math.max(1, count - 1);
  }

  private double y(double value) {
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * (value - low) / (high - low);
  }

  private String label(double value) {
    return Text.format(high - low < 2 ? "%.2f" : high - low < 20 ? "%.1f" : "%.0f", value);
  }
}
