package org.diffsynth.annotator;

import org.diffsynth.control.Annotator;
import org.diffsynth.control.ControlSignal;

/**
 * Provides the annotators of this package for the control signals that need no model: soft edges,
 * Canny edges, line art and shuffled content. {@link java.util.ServiceLoader} finds this provider.
 */
public final class BuiltInAnnotators implements Annotator.Provider {

  /** Creates the provider. {@link java.util.ServiceLoader} calls this constructor. */
  public BuiltInAnnotators() {}

  @Override
  public boolean supports(ControlSignal signal) {
    return switch (signal) {
      case SOFT_EDGES, CANNY, LINE_ART, SHUFFLE -> true;
      case DEPTH, TILE, POSE, NORMALS -> false;
    };
  }

  @Override
  public Annotator create(ControlSignal signal) {
    return switch (signal) {
      case SOFT_EDGES -> SoftEdges.DEFAULT;
      case CANNY -> CannyEdges.DEFAULT;
      case LINE_ART -> new LineArt();
      case SHUFFLE -> ContentShuffle.of(0);
      case DEPTH, TILE, POSE, NORMALS ->
          throw new IllegalArgumentException(
              "no built-in annotator for the control signal " + signal);
    };
  }
}
