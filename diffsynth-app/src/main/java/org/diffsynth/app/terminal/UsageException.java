package org.diffsynth.app.terminal;

/**
 * The command line asks for something that cannot be done, such as two options that exclude each
 * other. The app prints the message with a hint at {@code --help} and ends with exit code 2.
 */
public final class UsageException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** Creates an error with a message of one line that names the option. */
  public UsageException(String message) {
    super(message);
  }

  /**
   * Throws a usage error unless a condition holds.
   *
   * @param condition the rule that the command line must follow
   * @param message a line that names the option and the rule
   */
  public static void check(boolean condition, String message) {
    if (!condition) {
      throw new UsageException(message);
    }
  }
}
