package org.diffsynth.io;

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
import java.nio.ByteBuffer;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.PixelOrder;

/** Converts between {@link Frame} and {@link BufferedImage}. */
final class Pictures {

  private Pictures() {}

  /**
   * Converts an image to a frame. Samples of 16 bits and floats are kept; everything else becomes
   * 8-bit sRGB. Grey is repeated in the three channels; alpha is dropped, not applied.
   *
   * @throws IllegalArgumentException if the image has colours other than grey, RGB or a palette
   */
  static Frame toFrame(BufferedImage image) {
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
    if (image.getType() == BufferedImage.TYPE_3BYTE_BGR
        && raster.getParent() == null
        && raster.getDataBuffer() instanceof DataBufferByte bytes
        && bytes.getOffset() == 0
        && bytes.getSize() == width * height * 3) {
      return PixelOrder.BGR.read(ByteBuffer.wrap(bytes.getData()), width, height);
    }
    byte[] rgb = new byte[width * height * 3];
    if (isPlainGrey(image)) {
      // getRGB would apply a transfer curve to linear grey, so the samples are read directly.
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

  /**
   * Converts an image to a frame without converting its colours, whatever its colour space. Samples
   * of 16 bits and floats are kept; everything else becomes 8 bits.
   */
  static Frame samples(BufferedImage image) {
    ColorModel model = image.getColorModel();
    if (!(model instanceof ComponentColorModel)
        || model.getNumColorComponents() != 3
        || image.getRaster().getTransferType() != DataBuffer.TYPE_BYTE
        || model.getComponentSize(0) != 8) {
      return toFrame(image);
    }
    int width = image.getWidth();
    int bands = image.getRaster().getNumBands();
    int[] row = new int[width * bands];
    byte[] rgb = new byte[width * image.getHeight() * 3];
    for (int y = 0, to = 0; y < image.getHeight(); y++) {
      image.getRaster().getPixels(0, y, width, 1, row);
      for (int x = 0; x < row.length; x += bands) {
        rgb[to++] = (byte) row[x];
        rgb[to++] = (byte) row[x + 1];
        rgb[to++] = (byte) row[x + 2];
      }
    }
    return Frame.ofRgb8(width, image.getHeight(), rgb);
  }

  private static boolean isPlainGrey(BufferedImage image) {
    ColorModel model = image.getColorModel();
    return model instanceof ComponentColorModel
        && model.getNumColorComponents() == 1
        && model.getComponentSize(0) == 8;
  }

  /** Converts a frame to an sRGB image, with 8 bits per sample for 8-bit frames, else with 16. */
  static BufferedImage toImage(Frame frame) {
    int width = frame.width();
    int height = frame.height();
    if (frame.depth() == Frame.Depth.UINT8) {
      BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
      byte[] bgr = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
      PixelOrder.BGR.write(frame, ByteBuffer.wrap(bgr));
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
}
