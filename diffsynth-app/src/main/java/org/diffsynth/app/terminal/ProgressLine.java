package org.diffsynth.app.terminal;

import java.io.PrintWriter;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Monitor.Progress;

/**
 * Shows progress: on a terminal a bar that is redrawn at most ten times a second, otherwise one
 * line per 10 percent, which keeps log files short. Where the length is unknown, the line counts
 * frames, and a line is written per 100 frames.
 *
 * <p>This is own code and not a library: both forms share one text, the code is short, and the app
 * has one dependency less to ship.
 */
final class ProgressLine implements Monitor {

  private static final int BAR = 28;
  private static final long REDRAW_NANOS = 100_000_000;

  private final PrintWriter out;
  private final boolean quiet;
  private final boolean terminal;
  private String stage = "";
  private int tenths; // or hundreds of frames
  private long drawn;
  private boolean lineOpen;

  ProgressLine(PrintWriter out, boolean quiet, boolean terminal) {
    this.out = out;
    this.quiet = quiet;
    this.terminal = terminal;
  }

  @Override
  public void progress(Progress progress) {
    if (quiet) {
      return;
    }
    boolean newStage = !stage.equals(progress.stage());
    if (newStage) {
      endLine();
      stage = progress.stage();
      tenths = 0;
    }
    if (terminal) {
      long now = System.nanoTime();
      if (newStage || progress.fraction() >= 1 || now - drawn >= REDRAW_NANOS) {
        drawn = now;
        out.print("\r" + bar(progress) + "\u001b[K");
        out.flush();
        lineOpen = true;
      }
    } else if (steps(progress) > tenths) {
      tenths = steps(progress);
      out.println(progress.toText());
      out.flush();
    }
  }

  /** Returns how many lines the progress is worth: tenths of the work, or hundreds of frames. */
  private static int steps(Progress progress) {
    return progress.hasFraction()
        ? (int) (progress.fraction() * 10)
        : (int) (progress.framesDone() / 100);
  }

  private static String bar(Progress progress) {
    if (!progress.hasFraction()) {
      return progress.toText();
    }
    int full = (int) Math.round(progress.fraction() * BAR);
    String bar = "█".repeat(full) + "░".repeat(BAR - full);
    String text = progress.toText();
    int afterStage = progress.stage().length();
    return text.substring(0, afterStage) + " " + bar + text.substring(afterStage);
  }

  /** Ends the line of the bar, so that the next output starts on a line of its own. */
  void endLine() {
    if (lineOpen) {
      out.println();
      out.flush();
      lineOpen = false;
    }
  }
}
