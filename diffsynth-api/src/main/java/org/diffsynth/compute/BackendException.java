package org.diffsynth.compute;

/**
 * A backend failed while it worked: a driver call, a model run, a device out of memory. The message
 * names what was being done; the vendor's exception, where there is one, is the cause.
 */
public class BackendException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** With a message for the user. */
  public BackendException(String message) {
    super(message);
  }

  /** With a message for the user and the vendor's failure. */
  public BackendException(String message, Throwable cause) {
    super(message, cause);
  }
}
