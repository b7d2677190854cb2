package org.diffsynth.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Results of a benchmark run as a text file: a header with machine, JDK and commit, then one line
 * for each benchmark and set of parameters, with tabs between the columns.
 *
 * <pre>
 * # machine  AMD EPYC, 2 processors
 * # jdk      17.0.15+6
 * # commit   3f2a91c
 * benchmark                                          score   error   unit
 * PairBenchmark.fresh provider=cpu,size=512x512      31.2    0.8     ms/op
 * PairBenchmark.fresh:patchError provider=cpu,…      21.7    0.0     #
 * </pre>
 *
 * @param header key and value of each line that begins with {@code #}
 * @param rows results by name and parameters of the benchmark
 */
record ResultFile(Map<String, String> header, Map<String, Row> rows) {

  private static final String COLUMNS = "benchmark\tscore\terror\tunit";

  /**
   * Result of one benchmark.
   *
   * @param score mean of all measurements
   * @param error half width of the 99.9 % confidence interval; 0 if it was not measured
   * @param unit unit of score and error, such as {@code ms/op}
   */
  record Row(double score, double error, String unit) {

    /** Returns whether the score is a time, and not a counter. */
    boolean isTime() {
      return unit.endsWith("/op") && !unit.startsWith("B") && !unit.startsWith("#");
    }
  }

  /** Writes these results to a file, and replaces an existing file. */
  void write(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    header.forEach((key, value) -> lines.add("# " + key + "\t" + value));
    lines.add(COLUMNS);
    rows.forEach(
        (name, row) ->
            lines.add(
                String.format(
                    Locale.ROOT,
                    "%s\t%.6g\t%.3g\t%s",
                    name,
                    row.score(),
                    row.error(),
                    row.unit())));
    Files.write(file, lines);
  }

  /**
   * Reads a file that {@link #write} wrote.
   *
   * @throws IOException if a line is malformed; the message names the file and the line
   */
  static ResultFile read(Path file) throws IOException {
    ResultFile result = new ResultFile(new LinkedHashMap<>(), new LinkedHashMap<>());
    int number = 0;
    for (String line : Files.readAllLines(file)) {
      number++;
      String[] parts = line.split("\t");
      try {
        if (line.startsWith("# ")) {
          result.header.put(parts[0].substring(2), parts[1]);
        } else if (!line.equals(COLUMNS)) {
          result.rows.put(
              parts[0],
              new Row(Double.parseDouble(parts[1]), Double.parseDouble(parts[2]), parts[3]));
        }
      } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
        throw new IOException(file + ", line " + number + " is malformed: " + line, e);
      }
    }
    return result;
  }
}
