package org.diffsynth.compute;

/**
 * A backend or an engine failed during its work: a driver call or a model run failed, or a device
 * has too little memory. The message names the operation that failed. The exception of the vendor's
 * library, if there is one, is the cause.
 */
public class BackendException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Creates an exception with a message for the user. */
  public BackendException(String message) {
    super(message);
  }

  /** Creates an exception with a message for the user and the failure of the vendor's library. */
  public BackendException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * A device has too little memory for a call. The denoising loop repeats the step with smaller
   * calls, so a backend that throws this exception must be usable afterwards.
   */
  public static class OutOfDeviceMemoryException extends BackendException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception without a failure of a vendor's library.
     *
     * @param message what needed how much memory, for the user
     */
    public OutOfDeviceMemoryException(String message) {
      super(message);
    }

    /**
     * Creates an exception for a failure of a vendor's library.
     *
     * @param message what needed how much memory, for the user
     * @param cause the failure
     */
    public OutOfDeviceMemoryException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
