package org.diffsynth.compute;

/**
 * A device has not enough memory for a call. The denoising loop answers it with smaller chunks, so
 * the backend must be as usable as before the call.
 */
public class DeviceMemoryException extends BackendException {

  private static final long serialVersionUID = 1L;

  /** With a message for the user and the vendor's failure. */
  public DeviceMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
