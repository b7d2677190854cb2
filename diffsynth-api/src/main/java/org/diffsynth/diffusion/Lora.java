package org.diffsynth.diffusion;

import java.nio.file.Path;
import java.util.Objects;

/**
 * A low-rank change of a model's weights (LoRA), as it is trained for a style or a character: to a
 * weight W, {@code scale · alpha / rank · up · down} is added when the model is opened. Nothing is
 * written into the model's folder, and a render costs what it costs without.
 *
 * @param file a {@code .safetensors} file with names as kohya's scripts or diffusers write them
 * @param scale how much of the change, finite; 1 as it was trained, 0 nothing, negative the other
 *     way
 * @see <a href="https://arxiv.org/abs/2106.09685">Hu et al. 2021, LoRA</a>
 */
public record Lora(Path file, float scale) {

  /** Checks the range. */
  public Lora {
    Objects.requireNonNull(file, "file");
    if (!Float.isFinite(scale)) {
      throw new IllegalArgumentException("scale must be finite, was " + scale);
    }
  }

  /** As it was trained. */
  public static Lora of(Path file) {
    return new Lora(file, 1);
  }
}
