package org.diffsynth.onnx.internal.graph;

/**
 * One attention of a graph, found by its structure.
 *
 * @param query value with the projected queries {@code (batch, tokens, channels)}
 * @param key value with the projected keys
 * @param value value with the projected values
 * @param queryInput what the queries are projected from
 * @param keyInput what the keys are projected from; equals {@code queryInput} in self-attention
 * @param valueInput what the values are projected from
 * @param core the node whose output leaves the attention core; new nodes go before it
 * @param result value {@code (batch, tokens, channels)} that the output projection reads
 * @param channels channels of queries, keys and values
 * @param heads attention heads, 0 if the graph does not tell
 */
record AttentionSite(
    String query,
    String key,
    String value,
    String queryInput,
    String keyInput,
    String valueInput,
    int core,
    String result,
    int channels,
    int heads) {
  /** Whether queries, keys and values come from the same tokens. */
  boolean self() {
    return queryInput.equals(keyInput) && queryInput.equals(valueInput);
  }
}
