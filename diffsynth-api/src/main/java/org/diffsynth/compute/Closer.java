package org.diffsynth.compute;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * Closes a group of resources together, the most recently added first.
 *
 * <p>Every resource is closed, also after another one failed to close. The first failure is thrown
 * when all resources are closed; later failures are attached to it as suppressed exceptions. A
 * second call of {@link #close} does nothing, unless resources were added in between.
 *
 * <p>A method that opens several resources and returns them as one object uses a closer in a
 * try-with-resources statement, so that a failure half-way closes what is already open:
 *
 * <pre>{@code
 * try (Closer closer = new Closer()) {
 *   Session unet = closer.add(open(unetFile));
 *   Session vae = closer.add(open(vaeFile));
 *   Sessions sessions = new Sessions(unet, vae);
 *   closer.keepOpen(); // from here on, the caller closes the sessions
 *   return sessions;
 * }
 * }</pre>
 *
 * <p>An object of this class must not be used by several threads at a time.
 */
public final class Closer implements AutoCloseable {

  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  /** Creates a closer without resources. */
  public Closer() {}

  /**
   * Adds a resource to close.
   *
   * @return the given resource
   */
  public <T extends AutoCloseable> T add(T resource) {
    open.push(resource);
    return resource;
  }

  /**
   * Adds an object that is freed by a function of its own, such as a native structure.
   *
   * @param free called with the object when this closer is closed
   * @return the given object
   */
  public <T> T add(T object, Consumer<? super T> free) {
    open.push(() -> free.accept(object));
    return object;
  }

  /**
   * Releases all resources of this closer without closing them. From then on, the caller owns the
   * resources.
   */
  public void keepOpen() {
    open.clear();
  }

  /**
   * Closes all resources.
   *
   * @throws RuntimeException the first failure; an {@link IOException} is wrapped in an {@link
   *     UncheckedIOException}, any other checked exception in a {@link BackendException}
   */
  @Override
  public void close() {
    try {
      closeFiles();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Closes all resources, as {@link #close} does, but throws an {@link IOException} unwrapped.
   *
   * @throws IOException if it is the first failure
   */
  public void closeFiles() throws IOException {
    Throwable first = null;
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception | Error e) {
        if (first == null) {
          first = e;
        } else if (first != e) {
          first.addSuppressed(e);
        }
      }
    }
    if (first instanceof IOException e) {
      throw e;
    }
    if (first instanceof RuntimeException e) {
      throw e;
    }
    if (first instanceof Error e) {
      throw e;
    }
    if (first != null) {
      throw new BackendException("a resource could not be closed: " + first.getMessage(), first);
    }
  }
}
