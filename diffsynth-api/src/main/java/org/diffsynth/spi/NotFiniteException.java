package org.diffsynth.spi;

import org.diffsynth.compute.BackendException;
import org.diffsynth.internal.text.Text;

/**
 * Thrown when a model outputs NaN or infinity. The run ends there, so that it never produces a
 * black video.
 */
public class NotFiniteException extends BackendException {

  private static final long serialVersionUID = 1L;

  private final String model;
  private final int row;

  /**
   * Creates the exception that a backend throws.
   *
   * @param model name of the model, such as {@code "VAE decoder of dreamshaper-8"}
   * @param row first row of the call with such a value, counted from 0
   */
  public NotFiniteException(String model, int row) {
    this(Text.format("%s gave NaN or infinity in row %d", model, row), model, row, null);
  }

  /**
   * Creates the exception that the denoising loop throws, which knows step and frame.
   *
   * @param message complete message for the user
   * @param model name of the model
   * @param row number of the frame, counted from 0
   * @param cause exception of the backend, or null
   */
  public NotFiniteException(String message, String model, int row, Throwable cause) {
    super(message, cause);
    this.model = model;
    this.row = row;
  }

  /** Returns the name of the model. */
  public String model() {
    return model;
  }

  /** Returns the first row with such a value; after the denoising loop, the number of the frame. */
  public int row() {
    return row;
  }
}
