package org.diffsynth.app.frames;

import java.io.IOException;

/** What the threads that read and write in the background share. */
final class Failures {

  private Failures() {}

  /** Throws a failure of another thread as it is. */
  static void rethrow(Throwable failure) throws IOException {
    if (failure instanceof IOException exception) {
      throw exception;
    }
    if (failure instanceof RuntimeException exception) {
      throw exception;
    }
    if (failure instanceof Error error) {
      throw error;
    }
    throw new IllegalStateException(failure);
  }

  /** Waits for the end of a thread, which may be null; keeps the interrupt flag. */
  static void join(Thread thread) {
    boolean isInterrupted = false;
    while (thread != null && thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
