package org.diffsynth.compute;

/**
 * A device has not enough memory for a call. The denoising loop answers it with smaller chunks, so
 * the backend must be as usable as before the call.
 */
public class OutOfDeviceMemoryException extends BackendException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception without a vendor's failure behind it.
   *
   * @param message what needed how much, for the user
   */
  public OutOfDeviceMemoryException(String message) {
    super(message);
  }

  /**
   * Creates an exception that a vendor's failure caused.
   *
   * @param message what needed how much, for the user
   * @param cause the vendor's failure
   */
  public OutOfDeviceMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
