package org.diffsynth.app.terminal;

import java.io.PrintWriter;
import java.time.Duration;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Monitor.Progress;
import org.diffsynth.internal.text.Text;

/**
 * Shows progress: on a terminal a bar that is redrawn at most ten times a second, otherwise one
 * line per 10 percent, which keeps log files short.
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
  private int tenths;
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
    } else if ((int) (progress.fraction() * 10) > tenths) {
      tenths = (int) (progress.fraction() * 10);
      out.println(text(progress));
      out.flush();
    }
  }

  private static String bar(Progress progress) {
    int full = (int) Math.round(progress.fraction() * BAR);
    return Text.format(
        "%s %s%s %s", progress.stage(), "█".repeat(full), "░".repeat(BAR - full), counts(progress));
  }

  private static String text(Progress progress) {
    return progress.stage() + " " + counts(progress);
  }

  private static String counts(Progress progress) {
    String frames =
        progress.framesTotal() >= 0
            ? Text.format("%d/%d", progress.framesDone(), progress.framesTotal())
            : Long.toString(progress.framesDone());
    String left =
        progress.fraction() >= 1
            ? ""
            : progress.timeLeft().map(time -> ", " + clock(time) + " left").orElse("");
    return Text.format("%3.0f %%, %s frames%s", progress.fraction() * 100, frames, left);
  }

  private static String clock(Duration time) {
    return time.toHours() > 0
        ? Text.format("%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart())
        : Text.format("%d:%02d", time.toMinutes(), time.toSecondsPart());
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
