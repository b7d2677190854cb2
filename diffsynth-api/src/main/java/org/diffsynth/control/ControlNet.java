package org.diffsynth.control;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * A ControlNet beside the UNet: where it lies, how strongly and during which part of the run it
 * works, and how its control pictures are made.
 *
 * @param name what the user calls it; names control videos and errors, unique in a pipeline
 * @param folder its model folder
 * @param scale factor on its residuals, in [0, 10]; 0 means that it is never run
 * @param start share of the steps after which it begins, in [0, 1]; default 0
 * @param end share of the steps after which it ends, in [start, 1]; default 1
 * @param annotator makes its control pictures from the input where the request brings none; empty
 *     when it always brings them
 */
public record ControlNet(
    String name,
    Path folder,
    float scale,
    double start,
    double end,
    Optional<Annotator> annotator) {

  private static final float MAX_SCALE = 10;

  /** Checks the ranges. */
  public ControlNet {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(folder, "folder");
    Objects.requireNonNull(annotator, "annotator");
    if (name.isBlank()) {
      throw new IllegalArgumentException("name must not be blank");
    }
    if (!(scale >= 0 && scale <= MAX_SCALE)) {
      throw new IllegalArgumentException(
          "scale must be in [0, %s], was %s".formatted(MAX_SCALE, scale));
    }
    if (!(start >= 0 && start <= end && end <= 1)) {
      throw new IllegalArgumentException(
          "start and end must be in [0, 1], start first, were %s and %s".formatted(start, end));
    }
  }

  /** At full scale during the whole run, with control pictures handed in by name. */
  public static ControlNet of(String name, Path folder) {
    return new ControlNet(name, folder, 1, 0, 1, Optional.empty());
  }

  /** The same with another scale. */
  public ControlNet scale(float newScale) {
    return new ControlNet(name, folder, newScale, start, end, annotator);
  }

  /** The same during a part of the run, as shares of its steps. */
  public ControlNet between(double newStart, double newEnd) {
    return new ControlNet(name, folder, scale, newStart, newEnd, annotator);
  }

  /** The same with control pictures made from the input. */
  public ControlNet annotator(Annotator newAnnotator) {
    return new ControlNet(name, folder, scale, start, end, Optional.of(newAnnotator));
  }

  /**
   * Whether it runs in step {@code index} of {@code steps}, both counted in steps really taken:
   * step i lies in the part of the run from i/steps to (i+1)/steps, and has to lie in it wholly.
   */
  public boolean runsAt(int index, int steps) {
    // Shares such as 0.3 are not exact, and 3/10 must count as reaching them.
    double slack = 1e-9;
    return scale > 0
        && (double) index / steps >= start - slack
        && (index + 1.0) / steps <= end + slack;
  }
}
