package org.diffsynth.io;

import java.awt.color.CMMException;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.ColorConvertOp;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.DataBufferUShort;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.text.Text;

/** Converts samples from the colours of an ICC profile to sRGB. */
final class ColourProfile {

  /** A profile that changes no sample by more than this many levels of 8 bits is that of sRGB. */
  private static final int SAME = 2;

  private static final int STEPS = 9;
  private static final int LEVELS = 255;

  private final ColorConvertOp conversion;
  private final int components;

  private ColourProfile(ICC_Profile profile) {
    ICC_Profile srgb = ICC_Profile.getInstance(ColorSpace.CS_sRGB);
    conversion = new ColorConvertOp(new ICC_Profile[] {profile, srgb}, null);
    components = profile.getNumComponents();
  }

  /**
   * Returns the profile of RGB or CMYK samples.
   *
   * @param data bytes of the profile, or null
   * @param components number of colour components of the picture
   * @return null if there is no profile, or it is that of sRGB, or of grey, which is used unchanged
   * @throws IllegalArgumentException if the profile is damaged or of another kind of colours
   */
  static ColourProfile of(byte[] data, int components) {
    if (data == null || components < 3) {
      return null;
    }
    try {
      ICC_Profile profile = ICC_Profile.getInstance(data);
      if (profile.getNumComponents() != components) {
        throw new IllegalArgumentException(
            Text.format("it has %d components", profile.getNumComponents()));
      }
      ColourProfile result = new ColourProfile(profile);
      return components == 3 && result.isSrgb() ? null : result;
    } catch (CMMException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private boolean isSrgb() {
    byte[] colours = new byte[STEPS * STEPS * STEPS * 3];
    for (int i = 0, at = 0; at < colours.length; i++) {
      colours[at++] = (byte) (i % STEPS * LEVELS / (STEPS - 1));
      colours[at++] = (byte) (i / STEPS % STEPS * LEVELS / (STEPS - 1));
      colours[at++] = (byte) (i / STEPS / STEPS * LEVELS / (STEPS - 1));
    }
    byte[] converted = converted(colours, STEPS * STEPS * STEPS, 1);
    for (int i = 0; i < colours.length; i++) {
      if (Math.abs((colours[i] & 0xFF) - (converted[i] & 0xFF)) > SAME) {
        return false;
      }
    }
    return true;
  }

  /** Returns an RGB frame of 8 or 16 bits in sRGB; floats are returned unchanged. */
  Frame converted(Frame frame) {
    return switch (frame.depth()) {
      case UINT8 ->
          Frame.ofRgb8(
              frame.width(),
              frame.height(),
              converted(frame.toRgb8(), frame.width(), frame.height()));
      case UINT16 -> {
        short[] to = new short[frame.width() * frame.height() * 3];
        short[] from = frame.toRgb16();
        conversion.filter(
            raster(new DataBufferUShort(from, from.length), frame.width(), frame.height(), 3),
            raster(new DataBufferUShort(to, to.length), frame.width(), frame.height(), 3));
        yield Frame.ofRgb16(frame.width(), frame.height(), to);
      }
      default -> frame;
    };
  }

  /** Returns interleaved 8-bit samples of the profile's colours as interleaved sRGB samples. */
  byte[] converted(byte[] from, int width, int height) {
    byte[] to = new byte[width * height * 3];
    conversion.filter(
        raster(new DataBufferByte(from, from.length), width, height, components),
        raster(new DataBufferByte(to, to.length), width, height, 3));
    return to;
  }

  private static WritableRaster raster(DataBuffer samples, int width, int height, int bands) {
    int[] offsets = new int[bands];
    for (int i = 0; i < bands; i++) {
      offsets[i] = i;
    }
    return Raster.createInterleavedRaster(
        samples, width, height, width * bands, bands, offsets, null);
  }
}
