package org.diffsynth.video;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** Native objects to free, the last one first. A second close does nothing. */
final class Natives implements AutoCloseable {

  private final Deque<Runnable> frees = new ArrayDeque<>();

  /** Takes over {@code object}, which {@link #close} will free with {@code free}. */
  <T> T own(T object, Consumer<? super T> free) {
    frees.push(() -> free.accept(object));
    return object;
  }

  @Override
  public void close() {
    while (!frees.isEmpty()) {
      frees.pop().run();
    }
  }
}
