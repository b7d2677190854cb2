package org.diffsynth.internal.diffusion;

import java.io.IOException;
import java.util.Optional;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.Prediction;
import org.diffsynth.diffusion.StepListener;

/**
 * A listener that keeps the state of a run after every step, so that a later run of the same
 * request, model and input continues after the last step that was kept.
 */
public interface StepCheckpoints extends StepListener {

  /**
   * All that the steps after a step depend on, besides request, model and input.
   *
   * @param step number of the step that has ended, counted from 0
   * @param latents latents at the next noise level
   * @param prediction prediction of the step, which schedulers of higher order read
   * @param firstEstimate first estimate of the clean latents, which guides the deflicker in a run
   *     without an input video; null if there is none
   */
  record State(int step, Latents latents, Prediction prediction, Latents firstEstimate) {}

  /** Returns the state that an earlier run has kept; called once, before the first step. */
  Optional<State> last() throws IOException;

  /**
   * Keeps a state instead of the one before. The next step waits.
   *
   * @throws IOException if the state cannot be kept; the run then ends
   */
  void keep(State state) throws IOException;

  /** Returns the checkpoints of a run with a listener: the listener itself, or none. */
  static StepCheckpoints of(StepListener listener) {
    return listener instanceof StepCheckpoints checkpoints
        ? checkpoints
        : new StepCheckpoints() {
          @Override
          public Optional<State> last() {
            return Optional.empty();
          }

          @Override
          public void keep(State state) {}

          @Override
          public void afterStep(StepReport report) {
            listener.afterStep(report);
          }
        };
  }
}
