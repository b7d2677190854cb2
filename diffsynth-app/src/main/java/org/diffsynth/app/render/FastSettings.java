package org.diffsynth.app.render;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.app.settings.SchedulerName;
import org.diffsynth.app.settings.SettingsTree;

/**
 * The settings of {@code --fast}, where the user has not set them. What a model was distilled for
 * is seen from the names of model and LoRAs, as their publishers write them ({@code
 * lcm-lora-sdv1-5}, {@code Hyper-SD15-4steps-lora}, {@code TCD-SD15-LoRA}), and from the
 * configuration of a folder.
 */
final class FastSettings {

  /** Steps of a model that was not distilled for few steps. */
  private static final int USUAL_STEPS = 8;

  private static final int DISTILLED_STEPS = 4;
  private static final String ATTENTION = "first_and_previous";
  private static final Pattern STEPS = Pattern.compile("(\\d+)[-_ ]?steps?");
  private static final Pattern CONDITIONED = Pattern.compile("\"time_cond_proj_dim\"\\s*:\\s*\\d");

  private static final Map<String, String> OPTIONS =
      Map.of(
          "sampling.steps", "--steps",
          "guidance.scale", "--guidance-scale",
          "sampling.scheduler", "--scheduler",
          "model.attention", "--attention");

  private FastSettings() {}

  /** What a model was distilled for. */
  private enum Distillation {
    NONE,
    LCM,
    TCD,
    /** Few steps of DDIM, as Hyper-SD. */
    DDIM
  }

  /**
   * Adds the settings that are not there.
   *
   * @param tree settings of the run, without values of the preset
   * @return the settings that were added, as options of the command line
   */
  static String addTo(SettingsTree tree) throws IOException {
    RenderSettings settings = tree.settings();
    List<String> names = names(settings);
    Distillation kind = kind(settings, names);
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("sampling.steps", steps(kind, names));
    boolean embedded = takesGuidance(settings.model().folder());
    if (!embedded) {
      values.put("guidance.scale", 1.0); // a second branch would double the time
    }
    values.put(
        "sampling.scheduler",
        switch (kind) {
          case NONE, DDIM -> SchedulerName.DDIM_TRAILING;
          case LCM -> SchedulerName.LCM;
          case TCD -> SchedulerName.TCD;
        });
    if (settings.preset().crossFrameAttention().references() == 0) {
      values.put("model.attention", ATTENTION);
    }
    values.keySet().removeIf(tree::has);
    values.forEach(tree::put);
    return values.isEmpty()
        ? "nothing, because all of its settings are given"
        : values.entrySet().stream()
            .map(it -> OPTIONS.get(it.getKey()) + " " + lowerCase(it.getValue()))
            .collect(Collectors.joining(", "));
  }

  private static String lowerCase(Object value) {
    return value.toString().toLowerCase(Locale.ROOT);
  }

  /** Returns the names of LoRAs and model, in lower case; those of LoRAs come first. */
  private static List<String> names(RenderSettings settings) {
    Path model = settings.model().folder();
    return Stream.concat(
            settings.model().loras().keySet().stream().map(Path::of),
            model == null ? Stream.empty() : Stream.of(model))
        .map(path -> path.toAbsolutePath().normalize().getFileName())
        .filter(name -> name != null)
        .map(name -> name.toString().toLowerCase(Locale.ROOT))
        .toList();
  }

  private static Distillation kind(RenderSettings settings, List<String> names) throws IOException {
    for (String name : names) {
      if (name.matches("(.*[^a-z])?lcm([^a-z].*)?")) {
        return Distillation.LCM;
      }
      if (name.matches("(.*[^a-z])?tcd([^a-z].*)?")) {
        return Distillation.TCD;
      }
      if (name.matches(".*(hyper-?sd|turbo|lightning).*")) {
        return Distillation.DDIM;
      }
    }
    Path model = settings.model().folder();
    if (takesGuidance(model)) {
      return Distillation.LCM;
    }
    String scheduler = text(model, "scheduler/scheduler_config.json");
    return scheduler.contains("\"LCMScheduler\"")
        ? Distillation.LCM
        : scheduler.contains("\"TCDScheduler\"") ? Distillation.TCD : Distillation.NONE;
  }

  /** Returns whether a UNet receives the guidance scale as an input, which costs no time. */
  private static boolean takesGuidance(Path model) throws IOException {
    return CONDITIONED.matcher(text(model, "unet/config.json")).find();
  }

  private static String text(Path model, String file) throws IOException {
    if (model == null || !Files.isRegularFile(model.resolve(file))) {
      return "";
    }
    return Files.readString(model.resolve(file));
  }

  private static int steps(Distillation kind, List<String> names) {
    if (kind == Distillation.NONE) {
      return USUAL_STEPS;
    }
    for (String name : names) {
      Matcher steps = STEPS.matcher(name);
      if (steps.find() && steps.group(1).length() <= 2) {
        return Math.max(1, Integer.parseInt(steps.group(1)));
      }
    }
    return DISTILLED_STEPS;
  }
}
