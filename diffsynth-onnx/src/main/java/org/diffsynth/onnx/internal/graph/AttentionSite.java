package org.diffsynth.onnx.internal.graph;

/**
 * One attention in a graph. All components except {@code core}, {@code channels} and {@code heads}
 * are names of values.
 *
 * @param query projected queries, shape (batch, tokens, channels)
 * @param key projected keys, shape (batch, tokens, channels)
 * @param value projected values, shape (batch, tokens, channels)
 * @param queryInput input of the query projection
 * @param keyInput input of the key projection; equals {@code queryInput} in a self-attention
 * @param valueInput input of the value projection
 * @param core position of the last node of the attention core; new nodes are inserted before it
 * @param result attended values that the output projection reads, shape (batch, tokens, channels)
 * @param channels channels of queries, keys and values
 * @param heads number of attention heads; 0 if the graph does not contain it as a constant
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

  /** Returns whether queries, keys and values are projections of the same tokens. */
  boolean self() {
    return queryInput.equals(keyInput) && queryInput.equals(valueInput);
  }
}
