package org.diffsynth.internal.diffusion;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.UnetInput.Conditioning;

/**
 * What a prediction is conditioned on, and how its sides become one.
 *
 * @param sides the negative first, if there is one
 * @param scale how far to go from the first to the second
 * @param poseScale how far to go from the last to what it gives with poses, where there are some
 */
record GuidanceBranches(List<Conditioning> sides, double scale, double poseScale) {

  /** Encodes prompts; at a scale of 1 there is no negative side. */
  static GuidanceBranches of(
      DiffusionBackend backend, String prompt, String negative, double scale, double poseScale) {
    List<String> prompts = scale != 1 ? List.of(negative, prompt) : List.of(prompt);
    List<Embedding> texts = backend.encodeText(prompts);
    return of(texts, scale, poseScale);
  }

  /** From an embedding instead of a prompt; its negative side is zeros. */
  static GuidanceBranches of(Embedding prompt, double scale, double poseScale) {
    Embedding negative = Embedding.zeros(prompt.tokens(), prompt.width());
    return of(scale != 1 ? List.of(negative, prompt) : List.of(prompt), scale, poseScale);
  }

  private static GuidanceBranches of(List<Embedding> texts, double scale, double poseScale) {
    List<Conditioning> sides = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      sides.add(new Conditioning(texts.get(i), i < texts.size() - 1));
    }
    return new GuidanceBranches(List.copyOf(sides), scale, poseScale);
  }

  /** The side that is not negative. */
  Conditioning positive() {
    return sides.get(sides.size() - 1);
  }

  /** As {@link #combine(List)}, and on to what the positive side gives with poses. */
  Latents combine(List<Latents> predicted, Latents posed) {
    Latents pull = Latents.mix(1, posed, -1, predicted.get(predicted.size() - 1));
    return Latents.mix(1, combine(predicted), poseScale, pull);
  }

  /** Predictions of the sides, in their order, as one. */
  Latents combine(List<Latents> predicted) {
    return predicted.size() == 1
        ? predicted.get(0)
        : Latents.mix(1 - scale, predicted.get(0), scale, predicted.get(1));
  }
}
