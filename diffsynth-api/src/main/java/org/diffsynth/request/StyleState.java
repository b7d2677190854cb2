package org.diffsynth.request;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.diffsynth.frame.Frame;
import org.diffsynth.io.Palette;
import org.diffsynth.request.Conditioning.ReferencePicture;

/**
 * What a second clip needs to look like a first one: the seed of the first, a finished frame that
 * the frames of the second attend to, and how the first clip's colours changed. Immutable.
 *
 * <pre>{@code
 * StyleState.Recorder recorder = StyleState.recorder(7);
 * // for each frame of the first clip: recorder.add(inputFrame, finishedFrame)
 * recorder.toState().write(Path.of("look.style"));
 * …
 * pipeline.render(secondClip, request.withStyle(StyleState.read(Path.of("look.style"))));
 * }</pre>
 *
 * <p>Prompt, model and the other settings are not part of it; use those of the first clip.
 *
 * @param seed seed of the noise of the first clip
 * @param references finished frames of the first clip, to which all frames of another clip attend;
 *     each makes a step of the usual attention about a quarter more expensive
 * @param colours how the colours of the first clip changed; empty leaves colours alone
 */
public record StyleState(
    long seed, List<ReferencePicture> references, Optional<ColourChange> colours) {

  /**
   * Creates a {@code StyleState} from its components.
   *
   * @throws IllegalArgumentException if there are more than 100 references
   */
  public StyleState {
    references = List.copyOf(references);
    Objects.requireNonNull(colours, "colours");
    if (references.size() > StyleFile.MOST_REFERENCES) {
      throw new IllegalArgumentException(
          "there must be at most 100 references, but were " + references.size());
    }
  }

  /**
   * A change of colours, shown by an example: the palettes of a clip before and after it. Another
   * clip gets the change, not the palette, so that a green meadow does not take the blue of the
   * example's sea.
   *
   * @param before palette of the example's input; empty for a clip made from noise alone, whose
   *     palette itself is then the target
   * @param after palette of the example's result
   */
  public record ColourChange(Optional<Palette> before, Palette after) {

    /** Checks that no component is null. */
    public ColourChange {
      Objects.requireNonNull(before, "before");
      Objects.requireNonNull(after, "after");
    }

    /**
     * Returns what the colours of a result need so that this change happened to its input.
     *
     * @param input palette of the input of the other clip; empty for a clip made from noise
     * @param result palette of its result
     */
    public Palette.Transfer correction(Optional<Palette> input, Palette result) {
      Palette target =
          before.isPresent() && input.isPresent()
              ? input.get().changedBy(before.get().transferTo(after))
              : after;
      return result.transferTo(target);
    }
  }

  /** Starts to record the style of a clip that is rendered with the given seed. */
  public static Recorder recorder(long seed) {
    return new Recorder(seed);
  }

  /**
   * Collects a style state from the frames of a clip: its first frame becomes the reference. Not
   * for use by several threads at once.
   */
  public static final class Recorder {

    private final long seed;
    private final Palette.Collector inputs = new Palette.Collector();
    private final Palette.Collector results = new Palette.Collector();
    private Frame first;

    private Recorder(long seed) {
      this.seed = seed;
    }

    /** Adds a frame of the input and the finished frame that it became. */
    public void add(Frame input, Frame result) {
      inputs.add(input);
      add(result);
    }

    /** Adds a finished frame of a clip that is made from noise alone. */
    public void add(Frame result) {
      results.add(result);
      if (first == null) {
        first = result;
      }
    }

    /** Adds a frame of the input where its finished frame is added by {@link #add(Frame)}. */
    public void addInput(Frame input) {
      inputs.add(input);
    }

    /**
     * Returns the state of the frames added until now.
     *
     * @throws IllegalStateException if no finished frame has been added
     */
    public StyleState toState() {
      if (first == null) {
        throw new IllegalStateException(
            "a style needs at least one finished frame, but none has been added");
      }
      Optional<Palette> before =
          inputs.isEmpty() ? Optional.empty() : Optional.of(inputs.palette());
      return new StyleState(
          seed,
          List.of(ReferencePicture.of(first)),
          Optional.of(new ColourChange(before, results.palette())));
    }
  }

  /** Returns a copy of this state with the given references. */
  public StyleState withReferences(List<ReferencePicture> newReferences) {
    return new StyleState(seed, newReferences, colours);
  }

  /** Returns a copy of this state that leaves the colours of results alone. */
  public StyleState withoutColours() {
    return new StyleState(seed, references, Optional.empty());
  }

  /**
   * Reads a state that {@link #write} wrote.
   *
   * @throws IOException if the file is missing, is not a style state, or comes from a newer version
   */
  public static StyleState read(Path file) throws IOException {
    return StyleFile.read(file);
  }

  /**
   * Writes this state into a file, usually {@code NAME.style}: a ZIP with the references as PNG
   * pictures of 8 bits and the other values as text. An existing file is replaced, whole.
   *
   * @throws IOException if the file cannot be written
   */
  public void write(Path file) throws IOException {
    StyleFile.write(this, file);
  }
}
