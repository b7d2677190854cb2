package org.diffsynth.frame;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.diffsynth.internal.text.Text;

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

  /** What a long run does at the moment, for programs that show it in their own words. */
  enum Phase {
    /** Finds cuts or other properties of the input before the work begins. */
    SHOTS,
    /** Makes control pictures from the input. */
    ANNOTATE,
    /** Encodes pictures as latents. */
    ENCODE,
    /** Evaluates the diffusion model: a denoising step, or a step of DDIM inversion. */
    PREDICT,
    /** Decodes latents to pictures. */
    DECODE,
    /** Deflickers. */
    DEFLICKER,
    /** Carries key frames to the frames between them. */
    INTERPOLATE,
    /** Measures videos. */
    MEASURE,
    /** Writes finished frames. */
    WRITE,
    /** Has finished. */
    DONE,
    /** Something else, which {@link Progress#stage} names. */
    OTHER;

    private static Phase named(String stage) {
      for (Phase phase : values()) {
        if (phase.name().equalsIgnoreCase(stage)) {
          return phase;
        }
      }
      return OTHER;
    }
  }

  /**
   * The progress of a long run.
   *
   * @param phase what the run does at the moment
   * @param stage {@code phase} in words for people, such as {@code "denoising, step 3 of 20"}
   * @param fraction share of the work of the whole run that is done, in [0, 1]; 0 as long as the
   *     amount of work is unknown, see {@link #hasFraction}
   * @param framesDone frames finished in this stage
   * @param framesTotal frames in this stage, or {@link VideoFormat#UNKNOWN_COUNT}
   * @param timeLeft estimated time to the end of the run; empty as long as there is no estimate
   */
  record Progress(
      Phase phase,
      String stage,
      double fraction,
      long framesDone,
      long framesTotal,
      Optional<Duration> timeLeft) {

    /** Creates a progress whose phase is the one with the name of the stage, or OTHER. */
    public Progress(
        String stage,
        double fraction,
        long framesDone,
        long framesTotal,
        Optional<Duration> timeLeft) {
      this(Phase.named(stage), stage, fraction, framesDone, framesTotal, timeLeft);
    }

    /** Returns whether the share of the work is known; otherwise show {@link #framesDone}. */
    public boolean hasFraction() {
      return framesTotal > 0 || fraction > 0;
    }

    /** Returns a copy of this progress with the given share of the work and time left. */
    public Progress withFraction(double newFraction, Optional<Duration> newTimeLeft) {
      return new Progress(phase, stage, newFraction, framesDone, framesTotal, newTimeLeft);
    }

    /**
     * Returns one line for people, such as {@code "deflicker 42 %, 10/24 frames, 0:12 left"}, or
     * {@code "deflicker 120 frames"} if the length is unknown.
     */
    public String toText() {
      String frames =
          framesTotal >= 0
              ? Text.format("%d/%d frames", framesDone, framesTotal)
              : Text.format("%d frames", framesDone);
      String share = hasFraction() ? Text.format("%3.0f %%, ", fraction * 100) : "";
      String left = fraction >= 1 ? "" : timeLeft.map(t -> ", " + clock(t) + " left").orElse("");
      return stage + " " + share + frames + left;
    }

    private static String clock(Duration time) {
      return time.toHours() > 0
          ? Text.format("%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart())
          : Text.format("%d:%02d", time.toMinutes(), time.toSecondsPart());
    }
  }
}
