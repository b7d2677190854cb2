package org.diffsynth.job;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;

/**
 * The samples of a frame as bytes, and their lossless compression.
 *
 * <p>Each sample is predicted by the mean of its left and its upper neighbour of the same channel,
 * and the differences are compressed by zlib. Differences of 16 bits are stored as all high bytes,
 * which are mostly zero, and then all low bytes. Float samples are stored by the planes of their
 * four bytes, without prediction.
 *
 * <p>The compression is that of the JDK, so that a job needs neither FFmpeg nor another library,
 * and keeps every depth. An object serves one thread.
 */
final class FrameBytes implements AutoCloseable {

  private final Deflater deflater;
  private final Inflater inflater = new Inflater(true);
  private byte[] packed = new byte[0];

  FrameBytes() {
    deflater = new Deflater(Deflater.BEST_SPEED, true);
    deflater.setStrategy(Deflater.HUFFMAN_ONLY);
  }

  /** Returns the samples of a frame, big-endian, in the order of {@link Frame}. */
  static byte[] of(Frame frame) {
    return switch (frame.depth()) {
      case UINT8 -> frame.toRgb8();
      case UINT16 -> {
        short[] samples = frame.toRgb16();
        ByteBuffer bytes = ByteBuffer.allocate(2 * samples.length);
        bytes.asShortBuffer().put(samples);
        yield bytes.array();
      }
      case FLOAT -> {
        float[] samples = frame.toFloat();
        ByteBuffer bytes = ByteBuffer.allocate(4 * samples.length);
        bytes.asFloatBuffer().put(samples);
        yield bytes.array();
      }
    };
  }

  /** Returns the compressed samples, which stay valid until the next call. */
  ByteBuffer pack(Frame frame) {
    byte[] planes = planes(frame);
    deflater.reset();
    deflater.setInput(planes);
    deflater.finish();
    int length = 0;
    while (!deflater.finished()) {
      if (length == packed.length) {
        packed = Arrays.copyOf(packed, Math.max(1 << 16, 2 * packed.length));
      }
      length += deflater.deflate(packed, length, packed.length - length);
    }
    return ByteBuffer.wrap(packed, 0, length);
  }

  private static byte[] planes(Frame frame) {
    int row = 3 * frame.width();
    return switch (frame.depth()) {
      case UINT8 -> {
        byte[] samples = frame.toRgb8();
        byte[] planes = new byte[samples.length];
        for (int i = 0; i < samples.length; i++) {
          planes[i] = (byte) (samples[i] - predicted8(samples, i, row));
        }
        yield planes;
      }
      case UINT16 -> {
        short[] samples = frame.toRgb16();
        byte[] planes = new byte[2 * samples.length];
        for (int i = 0; i < samples.length; i++) {
          short difference = (short) (samples[i] - predicted16(samples, i, row));
          int folded = difference << 1 ^ difference >> 15; // small numbers for both signs
          planes[i] = (byte) (folded >> 8);
          planes[samples.length + i] = (byte) folded;
        }
        yield planes;
      }
      case FLOAT -> {
        float[] samples = frame.toFloat();
        byte[] planes = new byte[4 * samples.length];
        for (int i = 0; i < samples.length; i++) {
          int bits = Float.floatToRawIntBits(samples[i]);
          for (int plane = 0; plane < 4; plane++) {
            planes[plane * samples.length + i] = (byte) (bits >> 24 - 8 * plane);
          }
        }
        yield planes;
      }
    };
  }

  private static int predicted8(byte[] samples, int i, int row) {
    int left = i % row >= 3 ? samples[i - 3] & 0xFF : i >= row ? samples[i - row] & 0xFF : 0;
    return i >= row ? left + (samples[i - row] & 0xFF) >> 1 : left;
  }

  private static int predicted16(short[] samples, int i, int row) {
    int left = i % row >= 3 ? samples[i - 3] & 0xFFFF : i >= row ? samples[i - row] & 0xFFFF : 0;
    return i >= row ? left + (samples[i - row] & 0xFFFF) >> 1 : left;
  }

  /**
   * Returns the frame of compressed samples.
   *
   * @throws DataFormatException if the bytes are damaged
   */
  Frame unpack(byte[] bytes, Frame.Depth depth, FrameSize size) throws DataFormatException {
    int count = Math.toIntExact(3 * size.pixels());
    byte[] planes =
        new byte
            [count
                * switch (depth) {
                  case UINT8 -> 1;
                  case UINT16 -> 2;
                  case FLOAT -> 4;
                }];
    inflater.reset();
    inflater.setInput(bytes);
    int length = 0;
    while (length < planes.length) {
      int inflated = inflater.inflate(planes, length, planes.length - length);
      if (inflated == 0) {
        throw new DataFormatException("too few samples");
      }
      length += inflated;
    }
    return frame(planes, depth, size);
  }

  private static Frame frame(byte[] planes, Frame.Depth depth, FrameSize size) {
    int row = 3 * size.width();
    int count = Math.toIntExact(3 * size.pixels());
    return switch (depth) {
      case UINT8 -> {
        for (int i = 0; i < count; i++) {
          planes[i] += (byte) predicted8(planes, i, row);
        }
        yield Frame.ofRgb8(size.width(), size.height(), planes);
      }
      case UINT16 -> {
        short[] samples = new short[count];
        for (int i = 0; i < count; i++) {
          int folded = (planes[i] & 0xFF) << 8 | planes[count + i] & 0xFF;
          samples[i] = (short) ((folded >> 1 ^ -(folded & 1)) + predicted16(samples, i, row));
        }
        yield Frame.ofRgb16(size.width(), size.height(), samples);
      }
      case FLOAT -> {
        float[] samples = new float[count];
        for (int i = 0; i < count; i++) {
          int bits = 0;
          for (int plane = 0; plane < 4; plane++) {
            bits = bits << 8 | planes[plane * count + i] & 0xFF;
          }
          samples[i] = Float.intBitsToFloat(bits);
        }
        yield Frame.ofFloat(size.width(), size.height(), samples);
      }
    };
  }

  @Override
  public void close() {
    deflater.end();
    inflater.end();
  }
}
