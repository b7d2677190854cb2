package org.diffsynth.io;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.diffsynth.io.PictureHeader.Loss;

/**
 * Reads the chunks of a PNG file around its samples.
 *
 * @see <a href="https://www.w3.org/TR/png-3/">PNG specification, third edition</a>
 */
final class PngHeader {

  private static final int MAX_PROFILE = 16 << 20;
  private static final int SRGB_GAMMA = 45455;

  private PngHeader() {}

  /**
   * Reads all chunks. EXIF data may lie behind the samples, so their chunks are skipped over.
   *
   * @throws java.io.EOFException if the file ends before its last chunk
   */
  static void read(FileWindow in, PictureHeader header) throws IOException {
    boolean isSrgb = false;
    long gamma = 0;
    boolean cicp = false;
    for (long at = 8; ; ) {
      long length = in.u32(at);
      String type = in.text(at + 4, 4);
      long data = at + 8;
      switch (type) {
        case "IHDR" -> {
          header.size = PictureHeader.size(in.u32(data), in.u32(data + 4));
          header.bits = in.u8(data + 8) == 16 ? 16 : 8;
          if ((in.u8(data + 9) & 4) != 0) {
            header.losses.add(Loss.ALPHA);
          }
        }
        case "tRNS" -> header.losses.add(Loss.ALPHA);
        case "acTL" -> header.losses.add(Loss.ANIMATION);
        case "sRGB" -> isSrgb = true;
        case "gAMA" -> gamma = in.u32(data);
        case "cICP" -> cicp = in.u8(data) != 1 || in.u8(data + 1) != 13;
        case "iCCP" -> header.profile = profile(in, data, length);
        case "eXIf" -> header.orientation = TiffHeader.exif(in, data, length);
        case "IEND" -> {
          if (cicp) {
            header.losses.add(Loss.CICP);
          } else if (!isSrgb
              && header.profile == null
              && gamma != 0
              && Math.abs(gamma - SRGB_GAMMA) > SRGB_GAMMA / 20) {
            header.losses.add(Loss.GAMMA);
          }
          return;
        }
        default -> {}
      }
      at = data + length + 4;
      in.u8(at - 1);
    }
  }

  /** Returns the profile of an iCCP chunk, or null if it is damaged. */
  private static byte[] profile(FileWindow in, long at, long length) throws IOException {
    byte[] chunk = in.bytes(at, Math.min(length, MAX_PROFILE));
    int name = 0;
    while (name < chunk.length && chunk[name] != 0) {
      name++;
    }
    if (name + 2 >= chunk.length) {
      return null;
    }
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(chunk, name + 2, chunk.length - name - 2);
      ByteArrayOutputStream profile = new ByteArrayOutputStream();
      byte[] buffer = new byte[8192];
      while (!inflater.finished() && profile.size() < MAX_PROFILE) {
        int count = inflater.inflate(buffer);
        if (count == 0) {
          return null;
        }
        profile.write(buffer, 0, count);
      }
      return profile.toByteArray();
    } catch (DataFormatException e) {
      return null;
    } finally {
      inflater.end();
    }
  }
}
