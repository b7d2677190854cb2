package org.diffsynth.spi;

import java.util.Objects;
import org.diffsynth.diffusion.Embedding;

/**
 * What a row of a {@link UnetInput} is conditioned on.
 *
 * @param text the prompt
 * @param negative whether this is the negative side of classifier-free guidance, on which
 *     ControlNets that pool over the picture are silent
 */
public record Conditioning(Embedding text, boolean negative) {

  /** Checks that a text is given. */
  public Conditioning {
    Objects.requireNonNull(text, "text");
  }
}
