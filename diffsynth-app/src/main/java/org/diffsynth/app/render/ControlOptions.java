package org.diffsynth.app.render;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.control.ControlNet;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The ControlNets of a rendering command. */
public final class ControlOptions {

  private static final Pattern PART = Pattern.compile("([0-9.]+)-([0-9.]+)");

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--control",
      paramLabel = "NAME=DIR",
      description = "A ControlNet's folder; may be given several times.")
  private Map<String, Path> folders = new LinkedHashMap<>();

  @Option(
      names = "--control-scale",
      paramLabel = "NAME=X",
      description = "Its scale, 0 to 10. Default: 1.")
  private Map<String, Double> scales = new LinkedHashMap<>();

  @Option(
      names = "--control-part",
      paramLabel = "NAME=A-B",
      description = "The part of the run it works in, as shares of the steps. Default: 0-1.")
  private Map<String, String> parts = new LinkedHashMap<>();

  @Option(
      names = "--control-video",
      paramLabel = "NAME=PATH",
      description =
          "Its control pictures: a video as long as the input, or one picture. Default: made from"
              + " the input for softedge, canny, lineart and tile.")
  private Map<String, Path> videos = new LinkedHashMap<>();

  @Option(
      names = "--reference-control",
      paramLabel = "NAME=PICTURE",
      description = "Its picture for the reference, where the task has one. Default: black.")
  private Map<String, Path> references = new LinkedHashMap<>();

  /** Tells settings what the options say. */
  void merge(RenderSettings settings) {
    folders.forEach((name, folder) -> settings.control(name).folder = folder.toString());
    scales.forEach((name, scale) -> settings.control(name).scale = scale);
    parts.forEach((name, part) -> settings.control(name).part = part);
    videos.forEach((name, video) -> settings.control(name).video = video.toString());
    references.forEach((name, file) -> settings.control(name).reference = file.toString());
  }

  /** A ControlNet as settings have it, without its pictures. */
  ControlNet net(RenderSettings.Control control) {
    try {
      ControlNet net = ControlNet.of(control.name, Path.of(control.folder));
      if (control.scale != null) {
        net = net.withScale(control.scale.floatValue());
      }
      return control.part == null ? net : within(net, control.part);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "the ControlNet %s: %s".formatted(control.name, e.getMessage()));
    }
  }

  private static ControlNet within(ControlNet net, String part) {
    Matcher ends = PART.matcher(part);
    if (!ends.matches()) {
      throw new IllegalArgumentException(
          "expected a part such as 0-0.5, found '%s'".formatted(part));
    }
    return net.withRange(Double.parseDouble(ends.group(1)), Double.parseDouble(ends.group(2)));
  }
}
