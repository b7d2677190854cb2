package org.diffsynth.internal.shots;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.shots.ShotDetector.Decision;

/**
 * Says of each frame of a stream which shot it belongs to: from a detector, or from a list of first
 * frames.
 */
public final class ShotAnalysis {

  private final ShotDetector detector;
  private final Set<Integer> starts;
  private int pushed;
  private int decided;

  private ShotAnalysis(Set<Integer> starts) {
    this.starts = starts;
    this.detector = starts == null ? new ShotDetector() : null;
  }

  /** Returns an analysis that finds shots by itself. */
  public static ShotAnalysis automatic() {
    return new ShotAnalysis(null);
  }

  /** Returns an analysis with given first frames of shots. */
  public static ShotAnalysis of(Collection<Integer> starts) {
    return new ShotAnalysis(new TreeSet<>(starts));
  }

  /**
   * What is known about one frame.
   *
   * @param kind whether the frame starts a shot, continues it, or interrupts it
   * @param exposure the brightness of the frame relative to its shot
   */
  public record ShotFrame(Kind kind, Exposure exposure) {}

  /** What a frame is to its shot. */
  public enum Kind {
    /** The frame continues the shot of the frame before it. */
    CONTINUES,
    /** The frame is the first frame of a shot. */
    STARTS,
    /** The frame lies inside a shot and shows something else, such as a flash or a black frame. */
    FLASH
  }

  /** Adds the next frame of the video that shows the shots. */
  public void push(Frame frame) {
    pushed++;
    if (detector != null) {
      detector.push(Thumbnail.of(frame));
    }
  }

  /** Returns whether {@link #next} may be called before the end of the clip is known. */
  public boolean isReady() {
    return detector == null ? pushed > decided : detector.isReady();
  }

  /** Returns whether frames wait for {@link #next}. */
  public boolean isWaiting() {
    return pushed > decided;
  }

  /** Returns what is known about the next frame. */
  public ShotFrame next() {
    int frame = decided++;
    if (detector == null) {
      boolean starts = frame == 0 || this.starts.contains(frame);
      return new ShotFrame(starts ? Kind.STARTS : Kind.CONTINUES, Exposure.USUAL);
    }
    Decision decision = detector.decide();
    return new ShotFrame(decision.kind(), Exposure.USUAL);
  }
}
