package org.diffsynth.app.terminal;

/**
 * Says that the frames that were finished before a failure are kept in a file. It is added to the
 * failure as a suppressed exception, so that the failure itself stays as it is.
 */
public final class KeptFrames extends Exception {

  private static final long serialVersionUID = 1;

  private KeptFrames(String message) {
    super(message, null, false, false);
  }

  /**
   * Notes in a failure what became of the finished frames.
   *
   * @param message one sentence, such as "out.mp4 holds the 12 frames that were finished"
   */
  public static void note(Throwable failure, String message) {
    failure.addSuppressed(new KeptFrames(message));
  }

  /** Returns what is noted in a failure, to be added to its message. */
  static String of(Throwable failure) {
    StringBuilder notes = new StringBuilder();
    for (Throwable suppressed : failure.getSuppressed()) {
      if (suppressed instanceof KeptFrames) {
        notes.append("; ").append(suppressed.getMessage());
      }
    }
    return notes.toString();
  }
}
