package org.diffsynth.job;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Monitor.Progress;
import org.diffsynth.internal.shots.Exposure;
import org.diffsynth.internal.shots.KnownShots;
import org.diffsynth.internal.shots.ShotAnalysis;
import org.diffsynth.internal.shots.ShotAnalysis.Kind;
import org.diffsynth.internal.shots.ShotAnalysis.ShotFrame;

/**
 * Finds out, before the work, how a run over the whole clip treats each frame. It follows {@link
 * org.diffsynth.internal.blend.BlendRun}: a video that has guided itself up to the frame that the
 * analysis has seen has no flashes and no fades.
 */
final class ClipScan {

  private final ShotAnalysis analysis;
  private final boolean leavesOutFlashes;
  private final boolean onlyCuts;
  private final Monitor monitor;
  private final long frameCount;
  private final List<ShotFrame> frames = new ArrayList<>();
  private boolean guidesItself = true;
  private int read;

  /**
   * Creates a scan.
   *
   * @param leavesOutFlashes whether the work leaves flashes out of the blend
   * @param hasGuide whether the frames that are added are a guide; without one, only cuts count
   */
  ClipScan(
      ShotAnalysis analysis,
      boolean leavesOutFlashes,
      boolean hasGuide,
      long frameCount,
      Monitor monitor) {
    this.analysis = analysis;
    this.leavesOutFlashes = leavesOutFlashes;
    this.monitor = monitor;
    this.frameCount = frameCount;
    this.onlyCuts = !hasGuide;
  }

  /**
   * Adds the next frame.
   *
   * @param style the style of the frame, or null if it has none
   */
  void add(Frame guide, Frame style) {
    monitor.checkCancelled();
    read++;
    guidesItself = guidesItself && guide.equals(style);
    analysis.push(guide);
    while (analysis.isReady()) {
      treat(analysis.next());
    }
    monitor.progress(new Progress("shots", 0, read, frameCount, Optional.empty()));
  }

  /**
   * Adds what the scan of all parts has found, in place of the frames.
   *
   * @param decisions decisions about all frames of the clip; not used for given shots
   * @param count number of frames
   * @param firstDifference first frame whose guide is not its style
   */
  void add(List<ShotFrame> decisions, int count, int firstDifference) {
    int next = 0;
    while (read < count) {
      guidesItself = guidesItself && read < firstDifference;
      if (!analysis.isAutomatic()) {
        analysis.push((Frame) null); // the frame is not looked at
      } else if (read >= analysis.lookahead()) {
        analysis.push(decisions.get(next++));
      }
      read++;
      while (analysis.isReady()) {
        treat(analysis.next());
      }
    }
    while (analysis.isAutomatic() && next < count) {
      analysis.push(decisions.get(next++));
    }
  }

  private void treat(ShotFrame found) {
    boolean plain = onlyCuts || guidesItself;
    Kind kind =
        found.kind() == Kind.FLASH && (plain || !leavesOutFlashes) ? Kind.CONTINUES : found.kind();
    frames.add(new ShotFrame(kind, plain ? Exposure.USUAL : found.exposure()));
  }

  /** Returns the number of frames that were added. */
  int frames() {
    return read;
  }

  /** Ends the clip. */
  KnownShots end() throws IOException {
    while (analysis.isWaiting()) {
      treat(analysis.next());
    }
    if (frames.isEmpty()) {
      throw new IOException("the video has no frames");
    }
    return new KnownShots(frames);
  }
}
