package org.diffsynth.internal.shots;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.shots.ShotDetector.Decision;

/**
 * Says of each frame of a stream which shot it belongs to: from a detector, or from a list of first
 * frames.
 */
public final class ShotAnalysis {

  /** Frames that wait for the end of a fade in. */
  private static final int LONGEST_FADE_IN = 32;

  private final ShotDetector detector;
  private final Set<Integer> starts;
  private KnownShots known;
  private final Queue<ShotFrame> found = new ArrayDeque<>();
  private final List<ShotFrame> fadeIn = new ArrayList<>();
  private Exposure current = Exposure.USUAL;
  private final boolean waitsForFadeIn;
  private int sinceStart;
  private int pushed;
  private int handed;

  private ShotAnalysis(Set<Integer> starts, ShotDetector detector, boolean waitsForFadeIn) {
    this.starts = starts;
    this.detector = detector;
    this.waitsForFadeIn = waitsForFadeIn;
  }

  /**
   * Returns an analysis that finds shots by itself. It decides about a frame 3 frames later, and at
   * a fade in when the fade has ended, at most {@value #LONGEST_FADE_IN} frames later.
   */
  public static ShotAnalysis automatic() {
    return new ShotAnalysis(null, new ShotDetector(ShotDetector.LOOKAHEAD), true);
  }

  /**
   * Returns an analysis that finds shots by itself and always decides about a frame {@code
   * lookahead} frames later. It recognises flashes of at most {@code lookahead} frames; a longer
   * flash begins a shot, and another shot begins after it. Fades are recognised from their third
   * frame on. In a fade in at the beginning of a shot, every frame begins a shot.
   *
   * @param lookahead 0 to 3
   */
  public static ShotAnalysis within(int lookahead) {
    return new ShotAnalysis(null, new ShotDetector(lookahead), false);
  }

  /** Returns an analysis with given first frames of shots. */
  public static ShotAnalysis of(Collection<Integer> starts) {
    return new ShotAnalysis(new TreeSet<>(starts), null, false);
  }

  /**
   * Returns an analysis that repeats what an earlier one has found.
   *
   * @param first number in the clip of the first frame that will be added
   */
  public static ShotAnalysis of(KnownShots known, int first) {
    ShotAnalysis analysis = new ShotAnalysis(Set.of(), null, false);
    analysis.known = known;
    analysis.pushed = first;
    analysis.handed = first;
    return analysis;
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
    if (known != null) {
      found.add(known.frame(pushed - 1));
      return;
    }
    if (detector == null) {
      boolean starts = pushed == 1 || this.starts.contains(pushed - 1);
      found.add(new ShotFrame(starts ? Kind.STARTS : Kind.CONTINUES, Exposure.USUAL));
      return;
    }
    detector.push(Thumbnail.of(frame));
    while (detector.isReady()) {
      add(detector.decide());
    }
  }

  /** Returns whether shots are found, not given. */
  public boolean isAutomatic() {
    return detector != null;
  }

  /** Returns the number of frames after a frame that decide about it. */
  public int lookahead() {
    return detector == null ? 0 : detector.lookahead();
  }

  /** Returns a scan that decides about the frames of a part of a clip as this analysis does. */
  public ShotScan scan() {
    return new ShotScan(lookahead());
  }

  /**
   * Adds the decision of a scan about the next frame, in place of the frame.
   *
   * @param decision kind, and the step of exposure from the frame before
   */
  public void push(ShotFrame decision) {
    pushed++;
    add(new Decision(decision.kind(), null, decision.exposure()));
  }

  /** Returns whether {@link #next} may be called before the end of the clip is known. */
  public boolean isReady() {
    return !found.isEmpty();
  }

  /** Returns whether frames wait for {@link #next}. */
  public boolean isWaiting() {
    return pushed > handed;
  }

  /**
   * Returns what is known about the next frame. Without {@link #isReady}, no further frame may be
   * added: the clip has ended.
   */
  public ShotFrame next() {
    if (found.isEmpty()) {
      while (detector.isWaiting()) {
        add(detector.decide());
      }
      releaseFadeIn();
    }
    handed++;
    return found.remove();
  }

  /**
   * Exposure is relative to the first frame of the shot, or to the end of a fade in with which the
   * shot begins: until that end is known, the frames of the fade wait.
   */
  private void add(Decision decision) {
    if (!waitsForFadeIn) {
      addAtOnce(decision);
      return;
    }
    if (decision.kind() == Kind.STARTS) {
      releaseFadeIn();
      current = Exposure.USUAL;
      fadeIn.add(new ShotFrame(Kind.STARTS, current));
      return;
    }
    current = snapped(current.then(decision.step()));
    boolean rising = !decision.step().isUsual() && decision.step().strengthens();
    ShotFrame frame = new ShotFrame(decision.kind(), current);
    if (fadeIn.isEmpty()) {
      found.add(frame);
    } else if (rising && fadeIn.size() < LONGEST_FADE_IN) {
      fadeIn.add(frame);
    } else {
      boolean ended = fadeIn.size() > 1;
      releaseFadeIn();
      if (ended) {
        current = decision.step();
        frame = new ShotFrame(decision.kind(), current);
      }
      found.add(frame);
    }
  }

  /**
   * A fade in with which a shot begins is found by its third step at the latest. Until it ends, its
   * frames have no usual brightness to which they could be changed, so each is a shot.
   */
  private void addAtOnce(Decision decision) {
    boolean rising = !decision.step().isUsual() && decision.step().strengthens();
    boolean starts =
        decision.kind() == Kind.STARTS || rising && sinceStart < ShotDetector.LOOKAHEAD;
    sinceStart = starts ? 0 : sinceStart + 1;
    current = starts ? Exposure.USUAL : snapped(current.then(decision.step()));
    found.add(new ShotFrame(starts ? Kind.STARTS : decision.kind(), current));
  }

  private void releaseFadeIn() {
    Exposure end = fadeIn.isEmpty() ? Exposure.USUAL : fadeIn.get(fadeIn.size() - 1).exposure();
    for (ShotFrame frame : fadeIn) {
      found.add(
          end.isUsual()
              ? frame
              : new ShotFrame(frame.kind(), snapped(end.inverse().then(frame.exposure()))));
    }
    fadeIn.clear();
  }

  private static Exposure snapped(Exposure exposure) {
    return exposure.isNearlyUsual() ? Exposure.USUAL : exposure;
  }
}
