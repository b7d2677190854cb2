package org.diffsynth.cuda;

/** Closes several things, each whatever becomes of the others, and fails with the first failure. */
final class Closing {

  private RuntimeException failure;

  /** Runs one step; a failure is kept. */
  void run(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      if (failure == null) {
        failure = e;
      } else {
        failure.addSuppressed(e);
      }
    }
  }

  /** Keeps what was kept as a consequence of another failure, the one to throw. */
  void addTo(RuntimeException cause) {
    if (failure != null) {
      cause.addSuppressed(failure);
    }
  }

  /** Throws what was kept. */
  void end() {
    if (failure != null) {
      throw failure;
    }
  }
}
