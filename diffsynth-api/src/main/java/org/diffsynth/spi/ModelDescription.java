package org.diffsynth.spi;

import java.util.Objects;
import java.util.Optional;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.NoiseSchedule;
import org.diffsynth.diffusion.Prediction;

/**
 * What the denoising loop must know of a model.
 *
 * @param name what errors and logs call it, such as the folder's name
 * @param latentChannels channels of its latents, 4 for Stable Diffusion
 * @param vaeScaleFactor pixels of the picture per latent pixel, along each side; 8 for Stable
 *     Diffusion
 * @param sizeMultiple width and height of pictures must be multiples of this; at least {@code
 *     vaeScaleFactor}
 * @param scalingFactor what the VAE's mean is multiplied by to make latents; 0.18215 for Stable
 *     Diffusion 1.5. The backend applies it
 * @param noiseSchedule how noise grows over its timesteps
 * @param predictionType what its UNet gives
 * @param imageInput which image prompts it takes; empty for a model without an IP-Adapter
 * @param extraChannels input channels of its UNet beside the latents, such as 10 for stacked poses;
 *     0 for most
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
    int extraChannels) {

  /** Checks the ranges. */
  public ModelDescription {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(noiseSchedule, "noiseSchedule");
    Objects.requireNonNull(predictionType, "predictionType");
    Objects.requireNonNull(imageInput, "imageInput");
    if (extraChannels < 0) {
      throw new IllegalArgumentException("extraChannels must be at least 0, was " + extraChannels);
    }
    if (latentChannels < 1 || vaeScaleFactor < 1) {
      throw new IllegalArgumentException(
          "latentChannels and vaeScaleFactor must be at least 1, were %d and %d"
              .formatted(latentChannels, vaeScaleFactor));
    }
    if (sizeMultiple < vaeScaleFactor || sizeMultiple % vaeScaleFactor != 0) {
      throw new IllegalArgumentException(
          "sizeMultiple must be a multiple of vaeScaleFactor %d, was %d"
              .formatted(vaeScaleFactor, sizeMultiple));
    }
  }

  /** A model that takes latents and a prompt only. */
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
        0);
  }

  /** The same with these image prompts. */
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
        extraChannels);
  }

  /** The same with so many input channels beside the latents. */
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
            "tokens and width must be at least 0, but were %d and %d".formatted(tokens, width));
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
      return "(%s, %s)".formatted(tokens == 0 ? "any" : tokens, width == 0 ? "any" : width);
    }
  }
}
