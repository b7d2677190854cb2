package org.diffsynth.io;

import java.nio.ByteBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * Puts texts into the bytes of a PNG: a {@code tEXt} chunk where Latin-1 can say it, otherwise an
 * {@code iTXt} chunk in UTF-8.
 *
 * @see <a href="https://www.w3.org/TR/png-3/#11textinfo">PNG, section 11.3.3</a>
 */
final class PngText {

  /** Signature and IHDR, which must come first. */
  private static final int BEHIND_HEADER = 8 + 12 + 13;

  private static final int LONGEST_KEYWORD = 79;

  private PngText() {}

  /** The same picture with the texts in it. */
  static byte[] insert(byte[] png, Map<String, String> texts) {
    byte[] result = png;
    for (Map.Entry<String, String> text : texts.entrySet()) {
      byte[] chunk = chunk(text.getKey(), text.getValue());
      result =
          ByteBuffer.allocate(result.length + chunk.length)
              .put(result, 0, BEHIND_HEADER)
              .put(chunk)
              .put(result, BEHIND_HEADER, result.length - BEHIND_HEADER)
              .array();
    }
    return result;
  }

  private static byte[] chunk(String keyword, String text) {
    CharsetEncoder latin = StandardCharsets.ISO_8859_1.newEncoder();
    if (keyword.isEmpty() || keyword.length() > LONGEST_KEYWORD || !latin.canEncode(keyword)) {
      throw new IllegalArgumentException(
          "a keyword must have 1 to 79 Latin-1 characters, was '" + keyword + "'");
    }
    boolean plain = latin.canEncode(text);
    byte[] key = keyword.getBytes(StandardCharsets.ISO_8859_1);
    byte[] value = text.getBytes(plain ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
    // iTXt has between the two: not compressed, no method, no language, no translated keyword.
    int between = plain ? 1 : 5;
    ByteBuffer chunk = ByteBuffer.allocate(12 + key.length + between + value.length);
    chunk.putInt(key.length + between + value.length);
    chunk.put((plain ? "tEXt" : "iTXt").getBytes(StandardCharsets.US_ASCII));
    chunk.put(key).position(chunk.position() + between);
    chunk.put(value);
    CRC32 crc = new CRC32();
    crc.update(chunk.array(), 4, chunk.position() - 4);
    return chunk.putInt((int) crc.getValue()).array();
  }
}
