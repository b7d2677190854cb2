package org.diffsynth.onnx.internal.graph;

/** What the self-attention of a patched graph can look at; each can do what those before it can. */
public enum AttentionAccess {
  /** Each row sees itself. */
  SELF,
  /** Each row sees the rows of the call that {@code kv_frame_index} names. */
  GATHER,
  /** As {@link #GATHER}, and rows of earlier calls through key and value caches. */
  CARRY
}
