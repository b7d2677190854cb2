package org.diffsynth.spi;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;

/**
 * One evaluation of the UNet with its ControlNets, on a batch of frames.
 *
 * <p>The frames of {@code sample} are the <em>rows</em>. Each row is evaluated under each
 * conditioning: the batch is the rows under the first, then the rows under the second. Control
 * pictures and attention are the same for all conditionings. A backend may evaluate the batch in
 * one piece or in several, as long as the result is the same.
 *
 * @param sample x_t, one frame per row
 * @param timestep what the UNet is told; may lie between whole numbers, and is rounded to the
 *     nearest for a model that takes whole ones
 * @param conditionings one or two, the negative first; all texts have as many tokens
 * @param attention whose keys and values each row uses
 * @param controls the ControlNets that run, their residuals add up; empty for none
 * @param image the image prompt, for a model with {@link ModelDescription#imageInput}; a model that
 *     takes one and gets none sees zeros
 * @param channels what goes beside the latents, for a model with {@link
 *     ModelDescription#extraChannels}, one frame per row; without them such a model sees zeros
 */
public record UnetInput(
    Latents sample,
    float timestep,
    List<Conditioning> conditionings,
    KeyValueRows attention,
    List<ControlInput> controls,
    Optional<ImageInput> image,
    Optional<Latents> channels) {

  /** Checks that the parts fit. */
  public UnetInput {
    Objects.requireNonNull(sample, "sample");
    conditionings = List.copyOf(conditionings);
    Objects.requireNonNull(attention, "attention");
    controls = List.copyOf(controls);
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(channels, "channels");
    if (conditionings.isEmpty()) {
      throw new IllegalArgumentException("at least one conditioning is needed, got none");
    }
    int tokens = conditionings.get(0).text().tokens();
    for (Conditioning conditioning : conditionings) {
      if (conditioning.text().tokens() != tokens) {
        throw new IllegalArgumentException(
            "all conditionings must have as many tokens, were %d and %d"
                .formatted(tokens, conditioning.text().tokens()));
      }
    }
    if (!attention.isSelf() && attention.rows() != sample.frames()) {
      throw new IllegalArgumentException(
          "attention must have a row per frame, was %d for %d frames"
              .formatted(attention.rows(), sample.frames()));
    }
    for (ControlInput control : controls) {
      if (control.pictures().size() != sample.frames()) {
        throw new IllegalArgumentException(
            "ControlNet '%s' must have a picture per frame, was %d for %d frames"
                .formatted(control.name(), control.pictures().size(), sample.frames()));
      }
    }
    if (image.isPresent() && image.get().rows().size() != sample.frames()) {
      throw new IllegalArgumentException(
          "the image prompt must have an embedding per frame, was %d for %d frames"
              .formatted(image.get().rows().size(), sample.frames()));
    }
    if (channels.isPresent()
        && (channels.get().frames() != sample.frames()
            || channels.get().height() != sample.height()
            || channels.get().width() != sample.width())) {
      throw new IllegalArgumentException(
          "further channels must have the frames and the size of %s, were %s"
              .formatted(sample.shape(), channels.get().shape()));
    }
  }

  /** A query without an image prompt and further channels. */
  public UnetInput(
      Latents sample,
      float timestep,
      List<Conditioning> conditionings,
      KeyValueRows attention,
      List<ControlInput> controls) {
    this(sample, timestep, conditionings, attention, controls, Optional.empty(), Optional.empty());
  }

  /** The same under other conditionings. */
  public UnetInput withConditionings(List<Conditioning> others) {
    return new UnetInput(sample, timestep, others, attention, controls, image, channels);
  }

  /** The same with an image prompt. */
  public UnetInput withImage(ImageInput newImage) {
    return new UnetInput(
        sample, timestep, conditionings, attention, controls, Optional.of(newImage), channels);
  }

  /** The same with channels beside the latents. */
  public UnetInput withChannels(Latents newChannels) {
    return new UnetInput(
        sample, timestep, conditionings, attention, controls, image, Optional.of(newChannels));
  }

  /**
   * The prompt that all rows of a {@link UnetInput} are evaluated with in one guidance branch.
   *
   * @param text embedding of the prompt
   * @param negative whether this is the negative branch of classifier-free guidance, in which
   *     ControlNets that pool over the whole picture are not run
   */
  public record Conditioning(Embedding text, boolean negative) {

    /** Checks that an embedding is given. */
    public Conditioning {
      Objects.requireNonNull(text, "text");
    }
  }

  /**
   * The input of one ControlNet.
   *
   * @param name name of an opened ControlNet
   * @param pictures one control picture per row, with the size of the decoded frames and samples in
   *     [0, 1]
   * @param scale factor on the residuals of the ControlNet, above 0
   */
  public record ControlInput(String name, List<Frame> pictures, float scale) {

    /** Checks the scale. */
    public ControlInput {
      Objects.requireNonNull(name, "name");
      pictures = List.copyOf(pictures);
      if (!(scale > 0)) {
        throw new IllegalArgumentException("scale must be above 0, but was " + scale);
      }
    }
  }

  /**
   * The image prompt of an IP-Adapter.
   *
   * @param rows one embedding per row, all of one shape that {@link ModelDescription#imageInput}
   *     accepts; in the negative guidance branch the model gets zeros instead
   * @param scale factor on the contribution of the adapter, at least 0
   */
  public record ImageInput(List<Embedding> rows, float scale) {

    /** Checks the scale. */
    public ImageInput {
      rows = List.copyOf(rows);
      if (!(scale >= 0)) {
        throw new IllegalArgumentException("scale must be at least 0, but was " + scale);
      }
    }
  }
}
