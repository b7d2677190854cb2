package org.diffsynth.internal.diffusion;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.ModelDescription;
import org.diffsynth.spi.UnetInput.Conditioning;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The branches of classifier-free guidance, and the formula that combines their predictions.
 *
 * <pre>
 * ε = ε₀ + s₁·(ε₁ − ε₀) + s₂·(ε₂ − ε₁)
 * </pre>
 *
 * <p>Without poses the last term is missing; at s₁ = 1 the negative branch is not evaluated. A
 * model that was distilled with guidance receives the guidance scale as an input instead, and has
 * s₁ = 1.
 *
 * <table>
 * <caption>Notation</caption>
 * <tr><td>ε₀</td><td>prediction of the negative branch, {@code predicted.get(0)}</td></tr>
 * <tr><td>ε₁</td><td>prediction of the positive branch, the last of {@code predicted}</td></tr>
 * <tr><td>ε₂</td><td>prediction of the positive branch with poses, {@code posed}</td></tr>
 * <tr><td>s₁, s₂</td><td>{@code scale}, {@code poseScale}</td></tr>
 * </table>
 *
 * @param schedule conditionings of each step, the negative one first if there are two
 * @param scale guidance scale s₁
 * @param poseScale scale s₂ of stacked poses; 0 without poses
 * @param modelScale guidance scale that the model receives as an input; 1 for most models
 * @see <a href="https://arxiv.org/abs/2207.12598">Ho and Salimans 2022, Classifier-free
 *     guidance</a>
 * @see <a href="https://arxiv.org/abs/2304.06025">Karras et al. 2023, DreamPose, section 4.4</a>
 */
record GuidanceBranches(
    List<List<Conditioning>> schedule, double scale, double poseScale, double modelScale) {

  private static final Logger LOG = LoggerFactory.getLogger(GuidanceBranches.class);

  /**
   * Creates the branches of two prompts, which may change from step to step as {@link
   * PromptSchedule} describes. At a scale of 1 there is no negative branch.
   *
   * @param steps number of steps of the run
   */
  static GuidanceBranches of(
      DiffusionBackend backend,
      String prompt,
      String negative,
      int steps,
      double scale,
      double poseScale) {
    boolean distilled = backend.model().guidanceChannels() > 0;
    if (distilled && !negative.isBlank()) {
      LOG.warn(
          "{} was distilled with guidance, so the negative prompt has no effect",
          backend.model().name());
    }
    double ownScale = distilled ? 1 : scale;
    List<List<String>> schedules = new ArrayList<>();
    if (ownScale != 1) {
      schedules.add(PromptSchedule.of(negative, steps));
    }
    schedules.add(PromptSchedule.of(prompt, steps));
    Set<String> distinct = new LinkedHashSet<>();
    schedules.forEach(distinct::addAll);
    List<Embedding> texts = backend.encodeText(List.copyOf(distinct));
    Map<String, Embedding> embeddings = new HashMap<>();
    for (String text : distinct) {
      embeddings.put(text, texts.get(embeddings.size()));
    }
    List<List<Conditioning>> branches = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      int at = step;
      branches.add(
          branches(schedules.stream().map(prompts -> embeddings.get(prompts.get(at))).toList()));
    }
    return new GuidanceBranches(List.copyOf(branches), ownScale, poseScale, distilled ? scale : 1);
  }

  /**
   * Creates the branches of an embedding. The negative branch sees zeros.
   *
   * @param model the model, which may receive the scale as an input
   * @param steps number of steps of the run
   */
  static GuidanceBranches of(
      ModelDescription model, Embedding prompt, int steps, double scale, double poseScale) {
    boolean distilled = model.guidanceChannels() > 0;
    double ownScale = distilled ? 1 : scale;
    Embedding negative = Embedding.zeros(prompt.tokens(), prompt.width());
    List<Conditioning> branches =
        branches(ownScale != 1 ? List.of(negative, prompt) : List.of(prompt));
    return new GuidanceBranches(
        Collections.nCopies(steps, branches), ownScale, poseScale, distilled ? scale : 1);
  }

  private static List<Conditioning> branches(List<Embedding> texts) {
    List<Conditioning> branches = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      branches.add(new Conditioning(texts.get(i), i < texts.size() - 1));
    }
    return List.copyOf(branches);
  }

  /** Returns the number of branches, 1 or 2. */
  int count() {
    return schedule.get(0).size();
  }

  /** Returns the conditionings of a step, the negative one first if there are two. */
  List<Conditioning> branches(int step) {
    return schedule.get(step);
  }

  /** Returns the branch of a step that is not negative. */
  Conditioning positive(int step) {
    return branches(step).get(count() - 1);
  }

  /**
   * Returns the combination of all branches and of the prediction with poses.
   *
   * @param predicted predictions of the branches, in their order
   * @param posed prediction of the positive branch with poses
   */
  Latents combine(List<Latents> predicted, Latents posed) {
    Latents pull = Latents.mix(1, posed, -1, predicted.get(predicted.size() - 1));
    return Latents.mix(1, combine(predicted), poseScale, pull);
  }

  /** Returns the combination of the predictions of the branches, given in their order. */
  Latents combine(List<Latents> predicted) {
    return predicted.size() == 1
        ? predicted.get(0)
        : Latents.mix(1 - scale, predicted.get(0), scale, predicted.get(1));
  }
}
