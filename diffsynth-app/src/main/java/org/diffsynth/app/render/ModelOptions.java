package org.diffsynth.app.render;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.diffsynth.Pipeline;
import org.diffsynth.app.options.ByteCount;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.diffusion.Scheduler;
import org.diffsynth.diffusion.TimestepSpacing;
import org.diffsynth.diffusion.VaeTiling;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The model of a rendering command, how it is run, and on what. */
public final class ModelOptions {

  private static final int USUAL_OVERLAP = 128;

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Model folder in the layout of 'optimum-cli export onnx'.")
  private Path model;

  @Option(
      names = "--lora",
      paramLabel = "FILE[=X]",
      description =
          "A LoRA (.safetensors) added to the model's weights, and how much of it. Default: 1. May"
              + " be given several times.",
      mapFallbackValue = "1")
  private Map<String, Double> loras = new LinkedHashMap<>();

  @Option(
      names = "--attention",
      paramLabel = "MODE",
      description =
          "Which frames a frame looks at: none, first_frame, first_and_previous, neighbours, joint"
              + " (or joint:WINDOW:STRIDE), or a list such as first,-1,0,1 or reference,-1,0."
              + " Default: the preset's.")
  private String attention;

  @Option(names = "--scheduler", paramLabel = "NAME", description = "${COMPLETION-CANDIDATES}.")
  private RenderSettings.Solver scheduler;

  @Option(
      names = "--clip-skip",
      paramLabel = "N",
      description = "1 is all layers of the text encoder.")
  private Integer clipSkip;

  @Option(
      names = "--vae-tile",
      paramLabel = "N[:OVERLAP]",
      description =
          "Take pictures larger than N x N pixels through the VAE in tiles; 0 never. Default: 512,"
              + " for pictures of more than 1024 x 1024.")
  private String vaeTile;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "Where the model runs: auto, cpu, cuda, …")
  private String device;

  @Option(
      names = "--frames-per-call",
      paramLabel = "N",
      description = "Frames in one model call. Default: what --model-memory allows.")
  private Integer framesPerCall;

  @Option(
      names = "--model-memory",
      paramLabel = "SIZE",
      converter = ByteCount.class,
      description =
          "Memory for one model call, such as 4G: decides how many frames go together, never the"
              + " result. Default: a quarter of the machine's on the CPU, 4G elsewhere.")
  private Long memory;

  @Option(
      names = "--guidance-in-two-calls",
      description = "Half the memory of a model call; the same result.")
  private boolean guidanceInTwoCalls;

  /** Where models run. */
  String device() {
    return device;
  }

  /** Takes out of settings what no option gives, and tells them all. */
  void merge(RenderSettings settings) throws IOException {
    settings.model = model == null ? settings.model : model.toString();
    loras.forEach((file, scale) -> settings.loras.put(file, scale));
    settings.attention = attention == null ? settings.attention : attention;
    settings.scheduler = scheduler == null ? settings.scheduler : scheduler;
    settings.clipSkip = clipSkip == null ? settings.clipSkip : clipSkip;
    settings.vaeTile = vaeTile == null ? settings.vaeTile : vaeTile;
    for (String file : settings.loras.keySet()) {
      if (!Files.isRegularFile(Path.of(file))) {
        throw new IOException("the LoRA " + file + " is no file");
      }
    }
  }

  /** Says all of it to a pipeline. */
  void apply(RenderSettings settings, Pipeline.Builder builder) {
    builder.model(Path.of(settings.model));
    settings.loras.forEach((file, scale) -> builder.lora(Path.of(file), scale.floatValue()));
    if (settings.attention != null) {
      builder.crossFrameAttention(checked("--attention", settings.attention, AttentionName::parse));
    }
    if (settings.scheduler != null) {
      builder.scheduler(scheduler(settings.scheduler));
    }
    if (settings.clipSkip != null) {
      builder.clipSkip(settings.clipSkip);
    }
    if (settings.vaeTile != null) {
      builder.vaeTiling(checked("--vae-tile", settings.vaeTile, ModelOptions::tiling));
    }
  }

  /** Adds where models compute to where patches are matched. */
  ComputeOptions compute(ComputeOptions engine) {
    ComputeOptions compute = engine.withDevice(device).withGuidanceInTwoCalls(guidanceInTwoCalls);
    if (framesPerCall != null) {
      compute = compute.withFramesPerCall(framesPerCall);
    }
    return memory == null ? compute : compute.withModelMemory(memory);
  }

  /** Reads an option's value. */
  private interface Parser<T> {
    T parse(String text);
  }

  private <T> T checked(String option, String text, Parser<T> parser) {
    try {
      return parser.parse(text);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "%s %s: %s".formatted(option, text, e.getMessage()));
    }
  }

  private static VaeTiling tiling(String text) {
    String[] parts = text.split(":", 2);
    try {
      int tile = Integer.parseInt(parts[0]);
      if (tile == 0) {
        return VaeTiling.NONE;
      }
      int overlap =
          parts.length > 1 ? Integer.parseInt(parts[1]) : Math.min(USUAL_OVERLAP, tile / 2);
      return VaeTiling.of(tile, overlap);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("expected N or N:OVERLAP, in pixels", e);
    }
  }

  private static Scheduler scheduler(RenderSettings.Solver solver) {
    return switch (solver) {
      case DDIM -> Scheduler.ddim(TimestepSpacing.LEADING);
      case DDIM_PAPER -> Scheduler.ddim(TimestepSpacing.TRAILING);
      case DDIM_AUTHORS -> Scheduler.ddim(TimestepSpacing.LINSPACE_ALL_STEPS);
      case EULER -> Scheduler.euler(TimestepSpacing.LINSPACE);
      case DPM -> Scheduler.dpmSolver(TimestepSpacing.LINSPACE);
    };
  }
}
