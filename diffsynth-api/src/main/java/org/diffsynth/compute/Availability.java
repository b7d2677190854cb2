package org.diffsynth.compute;

/**
 * Whether a backend or an engine can run on this machine. Missing hardware or a missing driver is
 * an answer with a reason, not an exception.
 */
public sealed interface Availability {

  /**
   * The backend or engine can run.
   *
   * @param device description of the device for people, such as {@code "CPU, scalar"}
   * @param speed rank among those that can run; larger is faster, and the fastest is the default
   */
  record Ready(String device, int speed) implements Availability {}

  /**
   * The backend or engine cannot run.
   *
   * @param reason why not, and what the user can do about it; becomes part of an error message
   */
  record Missing(String reason) implements Availability {}
}
