package org.diffsynth.frame;

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
}
