package org.diffsynth.io;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.DataBufferUShort;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;

/** Between {@link Frame} and {@link BufferedImage}. */
public final class Pictures {

  private Pictures() {}

  /**
   * Takes over an image: 16-bit samples stay 16-bit, floats stay as they are, everything else
   * becomes 8-bit sRGB. Grey is repeated over the three channels; alpha is dropped, not applied.
   *
   * @throws IllegalArgumentException if the image has colours other than grey, RGB or a palette
   */
  public static Frame toFrame(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    Raster raster = image.getRaster();
    int bands = raster.getNumBands();
    if (raster.getTransferType() == DataBuffer.TYPE_USHORT
        && image.getColorModel() instanceof ComponentColorModel) {
      int[] row = new int[width * bands];
      short[] rgb = new short[width * height * 3];
      for (int y = 0, to = 0; y < height; y++) {
        raster.getPixels(0, y, width, 1, row);
        for (int x = 0; x < width; x++) {
          for (int c = 0; c < 3; c++) {
            rgb[to++] = (short) row[x * bands + (bands < 3 ? 0 : c)];
          }
        }
      }
      return Frame.ofRgb16(width, height, rgb);
    }
    if (raster.getTransferType() == DataBuffer.TYPE_FLOAT) {
      float[] row = new float[width * bands];
      float[] rgb = new float[width * height * 3];
      for (int y = 0, to = 0; y < height; y++) {
        raster.getPixels(0, y, width, 1, row);
        for (int x = 0; x < width; x++) {
          for (int c = 0; c < 3; c++) {
            rgb[to++] = row[x * bands + (bands < 3 ? 0 : c)];
          }
        }
      }
      return Frame.ofFloat(width, height, rgb);
    }
    byte[] rgb = new byte[width * height * 3];
    if (isPlainGrey(image)) {
      // getRGB would apply a transfer curve to linear grey; the samples are what is meant.
      int[] row = new int[width * bands];
      for (int y = 0, to = 0; y < height; y++) {
        raster.getPixels(0, y, width, 1, row);
        for (int x = 0; x < width; x++, to += 3) {
          rgb[to] = rgb[to + 1] = rgb[to + 2] = (byte) row[x * bands];
        }
      }
      return Frame.ofRgb8(width, height, rgb);
    }
    int[] row = new int[width];
    for (int y = 0, to = 0; y < height; y++) {
      image.getRGB(0, y, width, 1, row, 0, width);
      for (int x = 0; x < width; x++, to += 3) {
        rgb[to] = (byte) (row[x] >> 16);
        rgb[to + 1] = (byte) (row[x] >> 8);
        rgb[to + 2] = (byte) row[x];
      }
    }
    return Frame.ofRgb8(width, height, rgb);
  }

  private static boolean isPlainGrey(BufferedImage image) {
    ColorModel model = image.getColorModel();
    return model instanceof ComponentColorModel
        && model.getNumColorComponents() == 1
        && model.getComponentSize(0) == 8;
  }

  /** An sRGB image: 8 bits a sample for 8-bit frames, 16 for all others. */
  public static BufferedImage toImage(Frame frame) {
    int width = frame.width();
    int height = frame.height();
    if (frame.depth() == Frame.Depth.UINT8) {
      BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
      byte[] rgb = frame.toRgb8();
      byte[] bgr = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
      for (int i = 0; i < rgb.length; i += 3) {
        bgr[i] = rgb[i + 2];
        bgr[i + 1] = rgb[i + 1];
        bgr[i + 2] = rgb[i];
      }
      return image;
    }
    short[] samples = frame.toRgb16();
    WritableRaster raster =
        Raster.createInterleavedRaster(
            new DataBufferUShort(samples, samples.length),
            width,
            height,
            width * 3,
            3,
            new int[] {0, 1, 2},
            null);
    ColorModel model =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_sRGB),
            false,
            false,
            Transparency.OPAQUE,
            DataBuffer.TYPE_USHORT);
    return new BufferedImage(model, raster, false, null);
  }

  /**
   * The frame scaled to another size, as 8 bit: by halves as long as that does not go too far, then
   * the rest of the way bicubically. A frame of that size is returned as it is.
   */
  public static Frame resized(Frame frame, FrameSize size) {
    if (frame.size().equals(size)) {
      return frame;
    }
    int width = size.width();
    int height = size.height();
    BufferedImage image = toImage(frame.as(Frame.Depth.UINT8));
    while (image.getWidth() >= 2 * width && image.getHeight() >= 2 * height) {
      image =
          drawn(
              image,
              image.getWidth() / 2,
              image.getHeight() / 2,
              RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    }
    return toFrame(drawn(image, width, height, RenderingHints.VALUE_INTERPOLATION_BICUBIC));
  }

  private static BufferedImage drawn(BufferedImage image, int width, int height, Object hint) {
    BufferedImage result = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    Graphics2D graphics = result.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, hint);
    graphics.drawImage(image, 0, 0, width, height, null);
    graphics.dispose();
    return result;
  }
}
