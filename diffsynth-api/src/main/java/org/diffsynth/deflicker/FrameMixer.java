package org.diffsynth.deflicker;

import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.internal.text.Text;

/**
 * Mixes an input frame with its deflickered result. A float input gives floats; any other input
 * gives 16 bits a sample, rounded once. A share of 0 gives the input's samples, and a share of 1
 * the result's, exactly.
 *
 * <p>To join the luma of one picture with the colour of another, the difference of their lumas is
 * added to the three channels of the second, Y′ + (c − Y). This keeps the differences between the
 * channels, and so Cb and Cr of any YCbCr matrix. Where a channel would leave its range, c − Y is
 * scaled down for the whole pixel: the luma and the hue stay, and the colour gets paler. Luma is
 * (77·R + 150·G + 29·B) / 256, which needs no rounding.
 */
final class FrameMixer {

  private static final double FULL_16 = 65535;

  private final float[] input;
  private final float[] result;
  private final double fullScale;
  private final ColourPart part;
  private final double[] wanted = new double[3];

  private FrameMixer(Frame input, Frame result, ColourPart part) {
    boolean isFloat = input.depth() == Frame.Depth.FLOAT;
    this.input = isFloat ? input.toFloat() : samples16(input);
    this.result = isFloat ? result.toFloat() : samples16(result);
    this.fullScale = isFloat ? 1 : FULL_16;
    this.part = part;
  }

  /** Returns 16-bit samples as floats from 0 to 65535, which hold them exactly. */
  private static float[] samples16(Frame frame) {
    short[] samples = frame.toRgb16();
    float[] values = new float[samples.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = samples[i] & 0xFFFF;
    }
    return values;
  }

  /**
   * Returns the mixture of an input and its result.
   *
   * @param part part of the colours that comes from the result
   * @param strength share of the result, in [0, 1]
   * @param shares further factor of that share for each pixel, or null for 1
   */
  static Frame mix(Frame input, Frame result, ColourPart part, double strength, float[] shares) {
    if (!result.sameSize(input)) {
      throw new IllegalStateException(
          Text.format(
              "the deflicker must keep the size %s, but wrote %s", input.size(), result.size()));
    }
    if (part == ColourPart.ALL && strength == 1 && shares == null) {
      return result;
    }
    FrameMixer mixer = new FrameMixer(input, result, part);
    mixer.mix(strength, shares);
    return mixer.toFrame(input.size());
  }

  /** Replaces the input's samples. */
  private void mix(double strength, float[] shares) {
    for (int pixel = 0, i = 0; i < input.length; pixel++, i += 3) {
      double share = shares == null ? strength : strength * shares[pixel];
      if (share == 0) {
        continue;
      }
      switch (part) {
        case ALL -> copy(i);
        case LUMA -> join(result, input, i);
        case COLOUR -> join(input, result, i);
      }
      for (int c = 0; c < 3; c++) {
        double value = share == 1 ? wanted[c] : input[i + c] + share * (wanted[c] - input[i + c]);
        input[i + c] = (float) (fullScale == 1 ? value : Math.floor(value + 0.5));
      }
    }
  }

  private void copy(int i) {
    for (int c = 0; c < 3; c++) {
      wanted[c] = result[i + c];
    }
  }

  /** Sets the wanted pixel to the luma of one picture with the colour of another. */
  private void join(float[] tones, float[] colours, int i) {
    double luma = luma(tones, i);
    double ownLuma = luma(colours, i);
    double highest = Math.max(luma, fullScale);
    double lowest = Math.min(luma, 0);
    double factor = 1;
    for (int c = 0; c < 3; c++) {
      double chroma = colours[i + c] - ownLuma;
      if (luma + chroma > highest) {
        factor = Math.min(factor, (highest - luma) / chroma);
      } else if (luma + chroma < lowest) {
        factor = Math.min(factor, (lowest - luma) / chroma);
      }
    }
    for (int c = 0; c < 3; c++) {
      wanted[c] = luma + factor * (colours[i + c] - ownLuma);
    }
  }

  private static double luma(float[] rgb, int i) {
    return (77.0 * rgb[i] + 150.0 * rgb[i + 1] + 29.0 * rgb[i + 2]) / 256;
  }

  private Frame toFrame(FrameSize size) {
    if (fullScale == 1) {
      return Frame.ofFloat(size.width(), size.height(), input);
    }
    short[] samples = new short[input.length];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (short) (int) input[i];
    }
    return Frame.ofRgb16(size.width(), size.height(), samples);
  }
}
