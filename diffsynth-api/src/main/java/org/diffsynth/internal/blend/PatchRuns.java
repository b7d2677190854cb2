package org.diffsynth.internal.blend;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.shots.ShotAnalysis;
import org.diffsynth.match.PatchMatchOptions;

/**
 * Creates the runs of patch blending.
 *
 * @param kind how the frames of a window are combined
 * @param radius frames on each side, at least 0
 * @param delay greatest delay in frames; empty for as late as the window needs
 * @param starts first frames of shots, or empty to find them
 */
public record PatchRuns(
    Kind kind,
    int radius,
    OptionalInt delay,
    Optional<List<Integer>> starts,
    PatchMatchOptions matching,
    ComputeOptions compute) {

  /** How the frames of a window are combined. */
  public enum Kind {
    /** By their agreement: {@link AgreementPlan}. */
    AGREE,
    /** By a tree of means: {@link FastPlan}. */
    TREE,
    /** By a mean of all: {@link BalancedPlan}. */
    MEAN
  }

  /** Checks that no component is null. */
  public PatchRuns {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(delay, "delay");
    Objects.requireNonNull(starts, "starts");
    Objects.requireNonNull(matching, "matching");
    Objects.requireNonNull(compute, "compute");
  }

  /** Returns a run over a video with a guide. */
  public BlendRun<?, ?> guided(Monitor monitor) {
    BlendRun<?, ?> run = blend(monitor);
    Reach reach = reach();
    starts.ifPresentOrElse(run::useShots, () -> run.findShots(reach));
    if (reach.limited()) {
      run.limitDelay();
    }
    run.matchSmallGuides();
    return run;
  }

  /** Returns a run over a video without a guide, for a radius above 0. */
  public BlindRun blind(Monitor monitor) {
    return new BlindRun(blend(monitor), starts.orElse(null), compute, monitor);
  }

  /** Returns the analysis by which a run with a guide divides the guide into shots. */
  public ShotAnalysis guidedAnalysis() {
    Reach reach = reach();
    return starts
        .map(ShotAnalysis::of)
        .orElseGet(
            () -> reach.limited() ? ShotAnalysis.within(reach.shots()) : ShotAnalysis.automatic());
  }

  /** Returns the analysis by which a run without a guide divides the video into shots. */
  public ShotAnalysis blindAnalysis() {
    return starts.map(ShotAnalysis::of).orElseGet(ShotAnalysis::automatic);
  }

  private BlendRun<?, ?> blend(Monitor monitor) {
    Reach reach = reach();
    return isAgreement()
        ? new AgreementRun(reach, matching, compute, monitor)
        : new CarryRun(start -> plan(reach, start), reach.past(), matching, compute, monitor);
  }

  private BlendPlan<CarryActions> plan(Reach reach, PlanStart start) {
    return switch (kind) {
      case TREE -> new FastPlan(reach, start);
      case MEAN, AGREE -> new BalancedPlan(reach, start); // a radius of 0 changes nothing
    };
  }

  private boolean isAgreement() {
    return kind == Kind.AGREE && radius > 0;
  }

  private Reach reach() {
    if (delay.isEmpty()) {
      return Reach.window(radius);
    }
    int frames = delay.getAsInt();
    Reach reach = Reach.within(radius, frames, starts.isPresent());
    return isAgreement() ? reach.steadyWithin(frames) : reach;
  }
}
