package org.diffsynth.control;

import java.util.Objects;
import org.diffsynth.frame.Video;

/**
 * DreamPose's control by poses: for a UNet trained with ten input channels beside the latents, into
 * which the pose maps of five frames go, two before to two after, and for its guidance by two
 * scales.
 *
 * <p>A prediction is ε₀ + s₁·(ε₁ − ε₀) + s₂·(ε₂ − ε₁): ε₀ of the negative side without poses, ε₁ of
 * the prompt without poses, ε₂ of both. s₁ is the guidance scale of the request; where it is 1, ε₀
 * drops out. Without poses means zeros. A third evaluation a step, half as much again.
 *
 * <p>A map is a picture whose red and green are its two channels, such as DensePose's U and V in
 * [0, 1]; the UNet sees 2·v − 1. Maps are brought to the picture's size, then every eighth pixel is
 * taken. Where a neighbour is missing at the ends of the clip, the frame's own map stands in, as
 * released. Reference pictures from outside the clip have no pose.
 *
 * <p>DreamPose replaces the prompt by an embedding of a picture: {@link
 * org.diffsynth.RenderRequest#withPromptEmbedding}.
 *
 * @param maps a map for each frame of the clip
 * @param scale s₂, in [0, 100]; released 3, with s₁ = 8
 * @see <a href="https://arxiv.org/abs/2304.06025">Karras et al. 2023, DreamPose, sections 4.2 and
 *     4.4</a>
 */
public record StackedPoses(Video maps, double scale) {

  private static final double MAX_SCALE = 100;

  /** Checks the range. */
  public StackedPoses {
    Objects.requireNonNull(maps, "maps");
    if (!(scale >= 0 && scale <= MAX_SCALE)) {
      throw new IllegalArgumentException("scale must be in [0, 100], was " + scale);
    }
  }

  /** With the released scale of 3. */
  public static StackedPoses of(Video maps) {
    return new StackedPoses(maps, 3);
  }

  /** The same at another scale. */
  public StackedPoses withScale(double newScale) {
    return new StackedPoses(maps, newScale);
  }
}
