package org.diffsynth.app.terminal;

import java.util.concurrent.TimeUnit;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Monitor.Progress;

/**
 * Watches one command: shows its progress, and turns Ctrl-C or a termination signal into a
 * cancellation.
 *
 * <p>The JVM runs its shutdown hooks after such a signal and then ends, whatever other threads do.
 * The hook of this class therefore waits, up to 30 seconds, until the thread of the command has
 * closed its files, printed what it kept, and ended.
 */
public final class CommandMonitor implements Monitor, AutoCloseable {

  private static final long PATIENCE_SECONDS = 30;

  private final ProgressLine progress;
  private final Thread command = Thread.currentThread();
  private final Thread hook = new Thread(this::waitForCommand, "diffsynth-shutdown");

  private static volatile boolean jvmEnding;

  private CommandMonitor(ProgressLine progress) {
    this.progress = progress;
  }

  static CommandMonitor start(ProgressLine progress) {
    CommandMonitor monitor = new CommandMonitor(progress);
    Runtime.getRuntime().addShutdownHook(monitor.hook);
    return monitor;
  }

  private void waitForCommand() {
    jvmEnding = true;
    try {
      command.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void progress(Progress step) {
    progress.progress(step);
  }

  @Override
  public boolean isCancelled() {
    return jvmEnding;
  }

  /** Ends the line that shows progress, so that the next output starts on a line of its own. */
  public void endLine() {
    progress.endLine();
  }

  /** Ends the line that shows progress, and stops watching for signals. */
  @Override
  public void close() {
    endLine();
    if (!jvmEnding) {
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }

  /**
   * Returns whether the JVM is already ending. The thread of the command must not call {@link
   * System#exit} then: it would wait for the hook, which waits for the thread.
   */
  public static boolean isJvmEnding() {
    return jvmEnding;
  }
}
