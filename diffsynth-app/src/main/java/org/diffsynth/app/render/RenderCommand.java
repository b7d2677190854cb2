package org.diffsynth.app.render;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diffsynth.KeyframeRendering;
import org.diffsynth.Pipeline;
import org.diffsynth.Preset;
import org.diffsynth.RenderRequest;
import org.diffsynth.app.frames.FirstFrames;
import org.diffsynth.app.options.JobFolder;
import org.diffsynth.app.options.OutputOptions;
import org.diffsynth.app.options.OutputVideo;
import org.diffsynth.app.options.ShotOptions;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.app.settings.RenderSettings.Control;
import org.diffsynth.app.settings.SettingsTree;
import org.diffsynth.app.terminal.AppCommand;
import org.diffsynth.app.terminal.CommandMonitor;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.app.terminal.Versions;
import org.diffsynth.control.Annotator;
import org.diffsynth.control.ControlSignal;
import org.diffsynth.deflicker.Shots;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.text.Text;
import org.diffsynth.io.Enhancement;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.video.PictureTags;
import org.diffsynth.video.PixelAspect;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.ParseResult;

/**
 * A command that renders a video by diffusion. A subclass is one task: it adds options, values that
 * the task prefers, and the pictures that only this task has.
 */
public abstract class RenderCommand extends AppCommand {

  @ArgGroup(validate = false, order = 10, heading = "%nInput:%n")
  RenderInputOptions inputs = new RenderInputOptions();

  @ArgGroup(validate = false, order = 20, heading = "%nOutput:%n")
  private OutputOptions output = new OutputOptions();

  @ArgGroup(validate = false, order = 25, heading = "%nLong work:%n")
  private JobFolder job = new JobFolder();

  @ArgGroup(validate = false, order = 30, heading = "%nPrompt and sampling:%n")
  private SamplingOptions sampling = new SamplingOptions();

  @ArgGroup(validate = false, order = 40, heading = "%nModel:%n")
  private ModelOptions model = new ModelOptions();

  @ArgGroup(validate = false, order = 45, heading = "%nPicture beside the prompt:%n")
  private ImagePromptOptions imagePrompt = new ImagePromptOptions();

  @ArgGroup(validate = false, order = 47, heading = "%nLook for the next clip:%n")
  private StyleOptions styleOptions = new StyleOptions();

  @ArgGroup(validate = false, order = 50, heading = "%nControlNets:%n")
  private ControlNetOptions controlNets = new ControlNetOptions();

  @ArgGroup(validate = false, order = 60, heading = "%nConsistency across frames:%n")
  private ConsistencyOptions consistency = new ConsistencyOptions();

  @ArgGroup(validate = false, order = 70, heading = "%nDeflickering inside the denoising loop:%n")
  private DeflickerOptions deflicker = new DeflickerOptions();

  @ArgGroup(validate = false, order = 80, heading = "%nMethods of other papers, to compare with:%n")
  private BaselineOptions baselines = new BaselineOptions();

  @ArgGroup(validate = false, order = 90, heading = "%nWhere to compute:%n")
  private RenderHardwareOptions hardware = new RenderHardwareOptions();

  /** Look of another clip, and for the next. */
  private RenderStyle style;

  /** Fingerprints of models in the settings file of an earlier run. */
  private Map<String, String> recordedModels = Map.of();

  /** Fingerprints of the models of this run. */
  private Map<String, String> models = Map.of();

  /** Returns the preset of the task. */
  abstract Preset preset();

  /** Returns the prompt of the task where the user gives none, or null if one must be given. */
  String defaultPrompt() {
    return null;
  }

  /**
   * Returns the name of the bundled model's ControlNet that the task uses if none is given, or
   * null.
   */
  String usualControl() {
    return ControlSignal.TILE.usualName();
  }

  /** Returns the default strength of the task as text for the help. */
  String defaultStrength() {
    return Double.toString(preset().sampling().strength().getAsDouble());
  }

  /**
   * Removes settings of the file that options of the task exclude.
   *
   * @param file settings of the file
   */
  void removeReplaced(SettingsTree file) {}

  /** Checks the settings of the task, in addition to those of all tasks. */
  abstract void check(RenderSettings settings) throws IOException;

  /** Opens the video that is rendered. */
  RenderInput open(RenderSettings settings) throws IOException {
    Path path = settings.input().video();
    try (FrameSource first = inputs.openSquare(path)) {
      return new RenderInput(() -> inputs.openSquare(path), first.format(), path);
    }
  }

  /**
   * Opens the control pictures of a ControlNet: one, or one per frame.
   *
   * @return the pictures, or null if they are made from the input
   */
  FrameSource pictures(RenderSettings settings, String name, RenderInput input, VideoFormat result)
      throws IOException {
    Path video = settings.controlNets().get(name).video();
    return video == null ? null : inputs.openSquare(video);
  }

  /** Returns the annotator that makes the control pictures of a ControlNet from the input. */
  Optional<Annotator> annotator(RenderSettings settings, String name) {
    return PipelineOpener.controlNet(name, settings.controlNets().get(name)).annotator();
  }

  /** Returns the request of the task, where settings leave a value open. */
  RenderRequest adapted(RenderRequest request, RenderSettings settings) {
    return request;
  }

  /** Reads the control picture that belongs to a reference picture. */
  Frame referenceControl(Path file, Frame reference) throws IOException {
    return FrameFiles.readPicture(file);
  }

  /** Returns the model folder of a ControlNet, or null. */
  static Path folder(RenderSettings settings, String name) {
    Control control = settings.controlNets().get(name);
    return control == null ? null : control.folder();
  }

  @Override
  public final Integer call() throws IOException {
    SettingsTree tree = mergedSettings();
    completeForBundledModel(tree);
    style = RenderStyle.open(tree, SettingsTree.given(spec.commandLine().getParseResult()));
    RenderSettings settings = PromptLoras.applied(read(tree), this::warn);
    check(settings);
    SettingsCheck.checkAll(settings);
    style.checkAttention(settings);
    style.description().ifPresent(line -> say("%s", line));
    UsageException.check(
        !inputs.keepsHdr(),
        "--hdr keep is not for rendering: diffusion models know no high dynamic range; leave it out"
            + " to tone-map the input");
    Enhancement enhancement =
        enhancement(settings.output().contrast(), settings.output().sharpness());
    RenderInput input = previewed(open(settings));
    FrameSize size = settings.output().size();
    VideoFormat result = size == null ? input.format() : input.format().withSize(size);
    RenderRequest request = request(settings, result);
    Shots shots = ShotOptions.of(settings.input().cuts(), input.format());
    try (CommandMonitor monitor = monitor()) {
      KeyframeRendering rendering =
          KeyframeRendering.every(settings.output().keyframeEvery())
              .withShots(shots)
              .withShotsOf(input.frames(), monitor);
      render(settings, tree, rendering, input, request, result, enhancement, monitor);
    }
    if (sampling.plan) {
      return 0;
    }
    Path file = output.path().resolveSibling(output.path().getFileName() + ".json");
    tree.write(file, Versions.table(), models);
    say("wrote %s and %s", output.path(), file);
    return 0;
  }

  private void render(
      RenderSettings settings,
      SettingsTree tree,
      KeyframeRendering rendering,
      RenderInput input,
      RenderRequest request,
      VideoFormat result,
      Enhancement enhancement,
      CommandMonitor monitor)
      throws IOException {
    Shots shots = rendering.shotsOfKeys(input.format().frameCount());
    ControlNetSetup controls = new ControlNetSetup(this, settings, input, result, sampling.preview);
    try (ControlPictures pictures = new ControlPictures(rendering, input, result, inputs.resize());
        Pipeline pipeline =
            PipelineOpener.open(settings, controls.nets(pictures), shots, hardware.compute())) {
      models = ModelFiles.hashes(settings);
      warnOfOtherModels();
      plan(pipeline, settings, request, result, monitor);
      if (sampling.plan) {
        return;
      }
      RenderRequest complete =
          RequestBuilder.withShots(request, shots).withControlVideos(pictures.videos());
      output.setTexts(PictureTexts.of(tree, settings, result.size()));
      output.setTimes(inputs.times());
      OutputVideo video =
          new OutputVideo(result, input.audio(), tags(input), Frame.Depth.UINT8, enhancement);
      if (job.isGiven()) {
        job.check(output, settings.input().video());
        RenderJobWork work = RenderJobWork.of(tree, inputs, models);
        job.render(
            work.settings(),
            work.inputs(),
            output,
            video,
            (kept, sink) ->
                renderFrames(
                    pipeline,
                    rendering,
                    input,
                    kept.continued(complete),
                    style.recording(sink, settings.sampling().seed()),
                    monitor),
            line -> say("%s", line));
      } else {
        output.write(
            video,
            sink ->
                renderFrames(
                    pipeline,
                    rendering,
                    input,
                    complete,
                    style.recording(sink, settings.sampling().seed()),
                    monitor));
      }
      if (style.isRecorded()) {
        say("%s", style.write(input, controls.firstPictures()));
      }
    }
  }

  /** Prints what the render will cost, if it is long or the user asks for it. */
  private void plan(
      Pipeline pipeline,
      RenderSettings settings,
      RenderRequest request,
      VideoFormat result,
      CommandMonitor monitor)
      throws IOException {
    RenderCost cost = RenderCost.of(settings, request, result);
    if (sampling.plan || cost.isLong() && !job.isGiven() && !isQuiet()) {
      List<String> lines = cost.measured(pipeline, hasInput(), request, sampling.plan, monitor);
      monitor.endLine();
      lines.forEach(line -> say("%s", line));
    }
  }

  /** Returns whether the task renders over an input video. */
  boolean hasInput() {
    return true;
  }

  /** Limits the input to the frames of a preview. */
  private RenderInput previewed(RenderInput input) {
    if (sampling.preview == null) {
      return input;
    }
    int count = sampling.preview;
    UsageException.check(count >= 1, "--preview must be at least 1, but was " + count);
    return new RenderInput(
        input.frames() == null ? null : () -> new FirstFrames(input.frames().open(), count),
        FirstFrames.limited(input.format(), count),
        input.audio());
  }

  /** Renders all frames into a sink, which the caller commits. */
  void renderFrames(
      Pipeline pipeline,
      KeyframeRendering rendering,
      RenderInput input,
      RenderRequest request,
      FrameSink sink,
      Monitor monitor)
      throws IOException {
    rendering.render(pipeline, input.frames(), request, sink, monitor);
  }

  private void warn(String line) {
    spec.commandLine().getErr().println("[WARN] " + line);
    spec.commandLine().getErr().flush();
  }

  private void warnOfOtherModels() {
    List<String> different = ModelFiles.different(recordedModels, models);
    if (!different.isEmpty()) {
      warn(
          Text.format(
              "%s was made with other files of %s, so the result will differ from the earlier one",
              inputs.settingsFile(), String.join(", ", different)));
    }
  }

  /** Merges, each over the ones before: defaults, the settings file, and the options given. */
  private SettingsTree mergedSettings() throws IOException {
    ParseResult arguments = spec.commandLine().getParseResult();
    SettingsTree file =
        inputs.settingsFile() == null
            ? SettingsTree.empty()
            : SettingsTree.read(inputs.settingsFile());
    recordedModels = file.modelFiles();
    String task = file.settings().task();
    UsageException.check(
        task == null || task.equals(spec.name()),
        Text.format("%s was written by '%s'", inputs.settingsFile(), task));
    removeReplaced(file);
    SettingsTree tree = SettingsTree.empty();
    tree.put("task", spec.name());
    tree.put("preset", preset());
    if (defaultPrompt() != null) {
      tree.put("guidance.prompt", defaultPrompt());
    }
    tree.putAll(SettingsTree.defaults(spec, arguments))
        .putAll(file)
        .putAll(SettingsTree.given(arguments));
    if (sampling.fast) {
      read(tree); // reports mistakes
      say("--fast sets %s", FastSettings.addTo(tree));
    }
    return tree;
  }

  /** Returns the colours of the input; models make square pixels. */
  private PictureTags tags(RenderInput input) throws IOException {
    return input.audio() == null
        ? PictureTags.NONE
        : inputs.tags(input.audio()).withPixelAspect(PixelAspect.SQUARE);
  }

  private void completeForBundledModel(SettingsTree tree) {
    read(tree); // reports mistakes
    List<Preset.Control> suggested = preset().controls();
    boolean isRequired = suggested.size() == 1;
    BundledSettings.complete(
        tree, isRequired ? suggested.get(0).name() : usualControl(), isRequired);
  }

  private static RenderSettings read(SettingsTree tree) {
    try {
      return tree.settings();
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private static Enhancement enhancement(float contrast, float sharpness) {
    try {
      return new Enhancement(contrast, sharpness);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--" + e.getMessage());
    }
  }

  private RenderRequest request(RenderSettings settings, VideoFormat result) throws IOException {
    RenderRequest request =
        adapted(RequestBuilder.request(settings), settings)
            .withReferences(new ReferencePictures(this, settings, result.size()).read(inputs));
    request = style.applied(request, settings, result.size(), this);
    return settings.guidance().image().file() == null
        ? request
        : request.withImagePrompt(
            ImagePrompts.read(settings.guidance().image(), hardware.compute()));
  }
}
