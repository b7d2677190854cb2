package org.diffsynth.cuda;

import org.diffsynth.compute.BackendException;

/** The device has less memory free than was asked for. */
final class OutOfDeviceMemoryException extends BackendException {

  private static final long serialVersionUID = 1L;

  OutOfDeviceMemoryException(String message) {
    super(message);
  }
}
