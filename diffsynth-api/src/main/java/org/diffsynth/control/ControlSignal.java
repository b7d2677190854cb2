package org.diffsynth.control;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;

/** What the pictures of a ControlNet show, and what can make them. */
public enum ControlSignal {

  /**
   * Inverse depth, near is bright: of a renderer ({@link DepthAlignment#fromZBuffer}) or of an
   * estimator, then made steady by {@link DepthAlignment#align}.
   */
  DEPTH("depth", null),

  /** Soft outlines, white on black, as HED gives. */
  SOFT_EDGES("softedge", () -> SoftEdges.DEFAULT),

  /** Hard outlines, one pixel wide. */
  CANNY("canny", () -> CannyEdges.DEFAULT),

  /** Drawn lines, white on black. */
  LINE_ART("lineart", LineArt::new),

  /** A style picture with its contents stirred; one picture for the whole clip. */
  SHUFFLE("shuffle", () -> ContentShuffle.of(0)),

  /** The picture itself, with or without its finest detail. */
  TILE("tile", () -> Annotator.IDENTITY),

  /** Bodies, hands and faces as {@link PoseDrawing} draws them. */
  POSE("openpose", null),

  /** Surface normals as colours. */
  NORMALS("normal", null);

  private final String usualName;
  private final Supplier<Annotator> annotator;

  ControlSignal(String usualName, Supplier<Annotator> annotator) {
    this.usualName = usualName;
    this.annotator = annotator;
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
   * A new annotator that makes such pictures without a model; empty where that needs an estimator,
   * a renderer or key points.
   */
  public Optional<Annotator> annotator() {
    return Optional.ofNullable(annotator).map(Supplier::get);
  }
}
