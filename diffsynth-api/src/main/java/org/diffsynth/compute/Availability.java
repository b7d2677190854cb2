package org.diffsynth.compute;

/** Whether a backend can run on this machine. A missing driver is an answer, not an error. */
public sealed interface Availability {

  /**
   * It can.
   *
   * @param device what it runs on, such as {@code "CPU, scalar"}
   * @param speed rank among the ready backends, larger is faster; the fastest is the default
   */
  record Ready(String device, int speed) implements Availability {}

  /**
   * It cannot.
   *
   * @param reason why, and what the user can do about it; ends up in the error users read
   */
  record Missing(String reason) implements Availability {}
}
