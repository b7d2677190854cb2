package org.diffsynth.onnx.internal.lora;

import java.io.IOException;

/** Change of one weight, or of one bias. No tensor is loaded before the change is applied. */
interface LayerDelta {

  /** Returns whether this change is for a weight with these dimensions. */
  boolean fits(int rows, int columns);

  /** Returns the dimensions that this change is for, such as {@code "320 by 768"}. */
  String shape();

  /**
   * Changes a weight.
   *
   * @param weight the weight, with dimensions that {@link #fits} accepts
   * @param strength factor of the change; 1 for the change as it was trained, 0 for none
   * @throws IOException if the file of the change cannot be read
   */
  void addTo(WeightMatrix weight, float strength) throws IOException;
}
