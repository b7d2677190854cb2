package org.diffsynth.control;

import java.util.Objects;
import org.diffsynth.frame.Video;

/**
 * Pose control as in DreamPose: a UNet with ten input channels beside the latents gets the pose
 * maps of five frames, from two frames before to two frames after, and guidance has two scales.
 *
 * <table>
 *   <caption>Notation: symbols in the paper and names here</caption>
 *   <tr><th>paper</th><th>here</th></tr>
 *   <tr><td>s_I</td><td>guidance scale of the request, s₁</td></tr>
 *   <tr><td>s_p</td><td>{@code scale}, s₂</td></tr>
 * </table>
 *
 * <p>The noise prediction is ε₀ + s₁·(ε₁ − ε₀) + s₂·(ε₂ − ε₁), where ε₀ is the prediction of the
 * negative branch without poses, ε₁ that of the positive branch without poses, and ε₂ that of the
 * positive branch with poses. Without poses, the channels are zeros. If s₁ is 1, ε₀ is not
 * evaluated. The third evaluation makes a step half as expensive again.
 *
 * <p>Red and green of each map are its two channels, such as U and V of DensePose in [0, 1]; the
 * UNet gets 2·v − 1. Maps are scaled to the size of the picture, and every eighth pixel is used. At
 * the ends of the clip, the frame's own map replaces maps of missing neighbours, as in the released
 * code. Reference pictures from outside the clip have no pose.
 *
 * <p>DreamPose replaces the prompt by the embedding of a picture; see {@code
 * RenderRequest.withPromptEmbedding}.
 *
 * @param maps one pose map for each frame of the clip
 * @param scale strength of the poses, s₂, in [0, 100]; the released value is 3, with a guidance
 *     scale of 8
 * @see <a href="https://arxiv.org/abs/2304.06025">Karras et al. 2023, DreamPose, sections 4.2 and
 *     4.4</a>
 */
public record StackedPoses(Video maps, double scale) {

  private static final double MAX_SCALE = 100;

  /** Checks the scale. */
  public StackedPoses {
    Objects.requireNonNull(maps, "maps");
    if (!(scale >= 0 && scale <= MAX_SCALE)) {
      throw new IllegalArgumentException("scale must be in [0, 100], but was " + scale);
    }
  }

  /** Creates pose control with the released scale of 3. */
  public static StackedPoses of(Video maps) {
    return new StackedPoses(maps, 3);
  }

  /** Returns a copy of these poses with the given scale, in [0, 100]. */
  public StackedPoses withScale(double newScale) {
    return new StackedPoses(maps, newScale);
  }
}
