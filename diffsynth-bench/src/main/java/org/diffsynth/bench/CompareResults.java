package org.diffsynth.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Compares the times of two {@link ResultFile}s. A time counts as slower if the two confidence
 * intervals do not overlap and the mean grew by more than the tolerance.
 *
 * <pre>{@code
 * bench/compare.sh BEFORE.tsv AFTER.tsv [tolerance, 0.05]
 * }</pre>
 */
public final class CompareResults {

  private static final double TOLERANCE = 0.05;

  private CompareResults() {}

  /**
   * Compares two result files and prints one line for each benchmark.
   *
   * @param args file before, file after, and optionally the tolerance as a share; default 0.05
   */
  public static void main(String[] args) throws IOException {
    if (args.length < 2 || args.length > 3) {
      System.err.println("usage: CompareResults BEFORE.tsv AFTER.tsv [tolerance, 0.05]");
      System.exit(2);
    }
    ResultFile before = ResultFile.read(Path.of(args[0]));
    ResultFile after = ResultFile.read(Path.of(args[1]));
    if (!before.header().getOrDefault("machine", "").equals(after.header().get("machine"))) {
      System.out.println("the machines differ: their times cannot be compared");
    }
    Report report =
        compare(before, after, args.length == 3 ? Double.parseDouble(args[2]) : TOLERANCE);
    report.lines().forEach(System.out::println);
    System.exit(report.regressions() == 0 && report.compared() > 0 ? 0 : 1);
  }

  /**
   * Result of a comparison.
   *
   * @param lines one readable line for each time, and a summary
   * @param compared number of times that both files contain
   * @param regressions number of times that count as slower
   */
  record Report(List<String> lines, int compared, int regressions) {}

  static Report compare(ResultFile before, ResultFile after, double tolerance) {
    List<String> lines = new ArrayList<>();
    int compared = 0;
    int regressions = 0;
    for (Map.Entry<String, ResultFile.Row> entry : after.rows().entrySet()) {
      ResultFile.Row then = before.rows().get(entry.getKey());
      ResultFile.Row now = entry.getValue();
      if (then == null || !now.isTime()) {
        continue;
      }
      compared++;
      boolean apart = now.score() - now.error() > then.score() + then.error();
      boolean regression = apart && now.score() > then.score() * (1 + tolerance);
      regressions += regression ? 1 : 0;
      lines.add(
          String.format(
              Locale.ROOT,
              "%s %s: %.4g ± %.2g -> %.4g ± %.2g %s (%+.1f %%)",
              regression ? "SLOWER" : "ok",
              entry.getKey(),
              then.score(),
              then.error(),
              now.score(),
              now.error(),
              now.unit(),
              100 * (now.score() / then.score() - 1)));
    }
    lines.add(compared + " compared, " + regressions + " slower");
    return new Report(lines, compared, regressions);
  }
}
