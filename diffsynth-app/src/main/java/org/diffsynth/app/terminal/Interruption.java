package org.diffsynth.app.terminal;

import java.util.concurrent.TimeUnit;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Progress;

/**
 * Turns Ctrl-C and a termination signal into a cancellation, and holds the JVM's end back until the
 * command's thread has closed its files, said what it kept and ended.
 */
public final class Interruption implements Monitor, AutoCloseable {

  private static final long PATIENCE_SECONDS = 30;

  private final Monitor watcher;
  private final Thread command = Thread.currentThread();
  private final Thread hook = new Thread(this::stop, "diffsynth-interruption");

  /** The JVM is ending, of which there is one. */
  private static volatile boolean ending;

  private Interruption(Monitor watcher) {
    this.watcher = watcher;
  }

  /** Watches until closed; progress goes on to {@code watcher}. */
  public static Interruption watch(Monitor watcher) {
    Interruption interruption = new Interruption(watcher);
    Runtime.getRuntime().addShutdownHook(interruption.hook);
    return interruption;
  }

  private void stop() {
    ending = true;
    try {
      command.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
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
    return ending || watcher.isCancelled();
  }

  @Override
  public void close() {
    if (!ending) {
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }

  /** Whether the JVM is ending already: calling {@link System#exit} would wait for itself. */
  public static boolean isEnding() {
    return ending;
  }
}
