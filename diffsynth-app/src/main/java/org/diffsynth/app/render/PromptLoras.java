package org.diffsynth.app.render;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.app.terminal.Suggestions;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.internal.text.Text;

/**
 * LoRAs that prompts name in the notation of web interfaces, {@code <lora:NAME:0.8>}. The notation
 * is removed from the prompts, and the file NAME.safetensors of the LoRA folder or one of its
 * subfolders is added to the LoRAs of the model.
 */
final class PromptLoras {
  private static final Pattern TAG =
      Pattern.compile("<(?:lora|lyco|locon)\\s*:\\s*([^<>:]+?)\\s*(:[^<>]*)?>");
  private static final String ENDING = ".safetensors";
  private static final int MOST_FILES = 100_000;

  private final RenderSettings settings;
  private final Consumer<String> warnings;
  private final Map<String, Double> loras;
  private final Set<String> withoutFolder = new LinkedHashSet<>();
  private List<Path> files;

  private PromptLoras(RenderSettings settings, Consumer<String> warnings) {
    this.settings = settings;
    this.warnings = warnings;
    this.loras = new LinkedHashMap<>(settings.model().loras());
  }

  /**
   * Returns the settings with the LoRAs of their prompts.
   *
   * @param warnings receives one line for the LoRAs that no folder was given for
   * @throws IOException if the LoRA folder or a LoRA in it is missing, or a name is ambiguous
   * @throws UsageException if a scale is not a number
   */
  static RenderSettings applied(RenderSettings settings, Consumer<String> warnings)
      throws IOException {
    return new PromptLoras(settings, warnings).applied();
  }

  private RenderSettings applied() throws IOException {
    String prompt = without(settings.guidance().prompt());
    String negative = without(settings.guidance().negativePrompt());
    String source = without(settings.sampling().start().inversion().prompt());
    if (!withoutFolder.isEmpty()) {
      warnings.accept(
          Text.format(
              "the prompt names %s, but no folder of LoRAs was given: it is left out and has no"
                  + " effect; give the folder with --lora-dir DIR, or the file with --lora FILE=X",
              String.join(", ", withoutFolder)));
    }
    return settings.withPrompts(prompt, negative, source).withLoras(loras);
  }

  private String without(String prompt) throws IOException {
    if (prompt == null) {
      return null;
    }
    Matcher tag = TAG.matcher(prompt);
    StringBuilder rest = new StringBuilder();
    while (tag.find()) {
      add(tag.group(), tag.group(1), tag.group(2));
      tag.appendReplacement(rest, "");
    }
    return tag.appendTail(rest).toString();
  }

  private void add(String tag, String name, String arguments) throws IOException {
    double scale = scale(tag, arguments);
    if (settings.model().loraFolder() == null) {
      boolean given =
          settings.model().loras().keySet().stream()
              .anyMatch(file -> stem(Path.of(file)).equalsIgnoreCase(name));
      if (!given) {
        withoutFolder.add(tag);
      }
      return;
    }
    loras.merge(find(name).toString(), scale, Double::sum);
  }

  /** Reads {@code :0.8}, {@code :TEXT_ENCODER:UNET} or {@code :unet=0.8}. */
  private double scale(String tag, String arguments) {
    List<Double> scales = new ArrayList<>();
    if (arguments != null) {
      for (String argument : arguments.substring(1).split(":")) {
        String value = argument.strip().replaceFirst("^(te|unet)\\s*=", "").strip();
        try {
          scales.add(Double.parseDouble(value));
        } catch (NumberFormatException e) {
          throw new UsageException(
              Text.format("%s: the scale must be a number, but was '%s'", tag, value));
        }
      }
    }
    double scale = scales.isEmpty() ? 1 : scales.get(Math.min(1, scales.size() - 1));
    if (scales.stream().distinct().count() > 1) {
      warnings.accept(
          Text.format(
              "%s has several scales; %s is used for text encoder and UNet alike",
              tag, Double.toString(scale)));
    }
    return scale;
  }

  private Path find(String name) throws IOException {
    Path folder = settings.model().loraFolder();
    if (files == null) {
      if (!Files.isDirectory(folder)) {
        throw new IOException("the folder of LoRAs " + folder + " (--lora-dir) is not a folder");
      }
      try (Stream<Path> all = Files.walk(folder)) {
        files =
            all.limit(MOST_FILES)
                .filter(file -> lower(file.getFileName().toString()).endsWith(ENDING))
                .sorted()
                .toList();
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }
    String wanted = lower(name.replaceFirst("(?i)\\.safetensors$", ""));
    List<Path> found =
        files.stream()
            .filter(
                file ->
                    lower(stem(file)).equals(wanted)
                        || lower(relative(folder, file)).equals(wanted + ENDING))
            .toList();
    if (found.size() == 1) {
      return found.get(0);
    }
    List<Path> exact = found.stream().filter(file -> stem(file).equals(name)).toList();
    if (exact.size() == 1) {
      return exact.get(0);
    }
    throw new IOException(
        found.isEmpty()
            ? missing(folder, name)
            : Text.format("%s has several LoRAs of the name '%s': %s", folder, name, found));
  }

  private String missing(Path folder, String name) {
    List<String> names = files.stream().map(PromptLoras::stem).toList();
    return Text.format(
        "%s (--lora-dir) has no LoRA '%s': there is no %s%s in it%s",
        folder,
        name,
        name,
        ENDING,
        Suggestions.nearest(name, names)
            .map(near -> "; did you mean '" + near + "'?")
            .orElse("; it has " + names.size() + " others"));
  }

  private static String relative(Path folder, Path file) {
    return folder.relativize(file).toString().replace('\\', '/');
  }

  private static String stem(Path file) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
