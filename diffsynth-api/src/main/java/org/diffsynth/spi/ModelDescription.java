package org.diffsynth.spi;

import java.util.Objects;
import java.util.Optional;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.NoiseSchedule;
import org.diffsynth.diffusion.Prediction;
import org.diffsynth.internal.text.Text;

/**
 * The properties of a diffusion model that the denoising loop must know.
 *
 * @param name name for errors and logs, such as the name of the model folder
 * @param latentChannels channels of the latents; 4 for Stable Diffusion
 * @param vaeScaleFactor pixels per latent pixel along each side; 8 for Stable Diffusion
 * @param sizeMultiple number that width and height of pictures must be multiples of; a multiple of
 *     {@code vaeScaleFactor}
 * @param scalingFactor factor from the mean of the VAE's distribution to latents; 0.18215 for
 *     Stable Diffusion 1.5. The backend applies it
 * @param noiseSchedule noise schedule that the model was trained with
 * @param predictionType what the UNet outputs
 * @param imageInput shape of image prompts; empty for a model without an IP-Adapter
 * @param extraChannels input channels of the UNet after the latents, such as 10 for stacked poses;
 *     0 for most models
 * @param guidanceChannels length of the guidance embedding, an input through which a model
 *     distilled with guidance, such as a latent consistency model, receives the guidance scale; 0
 *     for most models, which are guided by a negative prompt
 */
public record ModelDescription(
    String name,
    int latentChannels,
    int vaeScaleFactor,
    int sizeMultiple,
    float scalingFactor,
    NoiseSchedule noiseSchedule,
    Prediction.Type predictionType,
    Optional<ImageInputShape> imageInput,
    int extraChannels,
    int guidanceChannels) {

  /**
   * Creates a {@code ModelDescription} from its components.
   *
   * @throws IllegalArgumentException if a component is outside its documented range
   */
  public ModelDescription {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(noiseSchedule, "noiseSchedule");
    Objects.requireNonNull(predictionType, "predictionType");
    Objects.requireNonNull(imageInput, "imageInput");
    if (extraChannels < 0) {
      throw new IllegalArgumentException(
          "extraChannels must be at least 0, but was " + extraChannels);
    }
    if (guidanceChannels < 0) {
      throw new IllegalArgumentException(
          "guidanceChannels must be at least 0, but was " + guidanceChannels);
    }
    if (latentChannels < 1 || vaeScaleFactor < 1) {
      throw new IllegalArgumentException(
          Text.format(
              "latentChannels and vaeScaleFactor must be at least 1, but were %d and %d",
              latentChannels, vaeScaleFactor));
    }
    if (sizeMultiple < vaeScaleFactor || sizeMultiple % vaeScaleFactor != 0) {
      throw new IllegalArgumentException(
          Text.format(
              "sizeMultiple must be a multiple of vaeScaleFactor %d, but was %d",
              vaeScaleFactor, sizeMultiple));
    }
  }

  /** Creates the description of a model whose only inputs are latents and a prompt. */
  public ModelDescription(
      String name,
      int latentChannels,
      int vaeScaleFactor,
      int sizeMultiple,
      float scalingFactor,
      NoiseSchedule noiseSchedule,
      Prediction.Type predictionType) {
    this(
        name,
        latentChannels,
        vaeScaleFactor,
        sizeMultiple,
        scalingFactor,
        noiseSchedule,
        predictionType,
        Optional.empty(),
        0,
        0);
  }

  /** Returns a copy of this description with the given factor of the VAE. */
  public ModelDescription withScalingFactor(float factor) {
    return new ModelDescription(
        name,
        latentChannels,
        vaeScaleFactor,
        sizeMultiple,
        factor,
        noiseSchedule,
        predictionType,
        imageInput,
        extraChannels,
        guidanceChannels);
  }

  /** Returns a copy of this description with image prompts of the given shape. */
  public ModelDescription withImageInput(ImageInputShape shape) {
    return new ModelDescription(
        name,
        latentChannels,
        vaeScaleFactor,
        sizeMultiple,
        scalingFactor,
        noiseSchedule,
        predictionType,
        Optional.of(shape),
        extraChannels,
        guidanceChannels);
  }

  /** Returns a copy of this description with the given number of additional input channels. */
  public ModelDescription withExtraChannels(int channels) {
    return new ModelDescription(
        name,
        latentChannels,
        vaeScaleFactor,
        sizeMultiple,
        scalingFactor,
        noiseSchedule,
        predictionType,
        imageInput,
        channels,
        guidanceChannels);
  }

  /** Returns a copy of this description with a guidance embedding of the given length. */
  public ModelDescription withGuidanceChannels(int channels) {
    return new ModelDescription(
        name,
        latentChannels,
        vaeScaleFactor,
        sizeMultiple,
        scalingFactor,
        noiseSchedule,
        predictionType,
        imageInput,
        extraChannels,
        channels);
  }

  /**
   * The shape of image embeddings that a model accepts.
   *
   * @param tokens number of tokens, or 0 for any number
   * @param width floats per token, or 0 for any number
   */
  public record ImageInputShape(int tokens, int width) {

    /** Checks that neither number is negative. */
    public ImageInputShape {
      if (tokens < 0 || width < 0) {
        throw new IllegalArgumentException(
            Text.format("tokens and width must be at least 0, but were %d and %d", tokens, width));
      }
    }

    /** Returns whether the model accepts an embedding of this shape. */
    public boolean accepts(Embedding embedding) {
      return (tokens == 0 || tokens == embedding.tokens())
          && (width == 0 || width == embedding.width());
    }

    /** Returns the shape such as {@code "(4, 768)"}, with {@code any} in place of 0. */
    @Override
    public String toString() {
      return Text.format("(%s, %s)", tokens == 0 ? "any" : tokens, width == 0 ? "any" : width);
    }
  }
}
