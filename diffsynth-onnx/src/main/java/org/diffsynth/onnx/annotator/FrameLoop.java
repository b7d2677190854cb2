package org.diffsynth.onnx.annotator;

import java.io.IOException;
import java.util.Optional;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Monitor.Progress;
import org.diffsynth.frame.VideoFormat;

/** Passes all frames of a source to an action. */
final class FrameLoop {

  private FrameLoop() {}

  /** An action that is run for each frame of a clip. */
  interface Action {
    void accept(Frame frame) throws IOException;
  }

  /**
   * Reads a source to its end, checks for cancellation before each frame and reports progress after
   * each frame.
   *
   * @throws java.util.concurrent.CancellationException if the monitor cancels
   */
  static void forEach(FrameSource clip, Monitor monitor, Action action) throws IOException {
    long total = clip.format().frameCount();
    long done = 0;
    for (Frame frame = clip.read(); frame != null; frame = clip.read()) {
      monitor.checkCancelled();
      action.accept(frame);
      done++;
      if (total != VideoFormat.UNKNOWN_COUNT) {
        double share = Math.min(1, (double) done / total);
        monitor.progress(new Progress("annotate", share, done, total, Optional.empty()));
      }
    }
  }
}
