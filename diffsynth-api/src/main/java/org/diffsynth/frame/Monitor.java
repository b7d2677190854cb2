package org.diffsynth.frame;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Receives the progress of a long run, and may cancel it. The thread that started the run calls the
 * monitor between frames or batches and waits for it, so implementations should return quickly.
 */
public interface Monitor {

  /** A monitor that does nothing. Interrupting the running thread still cancels the run. */
  Monitor NONE = new Monitor() {};

  /** Creates a monitor that passes progress to a listener and never cancels. */
  static Monitor of(Consumer<Progress> listener) {
    return new Monitor() {
      @Override
      public void progress(Progress progress) {
        listener.accept(progress);
      }
    };
  }

  /**
   * Creates a monitor that passes progress to a listener and can be cancelled.
   *
   * @param cancelled returns whether to end the run, for example {@code AtomicBoolean::get} of a
   *     flag that a button sets; called from the thread of the run
   */
  static Monitor of(Consumer<Progress> listener, BooleanSupplier cancelled) {
    Objects.requireNonNull(cancelled, "cancelled");
    return new Monitor() {
      @Override
      public void progress(Progress progress) {
        listener.accept(progress);
      }

      @Override
      public boolean isCancelled() {
        return cancelled.getAsBoolean();
      }
    };
  }

  /** Receives the progress after each step of the run. */
  default void progress(Progress progress) {}

  /** Returns whether to end the run with a CancellationException; called before each batch. */
  default boolean isCancelled() {
    return false;
  }

  /**
   * Throws an exception if this monitor is cancelled or the current thread is interrupted. The
   * interrupt flag stays set.
   *
   * @throws CancellationException if the run must end
   */
  default void checkCancelled() {
    if (isCancelled() || Thread.currentThread().isInterrupted()) {
      throw new CancellationException("cancelled");
    }
  }

  /**
   * The progress of a long run.
   *
   * @param stage name of the current stage, such as {@code "deflicker"}
   * @param fraction share of the work of the whole run that is done, in [0, 1]
   * @param framesDone frames finished in this stage
   * @param framesTotal frames in this stage, or {@link VideoFormat#UNKNOWN_COUNT}
   * @param timeLeft estimated time to the end of the run; empty as long as there is no estimate
   */
  record Progress(
      String stage,
      double fraction,
      long framesDone,
      long framesTotal,
      Optional<Duration> timeLeft) {}
}
