package org.diffsynth.onnx.vision;

import java.util.List;
import java.util.Objects;
import org.diffsynth.internal.text.Text;
import org.diffsynth.io.Resampler;

/**
 * Describes how a frame becomes the input tensor of a vision model (preprocessing).
 *
 * <p>The frame is converted to 8-bit samples and resized as {@code fit} specifies; then each sample
 * becomes {@code (sample / 255 · fullScale − mean) / std}. If the model has a fixed input size,
 * that size is used instead of {@code width} and {@code height}, and a fit that would result in
 * another size becomes {@link Fit#STRETCH}.
 *
 * @param tensor name of the input tensor; an empty string selects the only input that accepts a
 *     picture
 * @param fit how the frame is resized
 * @param width columns of the input in pixels, 1 to 16384; ignored by {@link Fit#ORIGINAL} and
 *     {@link Fit#HEIGHT}
 * @param height rows of the input in pixels, 1 to 16384; ignored by {@link Fit#ORIGINAL}
 * @param multiple both sides are rounded to a multiple of this number, at least 1; used by the fits
 *     that keep the proportions of the frame
 * @param filter resampling filter; the arithmetic is that of Pillow
 * @param antialias whether the filter is widened when a frame is reduced, which Pillow does and
 *     OpenCV does not
 * @param channels order of the colour channels in the tensor
 * @param layout order of the dimensions of the tensor
 * @param fullScale value of white before {@code mean} and {@code std} are applied; usually 1 or 255
 * @param mean value that is subtracted, one per channel in the order of the tensor
 * @param std value by which is divided, one per channel in the order of the tensor; not 0
 * @param padding sample, 0 to 255, that fills the area around the frame
 */
public record InputSpec(
    String tensor,
    Fit fit,
    int width,
    int height,
    int multiple,
    Resampler.Filter filter,
    boolean antialias,
    Channels channels,
    Layout layout,
    double fullScale,
    List<Double> mean,
    List<Double> std,
    int padding) {

  private static final int CHANNELS = 3;
  private static final int MAX_SIDE = 1 << 14;

  /** How a frame is resized to the size of the model input. */
  public enum Fit {
    /** Stretches the frame to width × height; its proportions change. */
    STRETCH,
    /** Keeps the proportions; each side is at least as large as specified. */
    SHORTER,
    /** Keeps the proportions; each side is at most as large as specified. */
    LONGER,
    /**
     * Keeps the proportions at the specified height; pads on the right and at the bottom to the
     * multiple.
     */
    HEIGHT,
    /** Keeps the size of the frame; each side is rounded to the nearest multiple. */
    ORIGINAL,
    /** Keeps the proportions; centres the frame in width × height and pads on all sides. */
    LETTERBOX,
    /**
     * Keeps the proportions; puts the frame into the upper left corner of width × height and pads
     * on the right and at the bottom.
     */
    CORNER,
    /**
     * Keeps the proportions; the frame covers width × height, and what exceeds it is cropped evenly
     * on both sides.
     */
    CROP
  }

  /** Order of the colour channels. */
  public enum Channels {
    /** Channels in the order red, green, blue. */
    RGB,
    /** Channels in the order blue, green, red, which is the order of pictures in OpenCV. */
    BGR
  }

  /** Order of the dimensions of a tensor. */
  public enum Layout {
    /** Tensor of shape {@code (1, channels, height, width)}. */
    NCHW,
    /** Tensor of shape {@code (1, height, width, channels)}. */
    NHWC
  }

  /**
   * Copies the lists and checks the ranges.
   *
   * @throws IllegalArgumentException if a value is out of range
   */
  public InputSpec {
    Objects.requireNonNull(tensor, "tensor");
    Objects.requireNonNull(fit, "fit");
    Objects.requireNonNull(filter, "filter");
    Objects.requireNonNull(channels, "channels");
    Objects.requireNonNull(layout, "layout");
    checkSide("width", width);
    checkSide("height", height);
    checkSide("multiple", multiple);
    if (!(Double.isFinite(fullScale) && fullScale != 0)) {
      throw new IllegalArgumentException(
          "fullScale must be finite and not 0, but was " + fullScale);
    }
    mean = three("mean", mean);
    std = three("std", std);
    if (std.contains(0.0) || std.contains(-0.0)) {
      throw new IllegalArgumentException("std must not be 0, but was " + std);
    }
    if (padding < 0 || padding > 255) {
      throw new IllegalArgumentException("padding must be in [0, 255], but was " + padding);
    }
  }

  private static void checkSide(String name, int value) {
    if (value < 1 || value > MAX_SIDE) {
      throw new IllegalArgumentException(
          Text.format("%s must be in [1, %d], but was %d", name, MAX_SIDE, value));
    }
  }

  private static List<Double> three(String name, List<Double> values) {
    List<Double> copy = List.copyOf(Objects.requireNonNull(values, name));
    if (copy.size() != CHANNELS || !copy.stream().allMatch(Double::isFinite)) {
      throw new IllegalArgumentException(
          Text.format(
              "%s must have one finite value for each of %d channels, but was %s",
              name, CHANNELS, copy));
    }
    return copy;
  }

  /**
   * Returns a copy of this description with the given fit and size.
   *
   * @param newFit how a frame is resized
   * @param newWidth columns of the input in pixels
   * @param newHeight rows of the input in pixels
   */
  public InputSpec withSize(Fit newFit, int newWidth, int newHeight) {
    return new InputSpec(
        tensor, newFit, newWidth, newHeight, multiple, filter, antialias, channels, layout,
        fullScale, mean, std, padding);
  }

  /**
   * Returns a copy of this description with the given mean and standard deviation, and a full scale
   * of 1.
   *
   * @param newMean value that is subtracted, one per channel
   * @param newStd value by which is divided, one per channel
   */
  public InputSpec withNormalization(List<Double> newMean, List<Double> newStd) {
    return new InputSpec(
        tensor, fit, width, height, multiple, filter, antialias, channels, layout, 1, newMean,
        newStd, padding);
  }
}
