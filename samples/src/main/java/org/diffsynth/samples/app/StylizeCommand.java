package org.diffsynth.samples.app;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.diffsynth.Frame;
import org.diffsynth.FrameSource;
import org.diffsynth.Pipeline;
import org.diffsynth.Preset;
import org.diffsynth.RenderRequest;
import org.diffsynth.Video;
import org.diffsynth.control.ControlNet;
import org.diffsynth.deflicker.BlendMode;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.DdimScheduler;
import org.diffsynth.diffusion.DpmSolverScheduler;
import org.diffsynth.diffusion.EulerScheduler;
import org.diffsynth.diffusion.Scheduler;
import org.diffsynth.video.VideoFiles;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code diffsynth stylize}. */
@Command(
    name = "stylize",
    mixinStandardHelpOptions = true,
    description = {
      "Renders a video with a Stable Diffusion 1.5 class model, deflickered inside the loop.",
      "Writes its settings beside the result (NAME.json); --settings takes them back."
    })
final class StylizeCommand implements Callable<Integer> {

  private static final int JOINT_WINDOW = 16;

  @Spec private CommandLine.Model.CommandSpec spec;

  @Option(
      names = "--settings",
      paramLabel = "FILE.json",
      description = "Start from these; options given here win.")
  private Path settingsFile;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Model folder in the layout of 'optimum-cli export onnx'.")
  private Path model;

  @Option(names = "--input", paramLabel = "PATH", description = "The video that is made anew.")
  private Path input;

  @Option(names = "--prompt", paramLabel = "TEXT", description = "What to see; (word:1.2) weighs.")
  private String prompt;

  @Option(names = "--negative-prompt", paramLabel = "TEXT", description = "What not to see.")
  private String negativePrompt;

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description = "${COMPLETION-CANDIDATES}. Default: TEXT_GUIDED_STYLIZATION.")
  private Preset preset;

  @Option(names = "--steps", paramLabel = "N", description = "Denoising steps.")
  private Integer steps;

  @Option(
      names = "--guidance-scale",
      paramLabel = "X",
      description = "How strictly to follow the prompt.")
  private Double guidanceScale;

  @Option(names = "--strength", paramLabel = "X", description = "How much is made anew, to 1.")
  private Double strength;

  @Option(names = "--seed", paramLabel = "N", description = "Seed of the shared noise. Default: 0.")
  private Long seed;

  @Option(
      names = "--size",
      paramLabel = "WxH",
      description = "Size of the result. Default: the input's.")
  private String size;

  @Option(names = "--attention", paramLabel = "MODE", description = "${COMPLETION-CANDIDATES}.")
  private StylizeSettings.Attention attention;

  @Option(names = "--scheduler", paramLabel = "NAME", description = "${COMPLETION-CANDIDATES}.")
  private StylizeSettings.Solver scheduler;

  @Option(
      names = "--clip-skip",
      paramLabel = "N",
      description = "1 is all layers of the text encoder.")
  private Integer clipSkip;

  @Option(
      names = "--control",
      paramLabel = "NAME=DIR",
      description = "A ControlNet's folder; may be given several times.")
  private Map<String, Path> controls = new LinkedHashMap<>();

  @Option(
      names = "--control-scale",
      paramLabel = "NAME=X",
      description = "Its scale, 0 to 10. Default: 1.")
  private Map<String, Double> controlScales = new LinkedHashMap<>();

  @Option(
      names = "--control-video",
      paramLabel = "NAME=PATH",
      description = "Its control pictures: a video as long as the input, or one picture.")
  private Map<String, Path> controlVideos = new LinkedHashMap<>();

  @Option(
      names = "--deflicker-every",
      paramLabel = "N",
      description = "Deflicker at every so many steps; 0 never. Default: the preset's.")
  private Integer deflickerEvery;

  @Option(
      names = "--deflicker-mode",
      paramLabel = "MODE",
      description = "${COMPLETION-CANDIDATES}.")
  private BlendMode deflickerMode;

  @Option(names = "--deflicker-window", paramLabel = "N", description = "Frames on each side.")
  private Integer deflickerWindow;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "auto, cpu, cuda, …")
  private String device;

  @Option(names = "--frames-per-call", paramLabel = "N", description = "Frames in one model call.")
  private Integer framesPerCall;

  @Mixin private InputOptions inputs;
  @Mixin private OutputOptions output;
  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() throws IOException {
    StylizeSettings settings = settings();
    ProgressLine progress = verbosity.progress();
    try (Interruption interruption = Interruption.watch(progress);
        FrameSource frames = inputs.open(Path.of(settings.input));
        Pipeline pipeline = pipeline(settings)) {
      RenderRequest request = request(settings);
      output.write(
          frames.format().frameRate(),
          Path.of(settings.input),
          Frame.Depth.UINT8,
          sink -> pipeline.render(frames, request, sink, interruption));
    } finally {
      progress.endLine();
    }
    Path beside = output.path().resolveSibling(output.path().getFileName() + ".json");
    settings.write(beside, modelFiles(settings));
    verbosity.say("wrote %s and %s", output.path(), beside);
    return 0;
  }

  private StylizeSettings settings() throws IOException {
    StylizeSettings all =
        settingsFile == null ? new StylizeSettings() : StylizeSettings.read(settingsFile);
    all.model = model == null ? all.model : model.toString();
    all.input = input == null ? all.input : input.toString();
    all.prompt = either(prompt, all.prompt);
    all.negativePrompt = either(negativePrompt, all.negativePrompt);
    all.preset = either(either(preset, all.preset), Preset.TEXT_GUIDED_STYLIZATION);
    all.steps = either(steps, all.steps);
    all.guidanceScale = either(guidanceScale, all.guidanceScale);
    all.strength = either(strength, all.strength);
    all.seed = either(either(seed, all.seed), 0L);
    all.attention = either(attention, all.attention);
    all.scheduler = either(scheduler, all.scheduler);
    all.clipSkip = either(clipSkip, all.clipSkip);
    all.deflickerEvery = either(deflickerEvery, all.deflickerEvery);
    all.deflickerMode = either(deflickerMode, all.deflickerMode);
    all.deflickerWindow = either(deflickerWindow, all.deflickerWindow);
    if (size != null) {
      int[] sides = SceneCommand.sides(size, spec);
      all.width = sides[0];
      all.height = sides[1];
    }
    controls.forEach((name, folder) -> control(all, name).folder = folder.toString());
    controlScales.forEach((name, scale) -> control(all, name).scale = scale);
    controlVideos.forEach((name, video) -> control(all, name).video = video.toString());
    require(all.model, "--model");
    require(all.input, "--input");
    require(all.prompt, "--prompt");
    all.controls.forEach(control -> require(control.folder, "--control " + control.name + "=DIR"));
    return all;
  }

  private static <T> T either(T given, T otherwise) {
    return given != null ? given : otherwise;
  }

  private void require(String value, String option) {
    if (value == null) {
      throw wrongUse(option + " is missing; give it here or in --settings");
    }
  }

  private CommandLine.ParameterException wrongUse(String message) {
    return new CommandLine.ParameterException(spec.commandLine(), message);
  }

  private static StylizeSettings.Control control(StylizeSettings all, String name) {
    return all.controls.stream()
        .filter(control -> control.name.equals(name))
        .findFirst()
        .orElseGet(
            () -> {
              StylizeSettings.Control control = new StylizeSettings.Control();
              control.name = name;
              all.controls.add(control);
              return control;
            });
  }

  private Pipeline pipeline(StylizeSettings settings) throws IOException {
    Pipeline.Builder builder =
        Pipeline.builder(settings.preset).model(Path.of(settings.model)).device(device);
    for (StylizeSettings.Control control : settings.controls) {
      builder.controlNet(
          ControlNet.of(control.name, Path.of(control.folder))
              .scale(control.scale == null ? 1 : control.scale.floatValue()));
    }
    if (settings.attention != null) {
      builder.crossFrameAttention(attention(settings.attention));
    }
    if (settings.scheduler != null) {
      builder.scheduler(scheduler(settings.scheduler));
    }
    if (settings.clipSkip != null) {
      builder.clipSkip(settings.clipSkip);
    }
    if (framesPerCall != null) {
      builder.framesPerCall(framesPerCall);
    }
    deflicker(settings, builder);
    return builder.build();
  }

  private void deflicker(StylizeSettings settings, Pipeline.Builder builder) {
    if (settings.deflickerEvery == null) {
      if (settings.deflickerMode != null || settings.deflickerWindow != null) {
        throw wrongUse("--deflicker-mode and --deflicker-window need --deflicker-every");
      }
      return;
    }
    if (settings.deflickerEvery == 0) {
      builder.withoutDeflicker();
      return;
    }
    PatchBlending blending =
        PatchBlending.of(
            either(settings.deflickerMode, BlendMode.FAST), either(settings.deflickerWindow, 15));
    builder.deflicker(LatentDeflicker.every(settings.deflickerEvery).then(blending).andFinal());
  }

  private static CrossFrameAttention attention(StylizeSettings.Attention attention) {
    return switch (attention) {
      case NONE -> CrossFrameAttention.NONE;
      case FIRST_FRAME -> CrossFrameAttention.FIRST_FRAME;
      case FIRST_AND_PREVIOUS -> CrossFrameAttention.FIRST_AND_PREVIOUS;
      case NEIGHBOURS -> CrossFrameAttention.pattern(CrossFrameAttention.FIRST, -1, 0, 1);
      case JOINT -> CrossFrameAttention.joint(JOINT_WINDOW, JOINT_WINDOW / 2);
    };
  }

  private static Scheduler scheduler(StylizeSettings.Solver solver) {
    return switch (solver) {
      case DDIM -> DdimScheduler.DIFFUSERS;
      case EULER -> EulerScheduler.DEFAULT;
      case DPM -> DpmSolverScheduler.DEFAULT;
    };
  }

  private RenderRequest request(StylizeSettings settings) throws IOException {
    RenderRequest request = RenderRequest.of(settings.prompt).withSeed(settings.seed);
    if (settings.negativePrompt != null) {
      request = request.withNegativePrompt(settings.negativePrompt);
    }
    if (settings.steps != null) {
      request = request.withSteps(settings.steps);
    }
    if (settings.guidanceScale != null) {
      request = request.withGuidanceScale(settings.guidanceScale);
    }
    if (settings.strength != null) {
      request = request.withStrength(settings.strength);
    }
    if (settings.width != null) {
      request = request.withSize(settings.width, settings.height);
    }
    Map<String, Video> videos = new HashMap<>();
    for (StylizeSettings.Control control : settings.controls) {
      if (control.video == null) {
        throw new IOException(
            "the ControlNet %s needs its pictures: --control-video %s=PATH"
                .formatted(control.name, control.name));
      }
      try (FrameSource source = VideoFiles.open(Path.of(control.video))) {
        videos.put(control.name, Video.readAll(source));
      }
    }
    return videos.isEmpty() ? request : request.withControlVideos(videos);
  }

  private static Map<String, String> modelFiles(StylizeSettings settings) throws IOException {
    Map<String, String> hashes = new LinkedHashMap<>();
    for (String folder :
        Stream.concat(
                Stream.of(settings.model),
                settings.controls.stream().map(control -> control.folder))
            .toList()) {
      try (Stream<Path> files = Files.walk(Path.of(folder))) {
        List<Path> models =
            files.filter(file -> file.toString().endsWith(".onnx")).sorted().toList();
        for (Path file : models) {
          hashes.put(Path.of(folder).relativize(file).toString(), sha256(file));
        }
      }
    }
    return hashes;
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file);
        DigestInputStream digest =
            new DigestInputStream(in, MessageDigest.getInstance("SHA-256"))) {
      digest.transferTo(java.io.OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digest.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
