package org.diffsynth.app.render;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diffsynth.RenderRequest;
import org.diffsynth.app.options.InputOptions;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.app.settings.SettingsTree;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.request.Conditioning.ReferencePicture;
import org.diffsynth.request.StyleState;

/**
 * The look of another clip that a rendering takes over, from a style state or from references, and
 * the look that it keeps for the next clip.
 */
final class RenderStyle {

  private static final String STATE = "input.styleState";
  private static final String SEED = "sampling.seed";

  private final Path file;
  private final Optional<StyleState> used;
  private StyleState.Recorder recorder;

  private RenderStyle(Path file, Optional<StyleState> used) {
    this.file = file;
    this.used = used;
  }

  /**
   * Reads the style state that the settings name, or notes that it is to be written. The settings
   * get the seed of the state if the user gave none, and no state that does not exist yet, so that
   * they describe this rendering when they are read again.
   *
   * @param given the options that the user gave
   */
  static RenderStyle open(SettingsTree tree, SettingsTree given) throws IOException {
    RenderSettings settings = tree.settings();
    Path file = settings.input().styleState();
    if (file == null) {
      return new RenderStyle(null, Optional.empty());
    }
    if (Files.exists(file)) {
      StyleState state = StyleState.read(file);
      if (!given.has(SEED)) {
        tree.put(SEED, state.seed());
      }
      return new RenderStyle(file, Optional.of(state));
    }
    UsageException.check(
        given.has(STATE),
        "the style state " + file + " of --settings does not exist; give one with --style-state");
    Path folder = file.toAbsolutePath().getParent();
    UsageException.check(
        Files.isDirectory(folder) && Files.isWritable(folder),
        "--style-state "
            + file
            + " cannot be written: create the folder "
            + folder
            + ", or allow writing to it");
    tree.remove(STATE);
    return new RenderStyle(file, Optional.empty());
  }

  /** Returns what is done with the style state as a line for the user, if there is one. */
  Optional<String> description() {
    if (file == null) {
      return Optional.empty();
    }
    return Optional.of(
        used.isPresent()
            ? "using the style state " + file
            : "the style state " + file + " does not exist yet: this rendering writes it");
  }

  /**
   * Checks before the work starts that frames may attend to references.
   *
   * @throws UsageException if attention across frames is switched off
   */
  void checkAttention(RenderSettings settings) {
    boolean hasReferences =
        used.filter(state -> !state.references().isEmpty()).isPresent()
            || settings.input().references() != null;
    UsageException.check(
        !hasReferences
            || PipelineOpener.attention(settings).mode() != CrossFrameAttention.Mode.NONE,
        "--reference and --style-state need attention across frames, such as --attention"
            + " first_and_previous, but it is none");
  }

  /** Reads the pictures of {@code --reference}; of a clip, the middle frame. */
  static List<Frame> references(RenderSettings settings, InputOptions inputs) throws IOException {
    List<Frame> pictures = new ArrayList<>();
    List<String> paths =
        settings.input().references() == null ? List.of() : settings.input().references();
    for (String path : paths) {
      pictures.add(middle(Path.of(path), inputs));
    }
    return pictures;
  }

  private static Frame middle(Path path, InputOptions inputs) throws IOException {
    long frames;
    try (FrameSource source = inputs.open(path)) {
      frames = source.format().frameCount();
    }
    try (FrameSource source = inputs.open(path)) {
      Frame last = null;
      Frame frame = source.read();
      for (long i = 0; frame != null && i <= Math.max(frames, 0) / 2; i++) {
        last = frame;
        frame = source.read();
      }
      if (last == null) {
        throw new IOException(path + " has no frames to look like");
      }
      return last;
    }
  }

  /** Returns the request with the look of the style state, which keeps the seed of the settings. */
  RenderRequest applied(
      RenderRequest request, RenderSettings settings, FrameSize size, RenderCommand command) {
    if (used.isEmpty()) {
      return request;
    }
    ReferencePictures pictures = new ReferencePictures(command, settings, size);
    List<ReferencePicture> fitted = used.get().references().stream().map(pictures::fitted).toList();
    return request
        .withStyle(used.get().withReferences(fitted))
        .withNoise(request.sampling().noise());
  }

  /** Returns whether the look of this rendering is kept for the next clip. */
  boolean isRecorded() {
    return file != null && used.isEmpty();
  }

  /** Returns a sink that notes the look of finished frames, if it is to be kept. */
  FrameSink recording(FrameSink sink, long seed) {
    if (!isRecorded()) {
      return sink;
    }
    recorder = StyleState.recorder(seed);
    return new Recording(sink, recorder);
  }

  private record Recording(FrameSink sink, StyleState.Recorder recorder) implements FrameSink {

    @Override
    public void write(Frame frame) throws IOException {
      recorder.add(frame);
      sink.write(frame);
    }

    @Override
    public void commit() throws IOException {
      sink.commit();
    }

    @Override
    public void close() throws IOException {
      sink.close();
    }
  }

  /**
   * Writes the style state after the last frame. A job whose output was written before has rendered
   * nothing, so there is nothing to write.
   *
   * @param input the input, or null without one
   * @param controls control pictures of the first frame by the name of their ControlNet
   * @return what was done, as a line for the user
   */
  String write(RenderInput input, Map<String, Frame> controls) throws IOException {
    if (recorder == null) {
      return "the style state "
          + file
          + " was not written, because nothing was rendered; --overwrite"
          + " renders again";
    }
    if (input.frames() != null) {
      try (FrameSource source = input.frames().open()) {
        for (Frame frame = source.read(); frame != null; frame = source.read()) {
          recorder.addInput(frame);
        }
      }
    }
    StyleState state = recorder.toState();
    Frame first = state.references().get(0).picture();
    state.withReferences(List.of(new ReferencePicture(first, controls))).write(file);
    return "wrote " + file;
  }
}
