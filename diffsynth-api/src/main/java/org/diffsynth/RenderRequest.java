package org.diffsynth;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.diffsynth.control.ReferencePicture;
import org.diffsynth.control.StackedPoses;
import org.diffsynth.deflicker.FramePull;
import org.diffsynth.diffusion.ClipStart;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.ImagePrompt;
import org.diffsynth.diffusion.InitialNoise;
import org.diffsynth.frame.Video;

/**
 * What a pipeline is to make. Everything left out comes from the pipeline's preset.
 *
 * <p>Prompts are never logged, and not part of {@link #toString}.
 *
 * @param prompt what to see; may be empty
 * @param negativePrompt what not to see; default empty
 * @param steps denoising steps, 1 to 1000
 * @param guidanceScale how strongly the prompt pulls, in [1, 100]; at 1 the negative prompt is not
 *     evaluated, which halves the work
 * @param strength how much of the input is made anew, in (0, 1]; 1 starts from noise alone
 * @param noise the noise all frames start from; default that of seed 0
 * @param width columns of the result in pixels; empty for the input's
 * @param height rows of the result in pixels; empty for the input's
 * @param references finished pictures from outside the clip that frames may look at
 * @param controlVideos control pictures by name of the ControlNet, instead of those its annotator
 *     would make; as long as the input, or one frame that serves for all, such as a style picture
 *     for shuffle
 * @param start which latents denoising starts from; default {@link ClipStart#SHARED_NOISE}
 * @param framePull a pull of every frame toward the one before it; default none
 * @param imagePrompt pictures beside the prompt, for a model with an IP-Adapter; default none
 * @param promptEmbedding what the UNet sees instead of the encoded prompt; the negative side sees
 *     zeros then, and both prompts are without effect; default none
 * @param stackedPoses pose maps for a UNet with input channels for them; default none
 */
public record RenderRequest(
    String prompt,
    String negativePrompt,
    OptionalInt steps,
    OptionalDouble guidanceScale,
    OptionalDouble strength,
    InitialNoise noise,
    OptionalInt width,
    OptionalInt height,
    List<ReferencePicture> references,
    Map<String, Video> controlVideos,
    ClipStart start,
    Optional<FramePull> framePull,
    Optional<ImagePrompt> imagePrompt,
    Optional<Embedding> promptEmbedding,
    Optional<StackedPoses> stackedPoses) {

  private static final int MAX_STEPS = 1000;
  private static final double MAX_GUIDANCE = 100;

  /** Checks the ranges. */
  public RenderRequest {
    Objects.requireNonNull(prompt, "prompt");
    Objects.requireNonNull(negativePrompt, "negativePrompt");
    Objects.requireNonNull(noise, "noise");
    references = List.copyOf(references);
    controlVideos = Map.copyOf(controlVideos);
    Objects.requireNonNull(start, "start");
    Objects.requireNonNull(framePull, "framePull");
    Objects.requireNonNull(imagePrompt, "imagePrompt");
    Objects.requireNonNull(promptEmbedding, "promptEmbedding");
    Objects.requireNonNull(stackedPoses, "stackedPoses");
    if (steps.isPresent() && (steps.getAsInt() < 1 || steps.getAsInt() > MAX_STEPS)) {
      throw new IllegalArgumentException("steps must be in [1, 1000], was " + steps.getAsInt());
    }
    if (guidanceScale.isPresent()
        && !(guidanceScale.getAsDouble() >= 1 && guidanceScale.getAsDouble() <= MAX_GUIDANCE)) {
      throw new IllegalArgumentException(
          "guidanceScale must be in [1, 100], was " + guidanceScale.getAsDouble());
    }
    if (strength.isPresent() && !(strength.getAsDouble() > 0 && strength.getAsDouble() <= 1)) {
      throw new IllegalArgumentException(
          "strength must be in (0, 1], was " + strength.getAsDouble());
    }
    if (width.isPresent() != height.isPresent()) {
      throw new IllegalArgumentException("width and height must be given together");
    }
    if (width.isPresent() && (width.getAsInt() < 1 || height.getAsInt() < 1)) {
      throw new IllegalArgumentException(
          "width and height must be at least 1, were %dx%d"
              .formatted(width.getAsInt(), height.getAsInt()));
    }
  }

  /** A prompt, and the preset's word for the rest. */
  public static RenderRequest of(String prompt) {
    return new RenderRequest(
        prompt,
        "",
        OptionalInt.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        InitialNoise.seeded(0),
        OptionalInt.empty(),
        OptionalInt.empty(),
        List.of(),
        Map.of(),
        ClipStart.SHARED_NOISE,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** The same with a negative prompt. */
  public RenderRequest withNegativePrompt(String text) {
    return with(draft -> draft.negativePrompt = text);
  }

  /** The same with another number of steps. */
  public RenderRequest withSteps(int count) {
    return with(draft -> draft.steps = OptionalInt.of(count));
  }

  /** The same with another guidance scale. */
  public RenderRequest withGuidanceScale(double scale) {
    return with(draft -> draft.guidanceScale = OptionalDouble.of(scale));
  }

  /** The same with another strength. */
  public RenderRequest withStrength(double share) {
    return with(draft -> draft.strength = OptionalDouble.of(share));
  }

  /** The same with the noise of another seed. */
  public RenderRequest withSeed(long seed) {
    return withNoise(InitialNoise.seeded(seed));
  }

  /** The same with other noise. */
  public RenderRequest withNoise(InitialNoise newNoise) {
    return with(draft -> draft.noise = newNoise);
  }

  /** The same at another size in pixels. */
  public RenderRequest withSize(int newWidth, int newHeight) {
    return with(
        draft -> {
          draft.width = OptionalInt.of(newWidth);
          draft.height = OptionalInt.of(newHeight);
        });
  }

  /** The same with these pictures to look at. */
  public RenderRequest withReferences(List<ReferencePicture> pictures) {
    return with(draft -> draft.references = pictures);
  }

  /** The same with control pictures by name of the ControlNet. */
  public RenderRequest withControlVideos(Map<String, Video> videos) {
    return with(draft -> draft.controlVideos = videos);
  }

  /** The same from other latents: {@link ClipStart} has the ways. */
  public RenderRequest withStart(ClipStart newStart) {
    return with(draft -> draft.start = newStart);
  }

  /** The same with every frame pulled toward the one before it. */
  public RenderRequest withFramePull(FramePull pull) {
    return with(draft -> draft.framePull = Optional.of(pull));
  }

  /** The same with pictures that say what to make. */
  public RenderRequest withImagePrompt(ImagePrompt pictures) {
    return with(draft -> draft.imagePrompt = Optional.of(pictures));
  }

  /** The same seeing this instead of the encoded prompt, such as an image adapter's tokens. */
  public RenderRequest withPromptEmbedding(Embedding embedding) {
    return with(draft -> draft.promptEmbedding = Optional.of(embedding));
  }

  /** The same with pose maps beside the latents. */
  public RenderRequest withStackedPoses(StackedPoses poses) {
    return with(draft -> draft.stackedPoses = Optional.of(poses));
  }

  private RenderRequest with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.request();
  }

  /** Everything but the prompts. */
  @Override
  public String toString() {
    return "RenderRequest[steps=%s, guidanceScale=%s, strength=%s, %s, size=%sx%s]"
        .formatted(steps, guidanceScale, strength, noise, width, height);
  }

  /** A request while it is changed. */
  private static final class Draft {
    private final String prompt;
    private String negativePrompt;
    private OptionalInt steps;
    private OptionalDouble guidanceScale;
    private OptionalDouble strength;
    private InitialNoise noise;
    private OptionalInt width;
    private OptionalInt height;
    private List<ReferencePicture> references;
    private Map<String, Video> controlVideos;
    private ClipStart start;
    private Optional<FramePull> framePull;
    private Optional<ImagePrompt> imagePrompt;
    private Optional<Embedding> promptEmbedding;
    private Optional<StackedPoses> stackedPoses;

    Draft(RenderRequest from) {
      prompt = from.prompt;
      negativePrompt = from.negativePrompt;
      steps = from.steps;
      guidanceScale = from.guidanceScale;
      strength = from.strength;
      noise = from.noise;
      width = from.width;
      height = from.height;
      references = from.references;
      controlVideos = from.controlVideos;
      start = from.start;
      framePull = from.framePull;
      imagePrompt = from.imagePrompt;
      promptEmbedding = from.promptEmbedding;
      stackedPoses = from.stackedPoses;
    }

    RenderRequest request() {
      return new RenderRequest(
          prompt,
          negativePrompt,
          steps,
          guidanceScale,
          strength,
          noise,
          width,
          height,
          references,
          controlVideos,
          start,
          framePull,
          imagePrompt,
          promptEmbedding,
          stackedPoses);
    }
  }
}
