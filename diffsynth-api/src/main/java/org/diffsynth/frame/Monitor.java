package org.diffsynth.frame;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;

/**
 * Watches a long run and may stop it.
 *
 * <p>Called from the thread that started the run, between frames or batches, so keep it short.
 */
public interface Monitor {

  /** Neither watches nor stops. An interrupt of the running thread still cancels. */
  Monitor NONE = new Monitor() {};

  /** A monitor that only watches. */
  static Monitor of(Consumer<Progress> listener) {
    return new Monitor() {
      @Override
      public void progress(Progress progress) {
        listener.accept(progress);
      }
    };
  }

  /** Told after every step of the run. */
  default void progress(Progress progress) {}

  /** Asked before every batch of work; {@code true} ends the run with a CancellationException. */
  default boolean isCancelled() {
    return false;
  }

  /**
   * Stops the caller if this monitor or an interrupt asks for it. The interrupt flag stays set.
   *
   * @throws CancellationException if the run is to end
   */
  default void checkCancelled() {
    if (isCancelled() || Thread.currentThread().isInterrupted()) {
      throw new CancellationException("cancelled");
    }
  }

  /**
   * How far a long run has come.
   *
   * @param stage what is being done, in a word or two such as {@code "deflicker"}
   * @param fraction share of the work done, in [0, 1]
   * @param framesDone frames finished in this stage
   * @param framesTotal frames in this stage, or {@link VideoFormat#UNKNOWN_COUNT}
   * @param timeLeft estimate of the time to the end; empty while there is nothing to estimate from
   */
  record Progress(
      String stage,
      double fraction,
      long framesDone,
      long framesTotal,
      Optional<Duration> timeLeft) {}
}
