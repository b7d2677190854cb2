package org.diffsynth.onnx.internal.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diffsynth.onnx.internal.json.JsonFile;

/**
 * The tokenizer of CLIP: byte-level byte-pair encoding (BPE) with an end-of-word marker.
 *
 * <p>A text is normalized to Unicode NFC and lower case and split into words. The UTF-8 bytes of a
 * word become printable symbols, and the pair of neighbouring symbols that stands first in {@code
 * merges.txt} is merged until no pair can be merged. The ids equal those of the fast tokenizer of
 * the Python library transformers. The text of the start or end token inside a prompt becomes that
 * token. Immutable; threads may share it.
 *
 * @see <a href="https://arxiv.org/abs/2103.00020">Radford et al. 2021, section 2.4</a>
 * @see <a href="https://arxiv.org/abs/1508.07909">Sennrich et al. 2016, byte-pair encoding</a>
 */
public final class ClipTokenizer {
  private static final String END_OF_WORD = "</w>";
  private static final String[] BYTE_SYMBOLS = byteSymbols();
  private static final Pattern WORD =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^\\s\\p{L}\\p{N}]+",
          Pattern.UNICODE_CHARACTER_CLASS);

  private final Map<String, Integer> vocabulary;
  private final Map<String, Integer> mergeRanks;
  private final Pattern specialTokens;
  private final int start;
  private final int end;
  private final int pad;
  private final int rowLength;

  private ClipTokenizer(
      Map<String, Integer> vocabulary,
      Map<String, Integer> mergeRanks,
      Map<String, Integer> special,
      int rowLength) {
    this.vocabulary = vocabulary;
    this.mergeRanks = mergeRanks;
    this.start = special.get("bos_token");
    this.end = special.get("eos_token");
    this.pad = special.get("pad_token");
    this.rowLength = rowLength;
    this.specialTokens =
        Pattern.compile(
            vocabulary.entrySet().stream()
                .filter(e -> e.getValue() == start || e.getValue() == end)
                .map(e -> Pattern.quote(e.getKey()))
                .reduce((a, b) -> a + "|" + b)
                .orElseThrow());
  }

  /**
   * Reads a tokenizer from {@code vocab.json} and {@code merges.txt}. The files {@code
   * tokenizer_config.json} and {@code special_tokens_map.json} are optional.
   *
   * @param folder the tokenizer folder of a model
   * @throws IOException if a file is missing or malformed; the message names the file
   */
  public static ClipTokenizer read(Path folder) throws IOException {
    Path vocabFile = folder.resolve("vocab.json");
    Map<String, Integer> vocabulary = new HashMap<>();
    for (Map.Entry<String, JsonNode> entry : JsonFile.read(vocabFile).properties()) {
      if (!entry.getValue().isInt()) {
        throw new IOException(
            vocabFile + ": the id of '" + entry.getKey() + "' must be an integer");
      }
      vocabulary.put(entry.getKey(), entry.getValue().intValue());
    }
    Map<String, Integer> ranks = readMerges(folder.resolve("merges.txt"));

    JsonNode config = JsonFile.readOptional(folder.resolve("tokenizer_config.json"));
    JsonNode map = JsonFile.readOptional(folder.resolve("special_tokens_map.json"));
    Map<String, Integer> special = new HashMap<>();
    for (String name : List.of("bos_token", "eos_token", "pad_token")) {
      String fallback = name.equals("bos_token") ? "<|startoftext|>" : "<|endoftext|>";
      String token = tokenText(config.path(name), tokenText(map.path(name), fallback));
      Integer id = vocabulary.get(token);
      if (id == null) {
        throw new IOException(vocabFile + ": no id for the " + name + " '" + token + "'");
      }
      special.put(name, id);
    }
    int length = config.path("model_max_length").asInt(77);
    return new ClipTokenizer(vocabulary, ranks, special, length > 2 && length < 4096 ? length : 77);
  }

  /**
   * Returns the number of ids in one row, start and end token included; 77 in every published CLIP
   * model.
   */
  public int rowLength() {
    return rowLength;
  }

  /** Returns the number of tokens in the vocabulary. */
  public int vocabularySize() {
    return vocabulary.size();
  }

  /** Returns the ids of a text of any length, without start and end token. */
  public int[] encode(String text) {
    List<Integer> ids = new ArrayList<>();
    Matcher special = specialTokens.matcher(text);
    int from = 0;
    while (special.find()) {
      encodePlain(text.substring(from, special.start()), ids);
      ids.add(vocabulary.get(special.group()));
      from = special.end();
    }
    encodePlain(text.substring(from), ids);
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }

  /**
   * Returns one row: start token, the text, end token, padding. A text that is too long is cut.
   *
   * @return {@link #rowLength} ids
   */
  public int[] encodeRow(String text) {
    int[] ids = encode(text);
    int[] row = new int[rowLength];
    Arrays.fill(row, pad);
    int kept = Math.min(ids.length, rowLength - 2);
    row[0] = start;
    System.arraycopy(ids, 0, row, 1, kept);
    row[kept + 1] = end;
    return row;
  }

  /**
   * Tokenizes a prompt of any length, with emphasis. Like the library of the paper's authors, a
   * long prompt gets one start token before and one end token after the whole prompt, is padded to
   * full rows, and is cut into rows. A prompt that fits into one row gives the ids of {@link
   * #encodeRow}.
   *
   * @param prompt text in the notation of {@link Emphasis}
   * @param minimumRows minimum number of rows; a prompt and its negative prompt need the same
   *     number
   * @return ids and weights
   */
  TokenizedPrompt encodePrompt(String prompt, int minimumRows) {
    return rows(Emphasis.parse(prompt), minimumRows);
  }

  /**
   * Tokenizes a text of any length in which brackets are ordinary characters; otherwise works like
   * {@link #encodePrompt}.
   *
   * @param minimumRows minimum number of rows
   * @return ids; all weights are 1
   */
  TokenizedPrompt encodeLiteral(String text, int minimumRows) {
    return rows(List.of(new Emphasis.Part(text, 1f)), minimumRows);
  }

  private TokenizedPrompt rows(List<Emphasis.Part> parts, int minimumRows) {
    List<int[]> pieces = new ArrayList<>();
    int length = 2;
    for (Emphasis.Part part : parts) {
      int[] ids = encode(part.text());
      pieces.add(ids);
      length += ids.length;
    }
    int rows = Math.max(minimumRows, (length + rowLength - 1) / rowLength);
    int[] ids = new int[rows * rowLength];
    float[] weights = new float[ids.length];
    Arrays.fill(ids, pad);
    Arrays.fill(weights, 1f);
    ids[0] = start;
    int at = 1;
    for (int i = 0; i < pieces.size(); i++) {
      int[] piece = pieces.get(i);
      System.arraycopy(piece, 0, ids, at, piece.length);
      Arrays.fill(weights, at, at + piece.length, parts.get(i).weight());
      at += piece.length;
    }
    ids[at] = end;
    return new TokenizedPrompt(rows, rowLength, ids, weights);
  }

  private void encodePlain(String text, List<Integer> ids) {
    StringBuilder small = new StringBuilder(text.length());
    Normalizer.normalize(text, Normalizer.Form.NFC)
        .codePoints()
        .forEach(c -> small.append(Character.toString(c).toLowerCase(Locale.ROOT)));
    Matcher words = WORD.matcher(small);
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
      ids.add(vocabulary.getOrDefault(symbol, end));
    }
  }

  /** The text of a special token, which is a JSON string or an object with the key content. */
  private static String tokenText(JsonNode node, String fallback) {
    return node.isTextual() ? node.textValue() : node.path("content").asText(fallback);
  }

  private static Map<String, Integer> readMerges(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + " is missing");
    }
    Map<String, Integer> ranks = new HashMap<>();
    int number = 0;
    for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
      number++;
      if (line.isBlank() || (number == 1 && line.startsWith("#version"))) {
        continue;
      }
      if (line.split(" ").length != 2) {
        throw new IOException(file + ", line " + number + ": expected two symbols");
      }
      ranks.putIfAbsent(line, ranks.size());
    }
    return ranks;
  }

  /**
   * The printable symbol of each byte, as in GPT-2: visible Latin-1 characters stand for
   * themselves, all other bytes get the characters from U+0100 on.
   */
  private static String[] byteSymbols() {
    String[] symbols = new String[256];
    int next = 256;
    for (int b = 0; b < 256; b++) {
      boolean visible = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
      symbols[b] = Character.toString(visible ? b : next++);
    }
    return symbols;
  }
}
