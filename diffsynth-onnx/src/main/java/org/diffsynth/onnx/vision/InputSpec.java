package org.diffsynth.onnx.vision;

import java.util.List;
import java.util.Objects;

/**
 * How a frame becomes the input tensor of a model.
 *
 * <p>The frame is taken as 8-bit samples, scaled as {@code fit} says, and each sample becomes
 * {@code (sample / 255 · fullScale − mean) / std}. Where the model's graph fixes height and width,
 * these are taken, and a fit that would give another size becomes {@link Fit#STRETCH}.
 *
 * @param tensor name of the input; empty for the only one that takes a picture
 * @param fit how the frame is brought to size
 * @param width columns in pixels, at least 1; not read by {@link Fit#ORIGINAL} and {@link
 *     Fit#HEIGHT}
 * @param height rows in pixels, at least 1; not read by {@link Fit#ORIGINAL}
 * @param multiple both sides become multiples of it, at least 1; read by the fits that keep the
 *     frame's proportions
 * @param filter resampling filter, as Pillow computes it
 * @param antialias whether the filter is widened when a frame becomes smaller, as Pillow does and
 *     OpenCV does not
 * @param channels order of the colours in the tensor
 * @param layout order of the dimensions of the tensor
 * @param fullScale value of white before mean and std; 1 or 255, mostly
 * @param mean one value for each channel, in the tensor's order
 * @param std one value for each channel, in the tensor's order, not 0
 * @param padding sample, 0 to 255, of what a fit adds around the frame
 */
public record InputSpec(
    String tensor,
    Fit fit,
    int width,
    int height,
    int multiple,
    Filter filter,
    boolean antialias,
    Channels channels,
    Layout layout,
    double fullScale,
    List<Double> mean,
    List<Double> std,
    int padding) {

  private static final int CHANNELS = 3;
  private static final int MAX_SIDE = 1 << 14;

  /** How a frame is brought to the size of the input. */
  public enum Fit {
    /** To width × height, whatever the proportions. */
    STRETCH,
    /** Keeps proportions; neither side is smaller than asked for. */
    SHORTER,
    /** Keeps proportions; neither side is larger than asked for. */
    LONGER,
    /** Keeps proportions at the given height; padded right and below to the multiple. */
    HEIGHT,
    /** The frame's own size, each side at the nearest multiple. */
    ORIGINAL,
    /** Keeps proportions, in the middle of width × height, padded around. */
    LETTERBOX,
    /** Keeps proportions, in the upper left of width × height, padded right and below. */
    CORNER,
    /** Keeps proportions; covers width × height, and what stands out is cut off evenly. */
    CROP
  }

  /** Resampling filters. */
  public enum Filter {
    /** The nearest sample. */
    NEAREST,
    /** The mean of the area. */
    BOX,
    /** A triangle. */
    BILINEAR,
    /** Keys' cubic with a = −0.5. */
    BICUBIC,
    /** A windowed sinc over three lobes. */
    LANCZOS
  }

  /** Order of colours. */
  public enum Channels {
    /** Red, green, blue. */
    RGB,
    /** Blue, green, red, as OpenCV reads pictures. */
    BGR
  }

  /** Order of dimensions. */
  public enum Layout {
    /** (1, channels, height, width). */
    NCHW,
    /** (1, height, width, channels). */
    NHWC
  }

  /** Checks the ranges. */
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
      throw new IllegalArgumentException("fullScale must not be 0, was " + fullScale);
    }
    mean = three("mean", mean);
    std = three("std", std);
    if (std.contains(0.0) || std.contains(-0.0)) {
      throw new IllegalArgumentException("std must not be 0, was " + std);
    }
    if (padding < 0 || padding > 255) {
      throw new IllegalArgumentException("padding must be in [0, 255], was " + padding);
    }
  }

  private static void checkSide(String name, int value) {
    if (value < 1 || value > MAX_SIDE) {
      throw new IllegalArgumentException(
          "%s must be in [1, %d], was %d".formatted(name, MAX_SIDE, value));
    }
  }

  private static List<Double> three(String name, List<Double> values) {
    List<Double> copy = List.copyOf(Objects.requireNonNull(values, name));
    if (copy.size() != CHANNELS || !copy.stream().allMatch(Double::isFinite)) {
      throw new IllegalArgumentException(
          "%s must have one finite value for each of %d channels, was %s"
              .formatted(name, CHANNELS, copy));
    }
    return copy;
  }

  /** The same with another size and fit. */
  public InputSpec withSize(Fit newFit, int newWidth, int newHeight) {
    return new InputSpec(
        tensor, newFit, newWidth, newHeight, multiple, filter, antialias, channels, layout,
        fullScale, mean, std, padding);
  }

  /** The same with another mean and std, and white at 1. */
  public InputSpec withNormalization(List<Double> newMean, List<Double> newStd) {
    return new InputSpec(
        tensor, fit, width, height, multiple, filter, antialias, channels, layout, 1, newMean,
        newStd, padding);
  }
}
