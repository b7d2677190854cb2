package org.diffsynth.io;

import java.io.IOException;

/**
 * Reads the blocks of a GIF file up to its second picture.
 *
 * @see <a href="https://www.w3.org/Graphics/GIF/spec-gif89a.txt">GIF89a specification</a>
 */
final class GifHeader {

  private static final int EXTENSION = 0x21;
  private static final int PICTURE = 0x2C;

  private GifHeader() {}

  static void read(FileWindow in, PictureHeader header) throws IOException {
    header.bits = 8;
    header.size = PictureHeader.size(in.u16Little(6), in.u16Little(8));
    long at = 13 + colours(in.u8(10));
    int pictures = 0;
    while (pictures < 2) {
      int block = in.u8(at);
      if (block == EXTENSION) {
        at += 2;
      } else if (block == PICTURE) {
        pictures++;
        at += 10 + colours(in.u8(at + 9)) + 1;
      } else {
        return;
      }
      for (int length = in.u8(at); length != 0; length = in.u8(at)) {
        at += length + 1L;
      }
      at++;
    }
    header.losses.add(PictureHeader.Loss.ANIMATION);
  }

  private static int colours(int flags) {
    return (flags & 0x80) == 0 ? 0 : 3 << (flags & 7) + 1;
  }
}
