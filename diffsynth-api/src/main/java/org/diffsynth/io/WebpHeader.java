package org.diffsynth.io;

import java.io.IOException;
import org.diffsynth.io.PictureHeader.Loss;

/**
 * Reads the chunks of a WebP file.
 *
 * @see <a href="https://developers.google.com/speed/webp/docs/riff_container">WebP container
 *     specification</a>
 */
final class WebpHeader {

  private static final long MAX_PROFILE = 16 << 20;

  private WebpHeader() {}

  static void read(FileWindow in, PictureHeader header) throws IOException {
    header.bits = 8;
    long end = Math.min(in.u32Little(4) + 8, in.size() + 1);
    in.u8(end - 1);
    for (long at = 12; at + 8 <= end; ) {
      long length = in.u32Little(at + 4);
      long data = at + 8;
      switch (in.text(at, 4)) {
        case "VP8X" -> {
          if ((in.u8(data) & 0x10) != 0) {
            header.losses.add(Loss.ALPHA);
          }
          if ((in.u8(data) & 0x02) != 0) {
            header.losses.add(Loss.ANIMATION);
          }
          header.size = PictureHeader.size(u24(in, data + 4) + 1, u24(in, data + 7) + 1);
        }
        case "VP8 " -> {
          if (header.size == null) {
            header.size =
                PictureHeader.size(
                    in.u16Little(data + 6) & 0x3FFF, in.u16Little(data + 8) & 0x3FFF);
          }
        }
        case "VP8L" -> {
          long bits = in.u32Little(data + 1);
          if (header.size == null) {
            header.size = PictureHeader.size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1);
          }
        }
        case "ICCP" -> header.profile = length > MAX_PROFILE ? null : in.bytes(data, length);
        case "EXIF" -> {
          int prefix = in.has(data, "Exif\0\0") ? 6 : 0;
          header.orientation = TiffHeader.exif(in, data + prefix, length - prefix);
        }
        default -> {}
      }
      at = data + length + length % 2;
    }
  }

  private static long u24(FileWindow in, long at) throws IOException {
    return in.u16Little(at) | (long) in.u8(at + 2) << 16;
  }
}
