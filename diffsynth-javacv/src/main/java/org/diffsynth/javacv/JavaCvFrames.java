package org.diffsynth.javacv;

import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ShortBuffer;
import java.util.Objects;
import org.bytedeco.javacv.Frame;
import org.diffsynth.frame.PixelOrder;
import org.diffsynth.internal.text.Text;

/**
 * Converts pictures between JavaCV and DiffSynth. Pixels are copied in both directions, so a
 * grabber may reuse its frame. 8-bit and 16-bit samples are exact.
 *
 * <pre>{@code
 * org.diffsynth.frame.Frame frame = JavaCvFrames.fromJavaCv(grabber.grabImage());
 * recorder.record(JavaCvFrames.toJavaCv(frame));
 *
 * // OpenCV, in the classes of org.opencv or of org.bytedeco.opencv
 * var converter = new OpenCVFrameConverter.ToOrgOpenCvCoreMat();
 * org.diffsynth.frame.Frame ofMat = JavaCvFrames.fromJavaCv(converter.convert(mat));
 * Mat mat = converter.convert(JavaCvFrames.toJavaCv(frame));
 * }</pre>
 */
public final class JavaCvFrames {

  private static final int CHANNELS = 3;

  private JavaCvFrames() {}

  /**
   * Converts a picture of JavaCV: one channel is grey, three are blue, green and red, and four are
   * blue, green, red and alpha, as JavaCV's grabbers and OpenCV deliver them. Alpha is ignored.
   *
   * @param picture picture with 8 or 16 bits per sample, unsigned
   * @throws IllegalArgumentException if the picture has no image, such as a packet of sound, or
   *     another depth or number of channels
   */
  public static org.diffsynth.frame.Frame fromJavaCv(Frame picture) {
    return fromJavaCv(picture, picture.imageChannels == 4 ? PixelOrder.BGRA : PixelOrder.BGR);
  }

  /**
   * Converts a picture of JavaCV with 8 bits per sample and a given order of channels. Grey
   * pictures and pictures with 16 bits are converted as by {@link #fromJavaCv(Frame)}.
   *
   * @param order order of the channels of a pixel, such as {@link PixelOrder#RGB} for {@code
   *     FFmpegFrameGrabber} with the pixel format {@code AV_PIX_FMT_RGB24}
   */
  public static org.diffsynth.frame.Frame fromJavaCv(Frame picture, PixelOrder order) {
    Objects.requireNonNull(order, "order");
    if (picture.image == null || picture.image.length == 0 || picture.image[0] == null) {
      throw new IllegalArgumentException(
          "the JavaCV frame must hold a picture, but has none; grabImage() skips sound and data");
    }
    int width = picture.imageWidth;
    int height = picture.imageHeight;
    Buffer pixels = picture.image[0];
    if (picture.imageDepth == Frame.DEPTH_UBYTE && pixels instanceof ByteBuffer bytes) {
      if (picture.imageChannels == 1) {
        return grey(bytes, width, height, picture.imageStride);
      }
      checkChannels(picture, order.bytesPerPixel());
      return order.read(bytes, width, height, picture.imageStride);
    }
    if (picture.imageDepth == Frame.DEPTH_USHORT && pixels instanceof ShortBuffer shorts) {
      if (picture.imageChannels != 1 && picture.imageChannels != 4) {
        checkChannels(picture, CHANNELS);
      }
      return deep(shorts, width, height, picture.imageStride, picture.imageChannels);
    }
    throw new IllegalArgumentException(
        Text.format(
            "samples must be unsigned with 8 or 16 bits, but the JavaCV frame has the depth %d",
            picture.imageDepth));
  }

  private static void checkChannels(Frame picture, int expected) {
    if (picture.imageChannels != expected) {
      throw new IllegalArgumentException(
          Text.format(
              "the JavaCV frame must have %d channels, but has %d",
              expected, picture.imageChannels));
    }
  }

  private static org.diffsynth.frame.Frame grey(
      ByteBuffer pixels, int width, int height, int stride) {
    ByteBuffer rgb = ByteBuffer.allocate(width * height * CHANNELS);
    for (int y = 0, to = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        byte value = pixels.get(pixels.position() + y * stride + x);
        rgb.put(to++, value).put(to++, value).put(to++, value);
      }
    }
    return PixelOrder.RGB.read(rgb, width, height);
  }

  private static org.diffsynth.frame.Frame deep(
      ShortBuffer pixels, int width, int height, int stride, int channels) {
    short[] rgb = new short[width * height * CHANNELS];
    for (int y = 0, to = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int at = pixels.position() + y * stride + x * channels;
        for (int c = 0; c < CHANNELS; c++) {
          rgb[to++] = pixels.get(channels == 1 ? at : at + CHANNELS - 1 - c);
        }
      }
    }
    return org.diffsynth.frame.Frame.ofRgb16(width, height, rgb);
  }

  /**
   * Converts a frame to a JavaCV picture with 8 bits per sample in the order blue, green, red,
   * whatever the frame's depth. The caller closes the picture, which holds native memory.
   */
  public static Frame toJavaCv(org.diffsynth.frame.Frame frame) {
    Frame picture = new Frame(frame.width(), frame.height(), Frame.DEPTH_UBYTE, CHANNELS);
    copyTo(frame, picture);
    return picture;
  }

  /**
   * Copies a frame into a JavaCV picture that the caller uses again and again.
   *
   * @param picture picture of the frame's size with 8 bits per sample and three channels
   * @throws IllegalArgumentException if the picture has another size, depth or number of channels
   */
  public static void copyTo(org.diffsynth.frame.Frame frame, Frame picture) {
    if (picture.imageWidth != frame.width() || picture.imageHeight != frame.height()) {
      throw new IllegalArgumentException(
          Text.format(
              "the JavaCV frame must have the size %s, but has %dx%d",
              frame.size(), picture.imageWidth, picture.imageHeight));
    }
    checkChannels(picture, CHANNELS);
    if (picture.imageDepth != Frame.DEPTH_UBYTE) {
      throw new IllegalArgumentException(
          Text.format(
              "samples must be unsigned with 8 bits, but the JavaCV frame has the depth %d",
              picture.imageDepth));
    }
    PixelOrder.BGR.write(frame, (ByteBuffer) picture.image[0], picture.imageStride);
  }
}
