package org.diffsynth.onnx.internal.text;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The vocabulary that all CLIP models share (49,408 tokens). It follows from the list of merges:
 * the symbols of all bytes, the same at the end of a word, the result of each merge, and two tokens
 * for the start and the end of a text.
 */
final class ClipVocabulary {
  private static final String MERGES = "clip-merges.txt";
  private static final String START = "<|startoftext|>";
  private static final String END = "<|endoftext|>";
  private static final int ROW_LENGTH = 77;

  private ClipVocabulary() {}

  /**
   * Reads the list of merges that belongs to this library.
   *
   * @param padWithZero whether rows are filled up with token 0, as Stable Diffusion 2.x expects,
   *     instead of the end token
   */
  static TokenizerFiles read(boolean padWithZero) throws IOException {
    Map<String, Integer> ids = new HashMap<>();
    String[] bytes = BytePairs.byteSymbols();
    Arrays.sort(bytes);
    for (String ending : List.of("", BytePairs.END_OF_WORD)) {
      for (String symbol : bytes) {
        ids.put(symbol + ending, ids.size());
      }
    }
    Map<String, Integer> ranks = new HashMap<>();
    try (InputStream in = ClipVocabulary.class.getResourceAsStream(MERGES);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      lines.readLine(); // the version
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        ranks.put(line, ranks.size());
        ids.put(line.replace(" ", ""), ids.size());
      }
    }
    int start = ids.size();
    int end = start + 1;
    ids.put(START, start);
    ids.put(END, end);
    return new TokenizerFiles(
        ids,
        ranks,
        Map.of("bos_token", start, "eos_token", end, "pad_token", padWithZero ? 0 : end),
        List.of(
            new AddedToken(START, new int[] {start}, true, false),
            new AddedToken(END, new int[] {end}, true, false)),
        ROW_LENGTH);
  }
}
