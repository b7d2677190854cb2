package org.diffsynth.control;

import java.util.Arrays;
import java.util.Optional;
import org.diffsynth.compute.ProviderChoice;

/** The kind of picture that a ControlNet expects. */
public enum ControlSignal {

  /** Inverse depth from a renderer or an estimator; near is bright. */
  DEPTH("depth"),

  /** Soft outlines, white on black, as the HED edge detector outputs. */
  SOFT_EDGES("softedge"),

  /** Outlines of one pixel width, white on black, by the Canny edge detector. */
  CANNY("canny"),

  /** Line drawings, white on black. */
  LINE_ART("lineart"),

  /** A style picture whose content was shuffled by a random warp; one for the whole clip. */
  SHUFFLE("shuffle"),

  /** The frame itself, with or without its finest detail. */
  TILE("tile"),

  /** Bodies, hands and faces drawn as coloured sticks, in the style of OpenPose. */
  POSE("openpose"),

  /** Surface normals as colours. */
  NORMALS("normal");

  private final String usualName;

  ControlSignal(String usualName) {
    this.usualName = usualName;
  }

  /** Returns the usual name of such ControlNets, such as {@code "softedge"}. */
  public String usualName() {
    return usualName;
  }

  /** Returns the signal with the given usual name, or empty if there is none. */
  public static Optional<ControlSignal> named(String usualName) {
    return Arrays.stream(values()).filter(it -> it.usualName.equals(usualName)).findFirst();
  }

  /**
   * Returns a new annotator that makes control pictures of this kind without a model. Empty for
   * signals that need an estimator, a renderer or key points, and for all but {@link #TILE} if the
   * module {@code diffsynth-control} is missing.
   */
  public Optional<Annotator> annotator() {
    if (this == TILE) {
      return Optional.of(Annotator.IDENTITY);
    }
    return ProviderChoice.find(Annotator.Provider.class).stream()
        .filter(provider -> provider.supports(this))
        .findFirst()
        .map(provider -> provider.create(this));
  }
}
