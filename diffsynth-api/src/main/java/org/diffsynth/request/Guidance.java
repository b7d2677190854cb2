package org.diffsynth.request;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.ImagePrompt;
import org.diffsynth.internal.text.Text;

/**
 * Description of the content of the video, and the strength with which the model follows it.
 *
 * <p>Prompts are never logged and are not part of {@link #toString}.
 *
 * @param prompt what to see; may be empty
 * @param negativePrompt what not to see; default empty
 * @param scale scale of classifier-free guidance, in [1, 100]; empty for the preset's, which is
 *     7.5. 5 to 10 is typical. Larger values follow the prompt more closely and vary less. At 1 the
 *     negative prompt is not evaluated, which halves the work
 * @param promptEmbedding embedding that the UNet sees instead of the encoded prompt; the negative
 *     branch then sees zeros, and neither prompt has an effect. Default empty
 * @param imagePrompt pictures that act beside the prompt, for a model with an IP-Adapter; default
 *     empty
 */
public record Guidance(
    String prompt,
    String negativePrompt,
    OptionalDouble scale,
    Optional<Embedding> promptEmbedding,
    Optional<ImagePrompt> imagePrompt) {

  private static final double MAX_SCALE = 100;

  /**
   * Creates a {@code Guidance} from its components.
   *
   * @throws IllegalArgumentException if a component is outside its documented range
   */
  public Guidance {
    Objects.requireNonNull(prompt, "prompt");
    Objects.requireNonNull(negativePrompt, "negativePrompt");
    Objects.requireNonNull(scale, "scale");
    Objects.requireNonNull(promptEmbedding, "promptEmbedding");
    Objects.requireNonNull(imagePrompt, "imagePrompt");
    if (scale.isPresent() && !(scale.getAsDouble() >= 1 && scale.getAsDouble() <= MAX_SCALE)) {
      throw new IllegalArgumentException(
          "guidanceScale must be in [1, 100], but was " + scale.getAsDouble());
    }
  }

  /** Creates guidance by a prompt, with the preset's scale and without a negative prompt. */
  public static Guidance of(String prompt) {
    return new Guidance(prompt, "", OptionalDouble.empty(), Optional.empty(), Optional.empty());
  }

  /** Returns a copy of this guidance with the given prompt. */
  public Guidance withPrompt(String text) {
    return new Guidance(text, negativePrompt, scale, promptEmbedding, imagePrompt);
  }

  /** Returns a copy of this guidance with the given negative prompt. */
  public Guidance withNegativePrompt(String text) {
    return new Guidance(prompt, text, scale, promptEmbedding, imagePrompt);
  }

  /** Returns a copy of this guidance with the given scale, in [1, 100]. */
  public Guidance withScale(double newScale) {
    return new Guidance(
        prompt, negativePrompt, OptionalDouble.of(newScale), promptEmbedding, imagePrompt);
  }

  /** Returns a copy of this guidance whose prompt is replaced by an embedding. */
  public Guidance withPromptEmbedding(Embedding embedding) {
    return new Guidance(prompt, negativePrompt, scale, Optional.of(embedding), imagePrompt);
  }

  /** Returns a copy of this guidance with pictures that act beside the prompt. */
  public Guidance withImagePrompt(ImagePrompt pictures) {
    return new Guidance(prompt, negativePrompt, scale, promptEmbedding, Optional.of(pictures));
  }

  /** Returns all settings except the prompts. */
  @Override
  public String toString() {
    return Text.format(
        "Guidance[scale=%s, promptEmbedding=%s, imagePrompt=%s]",
        scale.isPresent() ? scale.getAsDouble() : "preset",
        promptEmbedding.isPresent(),
        imagePrompt.isPresent());
  }
}
