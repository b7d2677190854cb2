package org.diffsynth.onnx.internal.graph;

/**
 * The rows that the self-attention of a patched graph can attend to. The order matters: each value
 * can do everything that the values before it can.
 */
public enum AttentionAccess {
  /** Each row attends to itself; the graph needs no additional input. */
  SELF,
  /** Each row attends to the rows of the same call that {@code kv_frame_index} names. */
  GATHER,
  /**
   * Each row attends to rows of the same call, as with {@link #GATHER}, and to rows of earlier
   * calls through key and value caches.
   */
  CARRY
}
