package org.diffsynth.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/**
 * Runs JMH benchmarks and writes a {@link ResultFile}. The header of the file contains the system
 * property {@code commit}.
 *
 * <pre>{@code
 * bench/run.sh RESULTS.tsv [JMH options]
 * }</pre>
 */
public final class RunBenchmarks {

  private RunBenchmarks() {}

  /**
   * Runs the JMH benchmarks of this module and writes their results to a file.
   *
   * @param args result file, then options of JMH
   */
  public static void main(String[] args)
      throws CommandLineOptionException, RunnerException, IOException {
    if (args.length == 0 || args[0].startsWith("-")) {
      System.err.println("usage: java -jar benchmarks.jar RESULTS.tsv [JMH options]");
      System.exit(2);
    }
    Collection<RunResult> results =
        new Runner(new CommandLineOptions(Arrays.copyOfRange(args, 1, args.length))).run();
    Map<String, ResultFile.Row> rows = new LinkedHashMap<>();
    for (RunResult result : results) {
      BenchmarkParams params = result.getParams();
      String name = shortName(params.getBenchmark());
      String values =
          params.getParamsKeys().stream()
              .map(key -> key + "=" + params.getParam(key))
              .collect(Collectors.joining(","));
      rows.put(name + " " + values, row(result.getPrimaryResult()));
      result
          .getSecondaryResults()
          .forEach((label, second) -> rows.put(name + ":" + label + " " + values, row(second)));
    }
    new ResultFile(header(), rows).write(Path.of(args[0]));
  }

  private static String shortName(String benchmark) {
    String[] parts = benchmark.split("\\.");
    return parts[parts.length - 2] + "." + parts[parts.length - 1];
  }

  private static ResultFile.Row row(Result<?> result) {
    double error = result.getScoreError();
    return new ResultFile.Row(
        result.getScore(), Double.isNaN(error) ? 0 : error, result.getScoreUnit());
  }

  private static Map<String, String> header() throws IOException {
    Map<String, String> header = new LinkedHashMap<>();
    header.put(
        "machine", processor() + ", " + Runtime.getRuntime().availableProcessors() + " processors");
    header.put("jdk", System.getProperty("java.vm.version"));
    header.put("commit", System.getProperty("commit", "unknown"));
    return header;
  }

  private static String processor() throws IOException {
    Path info = Path.of("/proc/cpuinfo");
    if (Files.isReadable(info)) {
      for (String line : Files.readString(info, StandardCharsets.UTF_8).split("\n")) {
        if (line.startsWith("model name")) {
          return line.substring(line.indexOf(':') + 1).strip();
        }
      }
    }
    return System.getProperty("os.arch");
  }
}
