package org.diffsynth.onnx.internal.runtime;

import java.util.ArrayDeque;
import java.util.Deque;

/** Closes all that was given to it, last first; later failures are kept as suppressed. */
public final class Closer implements AutoCloseable {
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  /** Takes over closing something. */
  public <T extends AutoCloseable> T add(T resource) {
    open.push(resource);
    return resource;
  }

  /** Gives up all without closing it. */
  public void release() {
    open.clear();
  }

  @Override
  public void close() {
    RuntimeException first = null;
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        RuntimeException failure = e instanceof RuntimeException r ? r : new RuntimeException(e);
        if (first == null) {
          first = failure;
        } else {
          first.addSuppressed(failure);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
