package org.diffsynth.internal.blend;

import java.io.IOException;
import java.util.List;
import org.diffsynth.spi.MatchSession.MatchRequest;

/**
 * Actions that {@link AgreementPlan} requests from an {@link org.diffsynth.spi.AgreementSession}.
 */
public interface AgreementActions extends BlendActions {

  /** Finds fields and keeps them. */
  void match(List<MatchRequest> batch);

  /** Computes the agreed picture of a frame from the frames {@code first} to {@code last}. */
  void agree(int frame, int first, int last);

  /**
   * Averages the agreed picture of a frame with those of the frames {@code first} to {@code last}:
   * the result is the finished frame. Finished frames come in order.
   */
  void outputSteady(int frame, int first, int last) throws IOException;

  /** Frees the field of a pair of frames. */
  void dropField(int source, int target);
}
