package org.diffsynth.app.render;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.diffsynth.KeyframeRendering;
import org.diffsynth.Pipeline;
import org.diffsynth.Preset;
import org.diffsynth.RenderRequest;
import org.diffsynth.app.options.EngineOptions;
import org.diffsynth.app.options.FrameSizeText;
import org.diffsynth.app.options.InputOptions;
import org.diffsynth.app.options.OutputOptions;
import org.diffsynth.app.options.Verbosity;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.app.terminal.Interruption;
import org.diffsynth.app.terminal.ProgressLine;
import org.diffsynth.control.Annotator;
import org.diffsynth.control.ControlNet;
import org.diffsynth.control.ControlSignal;
import org.diffsynth.control.ReferencePicture;
import org.diffsynth.deflicker.KeyframeInterpolation;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.io.Resampler;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that renders a video by diffusion: one for each task. */
public abstract class RenderCommand implements Callable<Integer> {

  @Spec CommandLine.Model.CommandSpec spec;

  @Option(
      names = "--settings",
      paramLabel = "FILE.json",
      description = "Start from these; options given here win.")
  private Path settingsFile;

  @Option(names = "--input", paramLabel = "PATH", description = "The video that is made anew.")
  private Path input;

  @Option(names = "--prompt", paramLabel = "TEXT", description = "What to see; (word:1.2) weighs.")
  private String prompt;

  @Option(names = "--negative-prompt", paramLabel = "TEXT", description = "What not to see.")
  private String negativePrompt;

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

  @Option(
      names = "--keyframe-every",
      paramLabel = "N",
      description =
          "Render every so many frames, and the last, and carry them to the frames in between."
              + " Default: 1, render all.")
  private Integer keyframeEvery;

  @Mixin private ModelOptions model;
  @Mixin private ControlOptions controls;
  @Mixin private LoopDeflickerOptions deflicker;
  @Mixin private EngineOptions engine;
  @Mixin InputOptions inputs;
  @Mixin private BaselineOptions baselines;
  @Mixin private ImagePromptOptions imagePrompts;
  @Mixin private OutputOptions output;
  @Mixin private Verbosity verbosity;

  /** Which settings to start from. */
  abstract Preset preset(RenderSettings settings);

  /** Adds what the task's own options say, and complains of what is missing. */
  abstract void collect(RenderSettings settings) throws IOException;

  /** Opens what the task reads, to know its size and length. */
  RenderInput open(RenderSettings settings) throws IOException {
    Path path = Path.of(settings.input);
    try (FrameSource first = inputs.open(path)) {
      return new RenderInput(() -> inputs.open(path), first.format(), path);
    }
  }

  /**
   * Opens the control pictures of a net: one, or one for each frame; null where they are made out
   * of the input.
   */
  FrameSource pictures(
      RenderSettings settings,
      RenderSettings.Control control,
      RenderInput input,
      VideoFormat result)
      throws IOException {
    return control.video == null ? null : inputs.open(Path.of(control.video));
  }

  /** What makes the control pictures of a net out of the input, if anything does. */
  Optional<Annotator> annotator(RenderSettings settings, RenderSettings.Control control) {
    return ControlSignal.named(control.name)
        .filter(signal -> signal != ControlSignal.SHUFFLE)
        .flatMap(ControlSignal::annotator);
  }

  /** The strength where none is asked for; null for the preset's. */
  Double usualStrength(RenderSettings settings) {
    return null;
  }

  /** Reads the control picture of a reference. */
  Frame referenceControl(Path file, Frame reference) throws IOException {
    return FrameFiles.readPicture(file);
  }

  /** The reference picture at the size of the result; where nothing is known of it, black. */
  private List<ReferencePicture> references(RenderSettings settings, VideoFormat result)
      throws IOException {
    if (settings.reference == null) {
      return List.of();
    }
    Frame picture = FrameFiles.readPicture(Path.of(settings.reference));
    Map<String, Frame> controls = new HashMap<>();
    for (RenderSettings.Control control : settings.controls) {
      if (control.reference != null) {
        Frame shown = referenceControl(Path.of(control.reference), picture);
        controls.put(control.name, Resampler.filled(shown, result.size()));
      } else if (control.video != null || annotator(settings, control).isEmpty()) {
        controls.put(control.name, black(result));
      }
    }
    Frame fitted = Resampler.filled(picture, result.size());
    return List.of(new ReferencePicture(fitted, controls));
  }

  private static Frame black(VideoFormat size) {
    return Frame.ofRgb8(size.width(), size.height(), new byte[size.width() * size.height() * 3]);
  }

  @Override
  public final Integer call() throws IOException {
    RenderSettings settings = settings();
    KeyframeRendering rendering =
        KeyframeRendering.every(either(settings.keyframeEvery, 1))
            .withInterpolation(KeyframeInterpolation.DEFAULT.withCompute(engine.engine()));
    RenderInput input = open(settings);
    VideoFormat result =
        settings.width == null
            ? input.format()
            : input.format().withSize(new FrameSize(settings.width, settings.height));
    RenderRequest request =
        imagePrompts.applied(
            settings,
            request(settings).withReferences(references(settings, result)),
            model.device());
    ProgressLine progress = verbosity.progress();
    try (Interruption interruption = Interruption.watch(progress);
        ControlSources sources = new ControlSources(rendering);
        Pipeline pipeline = pipeline(settings, controls(settings, sources, input, result))) {
      RenderRequest all = request.withControlVideos(sources.stills());
      output.carry(settings.texts(result));
      output.write(
          input.format().frameRate(),
          input.audio(),
          Frame.Depth.UINT8,
          sink -> rendering.render(pipeline, input.frames(), all, sink, interruption));
    } finally {
      progress.endLine();
    }
    Path beside = output.path().resolveSibling(output.path().getFileName() + ".json");
    settings.write(beside, modelFiles(settings));
    verbosity.say("wrote %s and %s", output.path(), beside);
    return 0;
  }

  /** The ControlNets, each with what makes its pictures. */
  private List<ControlNet> controls(
      RenderSettings settings, ControlSources sources, RenderInput input, VideoFormat result)
      throws IOException {
    List<ControlNet> nets = new ArrayList<>();
    for (RenderSettings.Control control : settings.controls) {
      ControlNet net = controls.net(control);
      if (net.scale() == 0) {
        nets.add(net); // never run, so it needs no pictures
        continue;
      }
      FrameSource pictures = pictures(settings, control, input, result);
      if (pictures != null) {
        String from = either(control.video, settings.reference);
        net = sources.given(net, pictures, from, input.format(), result, inputs.resize());
      } else {
        net = net.withAnnotator(annotator(settings, control).orElseThrow(() -> missing(control)));
      }
      nets.add(net);
    }
    return nets;
  }

  private static IOException missing(RenderSettings.Control control) {
    return new IOException(
        "the ControlNet %s needs its pictures: --control-video %s=PATH"
            .formatted(control.name, control.name));
  }

  private RenderSettings settings() throws IOException {
    RenderSettings all =
        settingsFile == null ? new RenderSettings() : RenderSettings.read(settingsFile);
    if (all.task != null && !all.task.equals(spec.name())) {
      throw wrongUse("%s was written by '%s'".formatted(settingsFile, all.task));
    }
    all.task = spec.name();
    all.input = input == null ? all.input : input.toString();
    all.prompt = either(prompt, all.prompt);
    all.negativePrompt = either(negativePrompt, all.negativePrompt);
    all.preset = preset(all);
    all.steps = either(steps, all.steps);
    all.guidanceScale = either(guidanceScale, all.guidanceScale);
    all.strength = either(strength, all.strength);
    all.seed = either(either(seed, all.seed), 0L);
    model.merge(all);
    deflicker.merge(all);
    all.keyframeEvery = either(keyframeEvery, all.keyframeEvery);
    if (all.keyframeEvery != null && all.keyframeEvery < 1) {
      throw wrongUse("--keyframe-every must be at least 1, was " + all.keyframeEvery);
    }
    if (size != null) {
      int[] sides = FrameSizeText.sides(size, spec);
      all.width = sides[0];
      all.height = sides[1];
    }
    output.merge(all);
    controls.merge(all);
    baselines.merge(all);
    imagePrompts.merge(all);
    require(all.model, "--model");
    collect(all);
    require(all.prompt, "--prompt");
    all.controls.forEach(control -> require(control.folder, "--control " + control.name + "=DIR"));
    return all;
  }

  static <T> T either(T given, T otherwise) {
    return given != null ? given : otherwise;
  }

  final void require(Object value, String option) {
    if (value == null) {
      throw wrongUse(option + " is missing; give it here or in --settings");
    }
  }

  final CommandLine.ParameterException wrongUse(String message) {
    return new CommandLine.ParameterException(spec.commandLine(), message);
  }

  private Pipeline pipeline(RenderSettings settings, List<ControlNet> nets) throws IOException {
    Pipeline.Builder builder = Pipeline.builder(settings.preset);
    nets.forEach(builder::controlNet);
    model.apply(settings, builder);
    deflicker.apply(settings, builder);
    return builder.compute(deflicker.compute(model.compute(engine.engine()))).build();
  }

  private RenderRequest request(RenderSettings settings) {
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
    Double strength = either(settings.strength, usualStrength(settings));
    if (strength != null) {
      request = request.withStrength(strength);
    }
    if (settings.width != null) {
      request = request.withSize(settings.width, settings.height);
    }
    return baselines.applied(settings, request);
  }

  private static Map<String, String> modelFiles(RenderSettings settings) throws IOException {
    Map<String, String> hashes = new LinkedHashMap<>();
    for (String lora : settings.loras.keySet()) {
      Path file = Path.of(lora);
      hashes.put(file.getFileName().toString(), sha256(file));
    }
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
