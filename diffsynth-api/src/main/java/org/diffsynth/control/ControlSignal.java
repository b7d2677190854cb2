package org.diffsynth.control;

import java.util.Arrays;
import java.util.Optional;
import org.diffsynth.compute.ProviderChoice;

/** What the pictures of a ControlNet show, and what can make them. */
public enum ControlSignal {

  /** Inverse depth, near is bright: of a renderer or of an estimator. */
  DEPTH("depth"),

  /** Soft outlines, white on black, as HED gives. */
  SOFT_EDGES("softedge"),

  /** Hard outlines, one pixel wide. */
  CANNY("canny"),

  /** Drawn lines, white on black. */
  LINE_ART("lineart"),

  /** A style picture with its contents stirred; one picture for the whole clip. */
  SHUFFLE("shuffle"),

  /** The picture itself, with or without its finest detail. */
  TILE("tile"),

  /** Bodies, hands and faces drawn as coloured sticks, as OpenPose draws them. */
  POSE("openpose"),

  /** Surface normals as colours. */
  NORMALS("normal");

  private final String usualName;

  ControlSignal(String usualName) {
    this.usualName = usualName;
  }

  /** What ControlNets of this kind are called: {@code "softedge"}, {@code "openpose"}, … */
  public String usualName() {
    return usualName;
  }

  /** The signal of this usual name, if there is one. */
  public static Optional<ControlSignal> named(String usualName) {
    return Arrays.stream(values()).filter(it -> it.usualName.equals(usualName)).findFirst();
  }

  /**
   * Returns a new annotator that makes control pictures of this kind without a model, or empty
   * where that needs an estimator, a renderer or key points, and where the module {@code
   * diffsynth-control} is missing.
   */
  public Optional<Annotator> annotator() {
    if (this == TILE) {
      return Optional.of(Annotator.IDENTITY);
    }
    return ProviderChoice.find(AnnotatorProvider.class).stream()
        .filter(provider -> provider.supports(this))
        .findFirst()
        .map(provider -> provider.create(this));
  }
}
