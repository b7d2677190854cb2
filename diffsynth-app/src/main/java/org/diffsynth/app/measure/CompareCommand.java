package org.diffsynth.app.measure;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.diffsynth.app.options.InputOptions;
import org.diffsynth.app.report.Comparison;
import org.diffsynth.app.report.Comparison.Metric;
import org.diffsynth.app.terminal.AppCommand;
import org.diffsynth.app.terminal.CommandMonitor;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.compute.Closer;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor.Progress;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.text.Text;
import org.diffsynth.io.FrameSources;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Command {@code diffsynth compare}: measures several results of one video side by side. */
@Command(
    name = "compare",
    customSynopsis = "diffsynth compare --guide PATH [OPTIONS] RESULT RESULT...",
    description =
        "Measures several results of one video side by side. --html writes a page on which people"
            + " vote blindly between two results at a time.")
public final class CompareCommand extends AppCommand {

  private static final int LABEL_COLUMNS = 28;

  @ArgGroup(validate = false, order = 10, heading = "%nInput:%n")
  private Input input = new Input();

  private static final class Input extends InputOptions {

    @Parameters(
        arity = "0..*",
        paramLabel = "RESULT",
        description = "The videos that are compared, at least two. Required.")
    private List<Path> results = new ArrayList<>();

    @Option(
        names = "--guide",
        order = 1,
        required = true,
        paramLabel = "PATH",
        description = "The steady video that all results were made from. Required.")
    private Path guide;

    @Option(
        names = "--style",
        order = 2,
        paramLabel = "PATH",
        description =
            "The flickering input of the results. Default: fidelity and sharpness are not measured.")
    private Path style;

    @Option(
        names = "--truth",
        order = 3,
        paramLabel = "PATH",
        description =
            "The known steady result, if there is one. Default: nothing is measured against it.")
    private Path truth;
  }

  @ArgGroup(validate = false, order = 20, heading = "%nOutput:%n")
  private Output output = new Output();

  private static final class Output {

    @Option(
        names = "--html",
        order = 1,
        paramLabel = "FILE.html",
        description =
            "Write a page for a blind vote, which reveals names and numbers at its end. Default: no"
                + " page.")
    private Path html;

    @Option(
        names = "--json",
        order = 2,
        description = "Print a JSON object with one object per result. Default: print a table.")
    private boolean json;
  }

  @Override
  public Integer call() throws IOException {
    List<Path> results = input.results;
    UsageException.check(
        results.size() >= 2, "two or more results are compared, but got " + results);
    UsageException.check(
        output.html == null || !Files.isDirectory(output.html),
        "--html must name a file, but " + output.html + " is a folder");
    List<String> names = names(results);
    try (CommandMonitor monitor = monitor();
        Sources sources = new Sources()) {
      VideoFormat format = sources.add(results.get(0), null);
      for (Path result : results.subList(1, results.size())) {
        sources.add(result, format);
      }
      sources.add(input.guide, format);
      sources.add(input.style, format);
      sources.add(input.truth, format);
      try (Comparison comparison = new Comparison(names, format, output.html != null)) {
        read(sources, comparison, format.frameCount(), monitor);
        monitor.endLine();
        Map<Metric, List<Double>> numbers = comparison.numbers();
        out().println(output.json ? toJson(names, numbers) : toTable(names, numbers));
        out().flush();
        if (output.html != null) {
          comparison.write(output.html);
          if (!output.json) {
            say("wrote %s", output.html);
          }
        }
      }
    }
    return 0;
  }

  private void read(Sources sources, Comparison comparison, long total, CommandMonitor monitor)
      throws IOException {
    for (long done = 1; ; done++) {
      monitor.checkCancelled();
      List<Frame> frames = sources.read();
      if (frames.get(0) == null) {
        return;
      }
      int last = input.results.size();
      comparison.add(
          frames.get(last), frames.subList(0, last), frames.get(last + 1), frames.get(last + 2));
      monitor.progress(
          new Progress("compare", (double) done / total, done, total, Optional.empty()));
    }
  }

  /** All videos, which are read in step. A video that is not given has null frames. */
  private final class Sources implements AutoCloseable {

    private final Closer open = new Closer();
    private final List<FrameSource> sources = new ArrayList<>();

    /** Opens a video, which must have the format {@code like} unless that is null. */
    VideoFormat add(Path path, VideoFormat like) throws IOException {
      if (path == null) {
        sources.add(null);
        return null;
      }
      FrameSource source = open.add(input.open(path));
      sources.add(source);
      VideoFormat format = source.format();
      if (like == null) {
        return format;
      }
      if (format.frameCount() != like.frameCount()) {
        throw new IOException(
            Text.format(
                "%s has %d frames and %s has %d; cut them to the same length",
                path, format.frameCount(), input.results.get(0), like.frameCount()));
      }
      if (!format.sameSize(like)) {
        if (!input.resize()) {
          throw new IOException(
              Text.format(
                  "%s is %s and %s is %s; --resize scales it",
                  path, format.size(), input.results.get(0), like.size()));
        }
        sources.set(sources.size() - 1, FrameSources.resized(source, like.size()));
      }
      return format;
    }

    List<Frame> read() throws IOException {
      List<Frame> frames = new ArrayList<>();
      for (FrameSource source : sources) {
        frames.add(source == null ? null : source.read());
      }
      return frames;
    }

    @Override
    public void close() throws IOException {
      open.closeFiles();
    }
  }

  /**
   * Returns a name for each result: file names if they all differ, otherwise paths, and if these do
   * not differ either, numbered paths.
   */
  public static List<String> names(List<Path> results) {
    List<String> names =
        results.stream().map(path -> path.toAbsolutePath().getFileName().toString()).toList();
    if (names.stream().distinct().count() == names.size()) {
      return names;
    }
    List<String> paths = results.stream().map(Path::toString).toList();
    if (paths.stream().distinct().count() == paths.size()) {
      return paths;
    }
    List<String> numbered = new ArrayList<>();
    for (String path : paths) {
      numbered.add(Text.format("%s (%d)", path, numbered.size() + 1));
    }
    return numbered;
  }

  private static String toTable(List<String> names, Map<Metric, List<Double>> numbers) {
    StringBuilder table = new StringBuilder(" ".repeat(LABEL_COLUMNS));
    names.forEach(name -> table.append(cell(name, width(name))));
    numbers.forEach(
        (metric, row) -> {
          table
              .append(System.lineSeparator())
              .append(Text.format("%-" + LABEL_COLUMNS + "s", metric.label()));
          for (int i = 0; i < row.size(); i++) {
            table.append(cell(metric.format(row.get(i)), width(names.get(i))));
          }
        });
    return table.toString();
  }

  private static int width(String name) {
    return Math.max(10, name.length()) + 2;
  }

  private static String cell(String text, int width) {
    return " ".repeat(Math.max(0, width - text.length())) + text;
  }

  private static String toJson(List<String> names, Map<Metric, List<Double>> numbers)
      throws IOException {
    Map<String, Map<String, Double>> json = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      Map<String, Double> result = new LinkedHashMap<>();
      for (Map.Entry<Metric, List<Double>> row : numbers.entrySet()) {
        double number = row.getValue().get(i);
        result.put(
            row.getKey().name().toLowerCase(Locale.ROOT), Double.isFinite(number) ? number : null);
      }
      json.put(names.get(i), result);
    }
    return new ObjectMapper().writeValueAsString(json);
  }
}
