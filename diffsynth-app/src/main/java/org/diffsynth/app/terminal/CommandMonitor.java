package org.diffsynth.app.terminal;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Monitor.Progress;

/**
 * Watches one command: shows its progress, and turns Ctrl-C or a termination signal into a
 * cancellation.
 *
 * <p>After the first signal, the command closes its files, prints what it kept, and ends. If that
 * takes longer than 30 seconds, or after a second signal, the JVM ends at once. Where signals
 * cannot be received, a shutdown hook waits for the command as long.
 */
public final class CommandMonitor implements Monitor, AutoCloseable {

  private static final long PATIENCE_SECONDS = 30;

  /** What shells add to the number of the signal that ended a process. */
  private static final int SIGNALLED = 128;

  private final ProgressLine progress;
  private final Thread command = Thread.currentThread();
  private final Optional<Signals> signals = Signals.receive(CommandMonitor::cancel);
  private final Thread hook = new Thread(this::waitForCommand, "diffsynth-shutdown");

  private static volatile boolean jvmEnding;
  private static volatile int signalStatus;

  private CommandMonitor(ProgressLine progress) {
    this.progress = progress;
  }

  static CommandMonitor start(ProgressLine progress) {
    CommandMonitor monitor = new CommandMonitor(progress);
    if (monitor.signals.isEmpty()) {
      Runtime.getRuntime().addShutdownHook(monitor.hook);
    }
    return monitor;
  }

  private static synchronized void cancel(int signal) {
    int status = SIGNALLED + signal;
    if (signalStatus != 0) {
      Runtime.getRuntime().halt(status);
    }
    signalStatus = status;
    Thread patience = new Thread(() -> haltLater(status), "diffsynth-shutdown");
    patience.setDaemon(true);
    patience.start();
  }

  private static void haltLater(int status) {
    try {
      TimeUnit.SECONDS.sleep(PATIENCE_SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(status);
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
    return jvmEnding || signalStatus != 0;
  }

  /** Ends the line that shows progress, so that the next output starts on a line of its own. */
  public void endLine() {
    progress.endLine();
  }

  /** Ends the line that shows progress, and stops watching for signals. */
  @Override
  public void close() {
    endLine();
    if (signals.isPresent()) {
      if (signalStatus == 0) {
        signals.get().close();
      }
    } else if (!jvmEnding) {
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

  /** Returns the exit status of a process that a signal has cancelled, or 0. */
  public static int signalStatus() {
    return signalStatus;
  }
}
