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
 * <p>The first pixel of a row has the match itself, so that rows can be read in any order. Each row
 * has arrays of its own: the G1 collector gives large arrays whole regions. The class is immutable.
 */
public final class CompactField {

  /** Bytes that one pixel may add to the codes. */
  private static final int LONGEST = 1 + Integer.BYTES;

  private final int width;
  private final long[][] bits;
  private final byte[][] codes;

  private CompactField(int width, int height) {
    this.width = width;
    this.bits = new long[height][(width + 63) / 64];
    this.codes = new byte[height][];
  }

  /** Returns a compact copy of a field of {@code width * height} packed matches. */
  public static CompactField of(int width, int[] field) {
    CompactField compact = new CompactField(width, field.length / width);
    byte[] row = new byte[LONGEST * width + 1];
    for (int y = 0; y < compact.codes.length; y++) {
      int end = writeRow(field, y * width, width, compact.bits[y], row);
      compact.codes[y] = Arrays.copyOf(row, end + 1); // a code is read ahead
    }
    return compact;
  }

  /** Writes the bits and codes of a row, without a branch on what cannot be foreseen. */
  private static int writeRow(int[] field, int start, int width, long[] bits, byte[] codes) {
    int next = writeMatch(field[start], codes, 0);
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
        bits[x >> 6] = changes;
        changes = 0;
      }
    }
    if ((width & 63) != 0) {
      bits[width >> 6] = changes;
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
    long[] rowBits = bits[y];
    byte[] rowCodes = codes[y];
    int next = 0;
    int match = 0;
    for (int from = 0; from < width; from += 64) {
      long changes = rowBits[from / 64];
      int end = start + Math.min(from + 64, width);
      for (int i = start + from; i < end; i++) {
        int changed = (int) changes & 1;
        changes >>>= 1;
        int code = rowCodes[next];
        match += 1 + ((code >> 4 << 16) + (code << 28 >> 28) & -changed);
        next += changed;
        if ((code | changed - 1) == 0) {
          match = readMatch(rowCodes, next);
          next += Integer.BYTES;
        }
        out[i] = match;
      }
    }
  }

  private static int readMatch(byte[] codes, int at) {
    return codes[at] << 24
        | (codes[at + 1] & 0xFF) << 16
        | (codes[at + 2] & 0xFF) << 8
        | codes[at + 3] & 0xFF;
  }

  /** Writes all packed matches into {@code out}. */
  public void read(int[] out) {
    for (int y = 0; y < codes.length; y++) {
      readRow(y, out, y * width);
    }
  }

  /** Returns the memory of the field in bytes, without the headers of its arrays. */
  public int bytes() {
    int bytes = 0;
    for (int y = 0; y < codes.length; y++) {
      bytes += 8 * bits[y].length + codes[y].length;
    }
    return bytes;
  }
}
