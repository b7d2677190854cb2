package org.diffsynth.onnx.internal.text;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.TokenEmbeddingSurgery;
import org.diffsynth.spi.DiffusionSettings.TextualInversion;

/**
 * Tokenizer and text encoder with the tokens of textual inversions.
 *
 * @param tokens texts that stand for the textual inversions
 */
record NewTokens(ClipTokenizer tokenizer, OnnxSkeleton skeleton, Set<String> tokens) {

  /**
   * Adds textual inversions to a tokenizer and to the graph of its text encoder, and checks that
   * the table of token embeddings has a row for each added token of the tokenizer.
   *
   * @param ids name of the input of token ids
   * @param width floats per token
   * @throws IOException if a file does not fit, two have the same token, or a row is missing
   */
  static NewTokens of(
      List<TextualInversion> embeddings,
      ClipTokenizer tokenizer,
      OnnxSkeleton skeleton,
      String ids,
      int width)
      throws IOException {
    Map<String, LearnedEmbedding> byToken = new LinkedHashMap<>();
    List<LearnedEmbedding> read = new ArrayList<>();
    for (TextualInversion inversion : embeddings) {
      for (LearnedEmbedding embedding : EmbeddingFile.read(inversion, width)) {
        LearnedEmbedding other =
            byToken.putIfAbsent(BytePairs.normalize(embedding.token()), embedding);
        if (other != null) {
          throw new IOException(
              Text.format(
                  "duplicate token '%s' of the embeddings %s and %s; give one as TOKEN=FILE",
                  embedding.token(), other.file(), embedding.file()));
        }
        read.add(embedding);
      }
    }
    if (read.isEmpty() && tokenizer.addedTokens().isEmpty()) {
      return new NewTokens(tokenizer, skeleton, Set.of());
    }
    TokenEmbeddingSurgery table;
    try {
      table = TokenEmbeddingSurgery.find(skeleton, ids, width);
    } catch (IOException e) {
      if (read.isEmpty()) {
        return new NewTokens(tokenizer, skeleton, Set.of()); // nothing is asked of the table
      }
      throw e;
    }
    Map<String, int[]> newIds = new LinkedHashMap<>();
    int next = table.rows();
    for (LearnedEmbedding embedding : read) {
      newIds.put(embedding.token(), IntStream.range(next, next + embedding.vectors()).toArray());
      next += embedding.vectors();
    }
    ClipTokenizer extended = tokenizer.with(newIds);
    checkRows(extended.addedTokens(), newIds.keySet(), skeleton, table.rows());
    return new NewTokens(
        extended,
        read.isEmpty() ? skeleton : table.withRows(joined(read)),
        Set.copyOf(newIds.keySet()));
  }

  private static float[] joined(List<LearnedEmbedding> embeddings) {
    int length = embeddings.stream().mapToInt(embedding -> embedding.values().length).sum();
    float[] values = new float[length];
    int at = 0;
    for (LearnedEmbedding embedding : embeddings) {
      System.arraycopy(embedding.values(), 0, values, at, embedding.values().length);
      at += embedding.values().length;
    }
    return values;
  }

  private static void checkRows(
      Map<String, Integer> tokens, Set<String> given, OnnxSkeleton skeleton, int rows)
      throws IOException {
    Map<String, Integer> missing = new HashMap<>(tokens);
    missing.keySet().removeAll(given);
    missing.values().removeIf(id -> id < rows);
    if (!missing.isEmpty()) {
      throw new IOException(
          Text.format(
              "%s: the table of token embeddings has %d rows, but the tokenizer has added tokens with"
                  + " larger ids: %s; export the text encoder again after resizing its embeddings, or"
                  + " give the vectors as an embedding file (--embedding in the app)",
              skeleton.file(), rows, missing));
    }
  }
}
