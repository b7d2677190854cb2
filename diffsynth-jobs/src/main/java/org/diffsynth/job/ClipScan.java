package org.diffsynth.job;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Monitor.Progress;
import org.diffsynth.frame.VideoFormat;
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
      VideoFormat format,
      Monitor monitor) {
    this.analysis = analysis;
    this.leavesOutFlashes = leavesOutFlashes;
    this.monitor = monitor;
    this.frameCount = format.frameCount();
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
