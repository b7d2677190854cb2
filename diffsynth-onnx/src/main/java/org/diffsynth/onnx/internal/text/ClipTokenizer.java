package org.diffsynth.onnx.internal.text;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tokenizer of CLIP: byte-level byte-pair encoding (BPE) with an end-of-word marker.
 *
 * <p>A text is split at the added tokens of the tokenizer, normalized to Unicode NFC and lower
 * case, and split into words. The UTF-8 bytes of a word become printable symbols, and the pair of
 * neighbouring symbols that stands first in the list of merges is merged until no pair can be
 * merged. The ids equal those of the fast tokenizer of the Python library transformers. The text of
 * the start or end token inside a prompt becomes that token. Immutable; threads may share it.
 *
 * @see <a href="https://arxiv.org/abs/2103.00020">Radford et al. 2021, section 2.4</a>
 * @see <a href="https://arxiv.org/abs/1508.07909">Sennrich et al. 2016, byte-pair encoding</a>
 */
public final class ClipTokenizer {
  private final BytePairs words;
  private final AddedTokens added;
  private final int start;
  private final int end;
  private final int pad;
  private final int rowLength;

  private ClipTokenizer(
      BytePairs words, AddedTokens added, int start, int end, int pad, int rowLength) {
    this.words = words;
    this.added = added;
    this.start = start;
    this.end = end;
    this.pad = pad;
    this.rowLength = rowLength;
  }

  /**
   * Reads a tokenizer from {@code vocab.json} and {@code merges.txt}, or from {@code
   * tokenizer.json} alone. The files {@code tokenizer_config.json}, {@code special_tokens_map.json}
   * and {@code added_tokens.json} are optional.
   *
   * @param folder the tokenizer folder of a model
   * @throws IOException if a file is missing or malformed; the message names the file
   */
  public static ClipTokenizer read(Path folder) throws IOException {
    return of(TokenizerFiles.read(folder));
  }

  /**
   * Returns the tokenizer of the published CLIP models, whose vocabulary belongs to this library.
   *
   * @param padWithZero whether rows are filled up with token 0, as Stable Diffusion 2.x expects,
   *     instead of the end token
   */
  public static ClipTokenizer builtIn(boolean padWithZero) throws IOException {
    return of(ClipVocabulary.read(padWithZero));
  }

  private static ClipTokenizer of(TokenizerFiles files) {
    int end = files.special().get("eos_token");
    return new ClipTokenizer(
        new BytePairs(files.vocabulary(), files.mergeRanks(), end),
        new AddedTokens(files.added()),
        files.special().get("bos_token"),
        end,
        files.special().get("pad_token"),
        files.rowLength());
  }

  /**
   * Returns a copy of this tokenizer with further added tokens. A token of this tokenizer with the
   * text of a new one is replaced.
   *
   * @param ids the ids that take the place of each text; an upper-case or lower-case text in a
   *     prompt is the same token
   */
  ClipTokenizer with(Map<String, int[]> ids) {
    Set<String> replaced = new HashSet<>();
    ids.keySet().forEach(text -> replaced.add(BytePairs.normalize(text)));
    List<AddedToken> tokens = new ArrayList<>();
    ids.forEach((text, its) -> tokens.add(new AddedToken(text, its, true, true)));
    added.all().stream()
        .filter(token -> !replaced.contains(BytePairs.normalize(token.text())))
        .forEach(tokens::add);
    return new ClipTokenizer(words, new AddedTokens(tokens), start, end, pad, rowLength);
  }

  /**
   * Returns the number of ids in one row, start and end token included; 77 in every published CLIP
   * model.
   */
  public int rowLength() {
    return rowLength;
  }

  /** Returns the number of tokens in the vocabulary, without added tokens. */
  public int vocabularySize() {
    return words.vocabulary().size();
  }

  /** Returns the added tokens, with the largest of the ids that each stands for, in order. */
  Map<String, Integer> addedTokens() {
    Map<String, Integer> largest = new LinkedHashMap<>();
    added.all().forEach(token -> largest.put(token.text(), token.largestId()));
    return largest;
  }

  /** Returns the texts of the added tokens that occur in a prompt. */
  Set<String> addedTokensIn(String prompt) {
    Set<String> found = new HashSet<>();
    for (Emphasis.Part part : Emphasis.parse(prompt)) {
      added.split(
          part.text(),
          new AddedTokens.Parts() {
            @Override
            public void text(String normalizedText) {
              // Only the tokens are of interest.
            }

            @Override
            public void token(AddedToken token) {
              found.add(token.text());
            }
          });
    }
    return found;
  }

  /** Returns the ids of a text of any length, without start and end token. */
  public int[] encode(String text) {
    List<Integer> ids = new ArrayList<>();
    added.split(
        text,
        new AddedTokens.Parts() {
          @Override
          public void text(String normalizedText) {
            words.encode(normalizedText, ids);
          }

          @Override
          public void token(AddedToken token) {
            Arrays.stream(token.ids()).forEach(ids::add);
          }
        });
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }

  /**
   * Returns a row of ids: start token, text, end token, padding. Text that does not fit is cut off.
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
   * Tokenizes a prompt of any length, with emphasis and {@code BREAK}. Like the library of the
   * paper's authors, a long prompt gets one start token before and one end token after the whole
   * prompt, is padded to full rows, and is cut into rows. A prompt that fits into one row gives the
   * ids of {@link #encodeRow}. The word {@code BREAK} ends a row: the text after it gets rows of
   * its own, with start and end token.
   *
   * @param prompt text in the notation of {@link Emphasis}
   * @param minimumRows minimum number of rows; a prompt and its negative prompt need the same
   *     number
   * @return ids and weights
   */
  TokenizedPrompt encodePrompt(String prompt, int minimumRows) {
    return rows(PromptSections.of(Emphasis.parse(prompt)), minimumRows);
  }

  /**
   * Tokenizes a text of any length in which brackets are ordinary characters; otherwise works like
   * {@link #encodePrompt}.
   *
   * @param minimumRows minimum number of rows
   * @return ids; all weights are 1
   */
  TokenizedPrompt encodeLiteral(String text, int minimumRows) {
    return rows(List.of(List.of(new Emphasis.Part(text, 1f))), minimumRows);
  }

  private TokenizedPrompt rows(List<List<Emphasis.Part>> sections, int minimumRows) {
    List<TokenizedPrompt> encoded = sections.stream().map(this::section).toList();
    int needed = encoded.stream().mapToInt(TokenizedPrompt::rows).sum();
    int rows = Math.max(minimumRows, needed);
    int[] ids = new int[rows * rowLength];
    float[] weights = new float[ids.length];
    Arrays.fill(ids, pad);
    Arrays.fill(weights, 1f);
    int at = 0;
    for (TokenizedPrompt section : encoded) {
      System.arraycopy(section.ids(), 0, ids, at, section.ids().length);
      System.arraycopy(section.weights(), 0, weights, at, section.ids().length);
      at += section.ids().length;
    }
    return new TokenizedPrompt(rows, rowLength, ids, weights);
  }

  /** Tokenizes the text between two {@code BREAK}s into as many rows as it needs. */
  private TokenizedPrompt section(List<Emphasis.Part> parts) {
    List<int[]> pieces = new ArrayList<>();
    int length = 2;
    for (Emphasis.Part part : parts) {
      int[] ids = encode(part.text());
      pieces.add(ids);
      length += ids.length;
    }
    int rows = (length + rowLength - 1) / rowLength;
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
}
