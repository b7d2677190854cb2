package org.diffsynth.io;

import java.io.EOFException;
import java.io.IOException;

/**
 * Reads the first directory of a TIFF file, or of the TIFF structure in which EXIF data is stored.
 *
 * @see <a href="https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf">TIFF 6.0, section
 *     2</a>
 */
final class TiffHeader {

  private static final int WIDTH = 256;
  private static final int HEIGHT = 257;
  private static final int BITS = 258;
  private static final int STRIP_OFFSETS = 273;
  private static final int ORIENTATION = 274;
  private static final int STRIP_LENGTHS = 279;
  private static final int EXTRA_SAMPLES = 338;
  private static final int PROFILE = 34675;
  private static final int ENTRY = 12;
  private static final long MAX_PROFILE = 16 << 20;

  private final FileWindow in;
  private final long base;
  private final long end;
  private final boolean little;

  private TiffHeader(FileWindow in, long base, long end) throws IOException {
    this.in = in;
    this.base = base;
    this.end = end;
    this.little = in.has(base, "II");
  }

  /** Reads a TIFF file. */
  static void readFile(FileWindow in, PictureHeader header) throws IOException {
    TiffHeader tiff = new TiffHeader(in, 0, in.size());
    long directory = tiff.u32(4);
    int entries = tiff.u16(directory);
    long width = 0;
    long height = 0;
    long lastStrip = 0;
    long lastLength = 0;
    for (long at = directory + 2, i = 0; i < entries; i++, at += ENTRY) {
      switch (tiff.u16(at)) {
        case WIDTH -> width = tiff.value(at);
        case HEIGHT -> height = tiff.value(at);
        case BITS -> header.bits = (int) tiff.firstOf(at);
        case ORIENTATION -> header.orientation = Orientation.ofExif(tiff.value(at));
        case STRIP_OFFSETS -> lastStrip = tiff.last(at);
        case STRIP_LENGTHS -> lastLength = tiff.last(at);
        case EXTRA_SAMPLES -> header.losses.add(PictureHeader.Loss.ALPHA);
        case PROFILE -> header.profile = tiff.profile(at);
        default -> {}
      }
    }
    header.size = PictureHeader.size(width, height);
    if (lastStrip + lastLength > in.size()) {
      throw new EOFException("the last strip lies beyond the end");
    }
    long next = directory + 2 + (long) entries * ENTRY;
    if (next + 4 <= in.size() && tiff.u32(next) != 0) {
      header.losses.add(PictureHeader.Loss.PAGES);
    }
  }

  /**
   * Returns the orientation that EXIF data states; upright if it states none or is damaged.
   *
   * @param base position of the byte order mark in the file
   * @param length length of the EXIF data
   */
  static Orientation exif(FileWindow in, long base, long length) {
    try {
      long end = Math.min(base + length, in.size());
      boolean big = in.has(base, "MM\0*");
      if (!big && !in.has(base, "II*\0")) {
        return Orientation.UPRIGHT;
      }
      TiffHeader exif = new TiffHeader(in, base, end);
      long directory = exif.u32(4);
      int entries = exif.u16(directory);
      for (long at = directory + 2, i = 0; i < entries; i++, at += ENTRY) {
        if (exif.u16(at) == ORIENTATION) {
          return Orientation.ofExif(exif.value(at));
        }
      }
    } catch (IOException e) {
      // Damaged EXIF data does not make the picture unreadable.
      return Orientation.UPRIGHT;
    }
    return Orientation.UPRIGHT;
  }

  /** Returns the value of an entry that holds one number. */
  private long value(long entry) throws IOException {
    return switch (u16(entry + 2)) {
      case 1, 6, 7 -> in.u8(at(entry + 8, 1));
      case 3 -> u16(entry + 8);
      case 4 -> u32(entry + 8);
      default -> 0;
    };
  }

  /** Returns the last of the numbers of an entry. */
  private long last(long entry) throws IOException {
    boolean isShort = u16(entry + 2) == 3;
    int length = isShort ? 2 : 4;
    long count = u32(entry + 4);
    long start = count * length <= 4 ? entry + 8 : u32(entry + 8);
    long at = start + Math.max(0, count - 1) * length;
    return isShort ? u16(at) : u32(at);
  }

  /** Returns the first of several 16-bit numbers. */
  private long firstOf(long entry) throws IOException {
    return u32(entry + 4) <= 2 ? u16(entry + 8) : u16(u32(entry + 8));
  }

  private byte[] profile(long entry) throws IOException {
    long length = u32(entry + 4);
    long at = u32(entry + 8);
    return length < 5 || length > MAX_PROFILE || base + at + length > end
        ? null
        : in.bytes(base + at, length);
  }

  private int u16(long offset) throws IOException {
    long at = at(offset, 2);
    return little ? in.u16Little(at) : in.u16(at);
  }

  private long u32(long offset) throws IOException {
    long at = at(offset, 4);
    return little ? in.u32Little(at) : in.u32(at);
  }

  private long at(long offset, int length) throws IOException {
    if (base + offset + length > end) {
      throw new EOFException("the directory lies beyond the end");
    }
    return base + offset;
  }
}
