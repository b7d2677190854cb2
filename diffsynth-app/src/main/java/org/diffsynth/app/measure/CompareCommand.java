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
import java.util.concurrent.Callable;
import org.diffsynth.app.frames.ResizedSource;
import org.diffsynth.app.options.InputOptions;
import org.diffsynth.app.options.Verbosity;
import org.diffsynth.app.report.Comparison;
import org.diffsynth.app.report.Comparison.Metric;
import org.diffsynth.app.terminal.Interruption;
import org.diffsynth.app.terminal.ProgressLine;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Progress;
import org.diffsynth.frame.VideoFormat;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code diffsynth compare}. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = {
      "Measures several results of one video side by side.",
      "--html writes a page on which people choose blindly between two at a time."
    })
public final class CompareCommand implements Callable<Integer> {

  private static final int LABEL = 28;

  @Spec private CommandLine.Model.CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "RESULT", description = "Two or more videos.")
  private List<Path> results;

  @Option(
      names = "--guide",
      required = true,
      paramLabel = "PATH",
      description = "The steady video that all were made from.")
  private Path guide;

  @Option(
      names = "--style",
      paramLabel = "PATH",
      description = "The flickering input, for fidelity and sharpness.")
  private Path style;

  @Option(
      names = "--truth",
      paramLabel = "PATH",
      description = "The known steady result, where there is one.")
  private Path truth;

  @Option(
      names = "--html",
      paramLabel = "FILE.html",
      description = "Write a page for a blind vote; it reveals names and numbers at its end.")
  private Path html;

  @Option(names = "--json", description = "Print a JSON object with one object for each result.")
  private boolean json;

  @Mixin private InputOptions input;
  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() throws IOException {
    if (results.size() < 2) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "two results or more are compared, got " + results);
    }
    if (html != null && Files.isDirectory(html)) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--html must name a file, and " + html + " is a folder");
    }
    List<String> names = names(results);
    ProgressLine progress = verbosity.progress();
    try (Interruption interruption = Interruption.watch(progress);
        Sources sources = new Sources()) {
      VideoFormat format = sources.add(results.get(0), null);
      for (Path result : results.subList(1, results.size())) {
        sources.add(result, format);
      }
      sources.add(guide, format);
      sources.add(style, format);
      sources.add(truth, format);
      try (Comparison comparison = new Comparison(names, format, html != null)) {
        read(sources, comparison, format.frameCount(), interruption);
        progress.endLine();
        Map<Metric, List<Double>> numbers = comparison.numbers();
        verbosity.out().println(json ? toJson(names, numbers) : toTable(names, numbers));
        verbosity.out().flush();
        if (html != null) {
          comparison.write(html);
          if (!json) {
            verbosity.say("wrote %s", html);
          }
        }
      }
    } finally {
      progress.endLine();
    }
    return 0;
  }

  private void read(Sources sources, Comparison comparison, long total, Interruption interruption)
      throws IOException {
    for (long done = 1; ; done++) {
      interruption.checkCancelled();
      List<Frame> frames = sources.read();
      if (frames.get(0) == null) {
        return;
      }
      int last = results.size();
      comparison.add(
          frames.get(last), frames.subList(0, last), frames.get(last + 1), frames.get(last + 2));
      interruption.progress(
          new Progress("compare", (double) done / total, done, total, Optional.empty()));
    }
  }

  /** Everything that is read, frame by frame; what is not given yields nulls. */
  private final class Sources implements AutoCloseable {

    private final List<FrameSource> sources = new ArrayList<>();

    /** Opens another, to be like {@code like} where there is one. */
    VideoFormat add(Path path, VideoFormat like) throws IOException {
      if (path == null) {
        sources.add(null);
        return null;
      }
      FrameSource source = input.open(path);
      sources.add(source);
      VideoFormat format = source.format();
      if (like == null) {
        return format;
      }
      if (format.frameCount() != like.frameCount()) {
        throw new IOException(
            "%s has %d frames and %s has %d; cut them to the same length"
                .formatted(path, format.frameCount(), results.get(0), like.frameCount()));
      }
      if (!format.sameSize(like)) {
        if (!input.resize()) {
          throw new IOException(
              "%s is %s and %s is %s; --resize scales it"
                  .formatted(path, format.size(), results.get(0), like.size()));
        }
        sources.set(sources.size() - 1, new ResizedSource(source, like.size()));
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
      for (FrameSource source : sources) {
        if (source != null) {
          source.close();
        }
      }
    }
  }

  /** File names where these tell the results apart, else whole paths, numbered if need be. */
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
      numbered.add("%s (%d)".formatted(path, numbered.size() + 1));
    }
    return numbered;
  }

  private static String toTable(List<String> names, Map<Metric, List<Double>> numbers) {
    StringBuilder table = new StringBuilder(" ".repeat(LABEL));
    names.forEach(name -> table.append(cell(name, width(name))));
    numbers.forEach(
        (metric, row) -> {
          table
              .append(System.lineSeparator())
              .append(("%-" + LABEL + "s").formatted(metric.label()));
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
