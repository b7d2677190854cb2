package org.diffsynth.patchmatch.engine;

import java.util.Arrays;

/**
 * A nearest-neighbour field in a fifth of its memory or less, for fields that wait until they are
 * read. Most pixels have the offset of their left neighbour, most others nearly that offset.
 *
 * <pre>
 *   bit of a pixel  0: the match of the left neighbour, moved right by one
 *                   1: a code follows
 *   code            dy dx   two nibbles, -8 to 7, that are added to that match
 *                   0       the packed match itself follows in four bytes, the highest first
 * </pre>
 *
 * <p>The first pixel of a row has the match itself, so that rows can be read in any order. The
 * class is immutable.
 */
public final class CompactField {

  /** Bytes that one pixel may add to the codes. */
  private static final int LONGEST = 1 + Integer.BYTES;

  private final int width;
  private final long[] bits;
  private final int[] rowStarts;
  private final byte[] codes;

  private CompactField(int width, long[] bits, int[] rowStarts, byte[] codes) {
    this.width = width;
    this.bits = bits;
    this.rowStarts = rowStarts;
    this.codes = codes;
  }

  /** Returns a compact copy of a field of {@code width * height} packed matches. */
  public static CompactField of(int width, int[] field) {
    int height = field.length / width;
    int words = (width + 63) / 64;
    long[] bits = new long[words * height];
    int[] rowStarts = new int[height];
    byte[] codes = new byte[field.length / 2 + LONGEST * width];
    int end = 0;
    for (int y = 0; y < height; y++) {
      if (codes.length - end <= LONGEST * width) {
        codes = Arrays.copyOf(codes, codes.length + Math.max(codes.length / 2, LONGEST * width));
      }
      rowStarts[y] = end;
      end = writeRow(field, y * width, width, bits, y * words, codes, end);
    }
    return new CompactField(width, bits, rowStarts, Arrays.copyOf(codes, end + 1));
  }

  /** Writes the bits and codes of a row, without a branch on what cannot be foreseen. */
  private static int writeRow(
      int[] field, int start, int width, long[] bits, int firstWord, byte[] codes, int end) {
    int next = writeMatch(field[start], codes, end);
    int expected = field[start] + 1;
    long changes = 1;
    for (int x = 1; x < width; x++) {
      int match = field[start + x];
      int difference = match - expected;
      expected = match + 1;
      int dx = (difference + 8 & 15) - 8;
      int dy = difference - dx >> 16;
      long changed = (difference | -difference) >>> 31;
      changes |= changed << x;
      if (dy + 8 >>> 4 == 0 && (dy << 16) + dx == difference) {
        codes[next] = (byte) (dy << 4 | dx & 15);
        next += (int) changed;
      } else {
        next = writeMatch(match, codes, next);
      }
      if ((x & 63) == 63) {
        bits[firstWord + (x >> 6)] = changes;
        changes = 0;
      }
    }
    if ((width & 63) != 0) {
      bits[firstWord + (width >> 6)] = changes;
    }
    return next;
  }

  private static int writeMatch(int match, byte[] codes, int at) {
    codes[at] = 0;
    codes[at + 1] = (byte) (match >> 24);
    codes[at + 2] = (byte) (match >> 16);
    codes[at + 3] = (byte) (match >> 8);
    codes[at + 4] = (byte) match;
    return at + LONGEST;
  }

  /** Writes the packed matches of row {@code y} into {@code out}, from {@code start} on. */
  public void readRow(int y, int[] out, int start) {
    int word = y * (bits.length / rowStarts.length);
    int next = rowStarts[y];
    int match = 0;
    for (int from = 0; from < width; from += 64) {
      long changes = bits[word++];
      int end = start + Math.min(from + 64, width);
      for (int i = start + from; i < end; i++) {
        int changed = (int) changes & 1;
        changes >>>= 1;
        int code = codes[next];
        match += 1 + ((code >> 4 << 16) + (code << 28 >> 28) & -changed);
        next += changed;
        if ((code | changed - 1) == 0) {
          match = readMatch(next);
          next += Integer.BYTES;
        }
        out[i] = match;
      }
    }
  }

  private int readMatch(int at) {
    return codes[at] << 24
        | (codes[at + 1] & 0xFF) << 16
        | (codes[at + 2] & 0xFF) << 8
        | codes[at + 3] & 0xFF;
  }

  /** Writes all packed matches into {@code out}. */
  public void read(int[] out) {
    for (int y = 0; y < rowStarts.length; y++) {
      readRow(y, out, y * width);
    }
  }

  /** Returns the memory of the field in bytes. */
  public int bytes() {
    return 8 * bits.length + 4 * rowStarts.length + codes.length;
  }
}
