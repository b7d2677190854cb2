package org.diffsynth.io;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.DataBufferInt;
import java.awt.image.DataBufferUShort;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.nio.ByteBuffer;
import java.util.Arrays;
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
      if (bands == 3 && isPackedRgb16(raster)) {
        return Frame.ofRgb16(width, height, ((DataBufferUShort) raster.getDataBuffer()).getData());
      }
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
    Frame shared = ofPackedBytes(image);
    if (shared != null) {
      return shared;
    }
    int[] ints = packedInts(image);
    if (ints != null) {
      return PixelOrder.readInts(ints, 0, width, height, width);
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
    int[] pixels = image.getRGB(0, 0, width, height, null, 0, width);
    return PixelOrder.readInts(pixels, 0, width, height, width);
  }

  /** Returns whether the samples of a raster lie in its buffer as those of a frame do. */
  private static boolean isPackedRgb16(Raster raster) {
    return raster.getParent() == null
        && raster.getSampleModel() instanceof ComponentSampleModel samples
        && samples.getPixelStride() == 3
        && samples.getScanlineStride() == raster.getWidth() * 3
        && Arrays.equals(samples.getBandOffsets(), new int[] {0, 1, 2})
        && raster.getDataBuffer() instanceof DataBufferUShort shorts
        && shorts.getOffset() == 0
        && shorts.getSize() == raster.getWidth() * raster.getHeight() * 3;
  }

  /** Returns the frame of an image whose bytes have an order of {@link PixelOrder}, or null. */
  private static Frame ofPackedBytes(BufferedImage image) {
    PixelOrder order =
        switch (image.getType()) {
          case BufferedImage.TYPE_3BYTE_BGR -> PixelOrder.BGR;
          case BufferedImage.TYPE_4BYTE_ABGR -> PixelOrder.ABGR;
          default -> null;
        };
    int width = image.getWidth();
    int height = image.getHeight();
    if (order != null
        && image.getRaster().getParent() == null
        && image.getRaster().getDataBuffer() instanceof DataBufferByte bytes
        && bytes.getOffset() == 0
        && bytes.getSize() == width * height * order.bytesPerPixel()) {
      return order.read(ByteBuffer.wrap(bytes.getData()), width, height);
    }
    return null;
  }

  /** Returns the pixels of an image that are ints 0x--RRGGBB without gaps, or null. */
  private static int[] packedInts(BufferedImage image) {
    boolean plain =
        image.getType() == BufferedImage.TYPE_INT_RGB
            || image.getType() == BufferedImage.TYPE_INT_ARGB;
    if (plain
        && image.getRaster().getParent() == null
        && image.getRaster().getDataBuffer() instanceof DataBufferInt ints
        && ints.getOffset() == 0
        && ints.getSize() == image.getWidth() * image.getHeight()) {
      return ints.getData();
    }
    return null;
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
