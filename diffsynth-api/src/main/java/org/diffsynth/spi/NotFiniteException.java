package org.diffsynth.spi;

import org.diffsynth.compute.BackendException;

/** A model gave NaN or infinity. The run stops there, rather than end in a black video. */
public class NotFiniteException extends BackendException {

  private static final long serialVersionUID = 1L;

  private final String model;
  private final int row;

  /**
   * Told by a backend of the call it was working on.
   *
   * @param model which model, such as {@code "VAE decoder of dreamshaper-8"}
   * @param row the first row of the call with such a value, counted from 0
   */
  public NotFiniteException(String model, int row) {
    this("%s gave NaN or infinity in row %d".formatted(model, row), model, row, null);
  }

  /**
   * Told by the denoising loop, which knows step and frame.
   *
   * @param message the whole story
   * @param model which model
   * @param row number of the frame
   * @param cause what the backend said, or null
   */
  public NotFiniteException(String message, String model, int row, Throwable cause) {
    super(message, cause);
    this.model = model;
    this.row = row;
  }

  /** Which model. */
  public String model() {
    return model;
  }

  /** The first row, or frame, with such a value. */
  public int row() {
    return row;
  }
}
