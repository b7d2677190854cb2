package org.diffsynth.internal.shots;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.shots.ShotAnalysis.Kind;
import org.diffsynth.internal.shots.ShotAnalysis.ShotFrame;
import org.diffsynth.internal.shots.ShotDetector.Decision;

/**
 * Decisions about a part of a clip, so that parts can be scanned at the same time.
 *
 * <p>A detector knows of the frames before its decision only the last {@value #MEMORY} ones, which
 * of them was the last that is not a flash, and whether that one began a shot. Two detectors that
 * have seen these frames and agree about a frame that is not a flash therefore agree about all
 * later frames. A scan begins {@value #LEAD} frames before its part, and {@link #agreement} finds
 * the first frame from which its decisions are those of a detector that began earlier.
 */
public final class ShotScan {

  /** Frames before a part that its scan should see. */
  public static final int LEAD = 32;

  private static final int MEMORY = 8;

  private final ShotDetector detector;
  private final List<ShotFrame> decisions = new ArrayList<>();

  ShotScan(int lookahead) {
    detector = new ShotDetector(lookahead);
  }

  /** Adds the next frame of the video that shows the shots. */
  public void push(Frame frame) {
    detector.push(Thumbnail.of(frame));
    while (detector.isReady()) {
      decide();
    }
  }

  /** Decides about the last frames of the clip. */
  public void end() {
    while (detector.isWaiting()) {
      decide();
    }
  }

  private void decide() {
    Decision decision = detector.decide();
    decisions.add(new ShotFrame(decision.kind(), decision.step()));
  }

  /**
   * Returns the decisions about frames from the first one that was added; the exposure is the step
   * from the frame before.
   */
  public List<ShotFrame> decisions() {
    return List.copyOf(decisions);
  }

  /**
   * Returns the first frame from which on two scans agree, or -1 if they do not.
   *
   * @param earlier decisions from the first frame of the clip to the end of the overlap
   * @param later decisions from frame {@code laterFirst} on
   * @param end frame after the last one of the overlap
   */
  public static int agreement(
      List<ShotFrame> earlier, List<ShotFrame> later, int laterFirst, int end) {
    for (int frame = laterFirst + MEMORY; frame < end; frame++) {
      Kind kind = later.get(frame - laterFirst).kind();
      if (kind != Kind.FLASH && kind == earlier.get(frame).kind()) {
        return frame;
      }
    }
    return -1;
  }
}
