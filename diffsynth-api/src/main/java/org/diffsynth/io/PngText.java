package org.diffsynth.io;

import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import javax.imageio.metadata.IIOInvalidTreeException;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;

/**
 * Adds texts to the metadata of a PNG file: as a {@code tEXt} chunk where Latin-1 can encode the
 * text, otherwise as an {@code iTXt} chunk in UTF-8.
 *
 * @see <a href="https://www.w3.org/TR/png-3/#11textinfo">PNG specification, section 11.3.3</a>
 */
final class PngText {

  private static final String FORMAT = "javax_imageio_png_1.0";
  private static final int MAX_KEYWORD_LENGTH = 79;

  private PngText() {}

  /** Adds the texts, by keyword, to metadata of the JDK's PNG writer. */
  static void add(IIOMetadata metadata, Map<String, String> texts) throws IIOInvalidTreeException {
    CharsetEncoder latin = StandardCharsets.ISO_8859_1.newEncoder();
    IIOMetadataNode plain = new IIOMetadataNode("tEXt");
    IIOMetadataNode international = new IIOMetadataNode("iTXt");
    for (Map.Entry<String, String> text : texts.entrySet()) {
      String keyword = text.getKey();
      if (keyword.isEmpty() || keyword.length() > MAX_KEYWORD_LENGTH || !latin.canEncode(keyword)) {
        throw new IllegalArgumentException(
            "a keyword must have 1 to 79 Latin-1 characters, but was '" + keyword + "'");
      }
      if (latin.canEncode(text.getValue())) {
        IIOMetadataNode entry = new IIOMetadataNode("tEXtEntry");
        entry.setAttribute("keyword", keyword);
        entry.setAttribute("value", text.getValue());
        plain.appendChild(entry);
      } else {
        IIOMetadataNode entry = new IIOMetadataNode("iTXtEntry");
        entry.setAttribute("keyword", keyword);
        entry.setAttribute("compressionFlag", "FALSE");
        entry.setAttribute("compressionMethod", "0");
        entry.setAttribute("languageTag", "");
        entry.setAttribute("translatedKeyword", "");
        entry.setAttribute("text", text.getValue());
        international.appendChild(entry);
      }
    }
    IIOMetadataNode root = new IIOMetadataNode(FORMAT);
    for (IIOMetadataNode group : new IIOMetadataNode[] {plain, international}) {
      if (group.hasChildNodes()) {
        root.appendChild(group);
      }
    }
    metadata.mergeTree(FORMAT, root);
  }
}
