package org.diffsynth.samples.app;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.diffsynth.Monitor;
import org.diffsynth.Progress;

/**
 * Turns Ctrl-C and a termination signal into a cancellation, and holds the JVM's end back until the
 * command has closed its files.
 */
final class Interruption implements Monitor, AutoCloseable {

  private static final long PATIENCE_SECONDS = 30;

  private final Monitor watcher;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread hook = new Thread(this::stop, "diffsynth-interruption");
  private volatile boolean stopping;

  private Interruption(Monitor watcher) {
    this.watcher = watcher;
  }

  /** Watches until closed; progress goes on to {@code watcher}. */
  static Interruption watch(Monitor watcher) {
    Interruption interruption = new Interruption(watcher);
    Runtime.getRuntime().addShutdownHook(interruption.hook);
    return interruption;
  }

  private void stop() {
    stopping = true;
    try {
      closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void progress(Progress progress) {
    watcher.progress(progress);
  }

  @Override
  public boolean isCancelled() {
    return stopping || watcher.isCancelled();
  }

  @Override
  public void close() {
    closed.countDown();
    if (!stopping) {
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }
}
