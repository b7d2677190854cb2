package org.diffsynth.internal.diffusion;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.TextEmbedding;
import org.diffsynth.spi.Conditioning;
import org.diffsynth.spi.DiffusionBackend;

/**
 * What a prediction is conditioned on, and how its sides become one.
 *
 * @param sides the negative first, if there is one
 * @param scale how far to go from the first to the second
 */
record Guidance(List<Conditioning> sides, double scale) {

  /** Encodes prompts; at a scale of 1 there is no negative side. */
  static Guidance of(DiffusionBackend backend, String prompt, String negative, double scale) {
    List<String> prompts = scale != 1 ? List.of(negative, prompt) : List.of(prompt);
    List<TextEmbedding> texts = backend.encodeText(prompts);
    List<Conditioning> sides = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      sides.add(new Conditioning(texts.get(i), i < texts.size() - 1));
    }
    return new Guidance(List.copyOf(sides), scale);
  }

  /** Predictions of the sides, in their order, as one. */
  Latents combine(List<Latents> predicted) {
    return predicted.size() == 1
        ? predicted.get(0)
        : Latents.mix(1 - scale, predicted.get(0), scale, predicted.get(1));
  }
}
