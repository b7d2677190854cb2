package org.diffsynth.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareResultsTest {

  private static ResultFile result(double score, double error, String unit) {
    return new ResultFile(
        Map.of("machine", "m"), Map.of("A.b size=1", new ResultFile.Row(score, error, unit)));
  }

  private static int regressions(ResultFile before, ResultFile after) {
    return CompareResults.compare(before, after, 0.05).regressions();
  }

  @Test
  void compare_slowerBeyondTheErrors_isARegression() {
    assertThat(regressions(result(10, 0.2, "ms/op"), result(11, 0.2, "ms/op"))).isOne();
  }

  @Test
  void compare_slowerWithinTheErrors_isNone() {
    assertThat(regressions(result(10, 0.6, "ms/op"), result(11, 0.6, "ms/op"))).isZero();
  }

  @Test
  void compare_slowerWithinTheTolerance_isNone() {
    assertThat(regressions(result(10, 0.1, "ms/op"), result(10.4, 0.1, "ms/op"))).isZero();
  }

  @Test
  void compare_countedBesideTheTime_isLeftOut() {
    CompareResults.Report report =
        CompareResults.compare(result(10, 0, "#"), result(99, 0, "#"), 0.05);

    assertThat(report.compared()).isZero();
  }

  @Test
  void write_readAgain_isTheSame(@TempDir Path folder) throws IOException {
    ResultFile written = result(12.5, 0.25, "ms/op");
    written.write(folder.resolve("r.tsv"));

    assertThat(ResultFile.read(folder.resolve("r.tsv"))).isEqualTo(written);
  }

  @Test
  void read_brokenLine_namesFileAndLine(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("r.tsv");
    Files.writeString(file, "# machine\tm\nA.b\tfast\t0\tms/op\n");

    assertThatThrownBy(() -> ResultFile.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("r.tsv, line 2 is malformed");
  }
}
