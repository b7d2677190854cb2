package org.diffsynth.onnx.internal.text;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Byte-level byte-pair encoding (BPE) of CLIP: splits a text into words and merges the bytes of
 * each word, the best pair first. Immutable; threads may share it.
 *
 * @param vocabulary id of each symbol
 * @param mergeRanks position of each pair in the list of merges, as {@code "left right"}
 * @param unknown id of symbols that are not in the vocabulary
 */
record BytePairs(Map<String, Integer> vocabulary, Map<String, Integer> mergeRanks, int unknown) {
  static final String END_OF_WORD = "</w>";
  private static final String[] BYTE_SYMBOLS = byteSymbols();
  private static final Pattern WORD =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^\\s\\p{L}\\p{N}]+",
          Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern SPACES = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

  /** Returns a text in Unicode NFC and lower case, with single spaces. */
  static String normalize(String text) {
    StringBuilder small = new StringBuilder(text.length());
    String composed = Normalizer.normalize(text, Normalizer.Form.NFC);
    SPACES
        .matcher(composed)
        .replaceAll(" ")
        .codePoints()
        .forEach(c -> small.append(Character.toString(c).toLowerCase(Locale.ROOT)));
    return small.toString();
  }

  /** Appends the ids of a normalized text. */
  void encode(String normalized, List<Integer> ids) {
    Matcher words = WORD.matcher(normalized);
    while (words.find()) {
      encodeWord(words.group(), ids);
    }
  }

  private void encodeWord(String word, List<Integer> ids) {
    byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
    List<String> symbols = new ArrayList<>(bytes.length);
    for (byte b : bytes) {
      symbols.add(BYTE_SYMBOLS[b & 255]);
    }
    int last = symbols.size() - 1;
    symbols.set(last, symbols.get(last) + END_OF_WORD);
    while (symbols.size() > 1) {
      int best = -1;
      int bestRank = Integer.MAX_VALUE;
      for (int i = 0; i + 1 < symbols.size(); i++) {
        Integer rank = mergeRanks.get(symbols.get(i) + " " + symbols.get(i + 1));
        if (rank != null && rank < bestRank) {
          best = i;
          bestRank = rank;
        }
      }
      if (best < 0) {
        break;
      }
      symbols.set(best, symbols.get(best) + symbols.remove(best + 1));
    }
    for (String symbol : symbols) {
      ids.add(vocabulary.getOrDefault(symbol, unknown));
    }
  }

  /**
   * The printable symbol of each byte, as in GPT-2: visible Latin-1 characters stand for
   * themselves, all other bytes get the characters from U+0100 on.
   */
  static String[] byteSymbols() {
    String[] symbols = new String[256];
    int next = 256;
    for (int b = 0; b < 256; b++) {
      boolean visible = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
      symbols[b] = Character.toString(visible ? b : next++);
    }
    return symbols;
  }
}
