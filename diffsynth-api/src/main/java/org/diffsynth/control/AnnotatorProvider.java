package org.diffsynth.control;

/**
 * Makes an annotator for a control signal without the help of a model. Found by {@link
 * java.util.ServiceLoader}; the module {@code diffsynth-control} brings those built in.
 */
public interface AnnotatorProvider {

  /** Whether this provider makes annotators for the given signal. */
  boolean supports(ControlSignal signal);

  /**
   * Returns a new annotator, for one run.
   *
   * @throws IllegalArgumentException if the signal is not supported
   */
  Annotator create(ControlSignal signal);
}
