package org.diffsynth.control;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.diffsynth.internal.text.Text;

/**
 * A ControlNet of a pipeline: its model folder, its strength, the part of the run in which it
 * works, and how its control pictures are made.
 *
 * @param name name chosen by the user, unique in a pipeline; control videos and error messages
 *     refer to it
 * @param folder model folder
 * @param scale conditioning scale: factor on the residuals that the ControlNet adds to the UNet, in
 *     [0, 10]; default 1. The pipeline does not open the model of a ControlNet with scale 0
 * @param start share of the steps after which it begins to work, in [0, 1]; default 0
 * @param end share of the steps after which it stops working, in [start, 1]; default 1
 * @param annotator makes the control pictures from the input video; empty if each request brings a
 *     control video
 */
public record ControlNet(
    String name,
    Path folder,
    float scale,
    double start,
    double end,
    Optional<Annotator> annotator) {

  private static final float MAX_SCALE = 10;

  /**
   * Creates a {@code ControlNet} from its components.
   *
   * @throws IllegalArgumentException if a component is outside its documented range
   */
  public ControlNet {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(folder, "folder");
    Objects.requireNonNull(annotator, "annotator");
    if (name.isBlank()) {
      throw new IllegalArgumentException("name must not be blank");
    }
    if (!(scale >= 0 && scale <= MAX_SCALE)) {
      throw new IllegalArgumentException(
          Text.format("scale must be in [0, %s], but was %s", MAX_SCALE, scale));
    }
    if (!(start >= 0 && start <= end && end <= 1)) {
      throw new IllegalArgumentException(
          Text.format(
              "start must be in [0, 1] and end in [start, 1], but were %s and %s", start, end));
    }
  }

  /**
   * Creates a ControlNet with conditioning scale 1 that works in all steps.
   *
   * <p>If the name tells what its control pictures show and no model is needed to make them, they
   * are made from the input video: {@code "softedge"}, {@code "canny"} and {@code "lineart"} with
   * the module {@code diffsynth-control}, {@code "tile"} always. Any other ControlNet, such as
   * {@code "depth"}, {@code "openpose"} or {@code "shuffle"}, needs {@link #withAnnotator} or a
   * control video in each request. A control video always replaces the annotator.
   *
   * @param name name chosen by the user, not blank
   * @param folder model folder
   */
  public static ControlNet of(String name, Path folder) {
    Optional<Annotator> annotator =
        ControlSignal.named(name)
            .filter(signal -> signal != ControlSignal.SHUFFLE) // shows the style, not the input
            .flatMap(ControlSignal::annotator);
    return new ControlNet(name, folder, 1, 0, 1, annotator);
  }

  /** Returns a copy of this ControlNet with the given conditioning scale, in [0, 10]. */
  public ControlNet withScale(float newScale) {
    return new ControlNet(name, folder, newScale, start, end, annotator);
  }

  /**
   * Returns a copy of this ControlNet that works in the given part of the run only.
   *
   * @param newStart share of the steps after which it begins to work, in [0, 1]
   * @param newEnd share of the steps after which it stops working, in [newStart, 1]
   */
  public ControlNet withRange(double newStart, double newEnd) {
    return new ControlNet(name, folder, scale, newStart, newEnd, annotator);
  }

  /** Returns a copy of this ControlNet whose control pictures are made by the given annotator. */
  public ControlNet withAnnotator(Annotator newAnnotator) {
    return new ControlNet(name, folder, scale, start, end, Optional.of(newAnnotator));
  }

  /**
   * Returns whether this ControlNet works in step {@code index} of {@code steps}, counted from 0.
   * Step i covers the part of the run from i/steps to (i+1)/steps. It must lie completely between
   * {@link #start} and {@link #end}.
   */
  public boolean runsAt(int index, int steps) {
    // A share such as 0.3 has no exact double, and step 3 of 10 must still count as complete.
    double slack = 1e-9;
    return scale > 0
        && (double) index / steps >= start - slack
        && (index + 1.0) / steps <= end + slack;
  }
}
