package org.diffsynth.internal.shots;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.diffsynth.internal.shots.ShotAnalysis.Kind;

/**
 * Finds, frame by frame, where a new shot begins. Only thumbnails are compared, and the decision
 * about a frame needs at most {@value #LOOKAHEAD} frames after it, so memory does not grow with the
 * clip.
 *
 * <p>A frame begins a shot if neither it nor one of the two frames after it is explained by one of
 * the two frames before it ({@link Likeness#unexplained}). The limit rises with the usual
 * difference of neighbouring frames around it, so that fast motion and flicker do not count as
 * cuts. A frame that differs from its past while a frame soon after it does not is a
 * <em>flash</em>: it belongs to the shot and looks like none of its frames.
 *
 * <p>Within a shot the detector also measures the {@link Exposure} step from frame to frame.
 */
final class ShotDetector {

  /** Frames after a frame that a decision with all knowledge needs. */
  static final int LOOKAHEAD = 3;

  /** A frame that starts a shot or a flash is unexplained by at least this share. */
  private static final float LEAST = 0.42f;

  /** Part of the usual unexplained share that is added to {@link #LEAST}. */
  private static final float ADAPTION = 0.5f;

  /** No flash is explained better than this. */
  private static final float LEAST_FLASH = 0.55f;

  /** A flash is over when a frame is explained by the frame before the flash this well. */
  private static final float SAME = 0.75f;

  private static final int LONGEST_FLASH = 2;
  private static final int MEMORY = 6;

  /** Steps before a step that may belong to a fade with it. */
  private static final int BEFORE = 3;

  /** Below this, blocks have no texture that could be compared. */
  private static final float PLAIN = 0.08f;

  /** Two plain frames of one shot differ by at most this many levels. */
  private static final float PLAIN_STEP = 24f;

  /**
   * The decision about one frame.
   *
   * @param likeness likeness to the last frame that is not a flash; null for the first frame
   * @param step change of exposure from the frame before, within a shot
   */
  record Decision(Kind kind, Likeness likeness, Exposure step) {}

  private final Map<Integer, Thumbnail> frames = new HashMap<>();
  private final Map<Long, Likeness> likenesses = new HashMap<>();
  private int pushed;
  private int decided;
  private final int lookahead;
  private int anchor = -1;
  private boolean anchorStarts;

  /**
   * Creates a detector.
   *
   * @param lookahead frames after a frame that decide about it, 0 to {@value #LOOKAHEAD}. With
   *     fewer than 2, a flash may count as a shot; the frame after it then begins another shot
   */
  ShotDetector(int lookahead) {
    this.lookahead = lookahead;
  }

  int lookahead() {
    return lookahead;
  }

  /** Takes the next frame. */
  void push(Thumbnail frame) {
    frames.put(pushed++, frame);
  }

  /** Returns whether a decision can be made before the end of the clip is known. */
  boolean isReady() {
    return pushed > decided + lookahead;
  }

  /** Returns whether frames wait for a decision. */
  boolean isWaiting() {
    return pushed > decided;
  }

  /** Decides about the next frame; at the end of the clip, fewer frames follow it. */
  Decision decide() {
    int t = decided++;
    Decision decision;
    if (t == 0) {
      decision = new Decision(Kind.STARTS, null, Exposure.USUAL);
    } else {
      Likeness own = likeness(anchor, t);
      Kind kind = kind(t, own);
      boolean within = kind == Kind.CONTINUES && anchor == t - 1;
      decision = new Decision(kind, own, within ? step(t) : Exposure.USUAL);
    }
    if (decision.kind != Kind.FLASH) {
      anchor = t;
      anchorStarts = decision.kind == Kind.STARTS;
    }
    int oldest = t - MEMORY;
    frames.keySet().removeIf(frame -> frame < Math.min(oldest, anchor));
    likenesses.keySet().removeIf(pair -> (int) (pair >> 32) < oldest);
    return decision;
  }

  private Kind kind(int t, Likeness own) {
    float limit = limit(t);
    if (!differs(own, limit)) {
      if (isBrightnessFlash(t, own)) {
        return Kind.FLASH;
      }
      return isSuddenBrightness(t, own) ? Kind.STARTS : Kind.CONTINUES;
    }
    int last = Math.min(pushed - 1, t + LONGEST_FLASH);
    boolean lastingFlash = t - anchor > LONGEST_FLASH;
    for (int after = t + 1; after <= last && !lastingFlash; after++) {
      if (!differs(likeness(anchor, after), limit * SAME)) {
        return own.unexplained() > LEAST_FLASH || isPlain(own) ? Kind.FLASH : Kind.CONTINUES;
      }
    }
    if (anchorStarts && lookahead < LONGEST_FLASH) {
      return Kind.STARTS;
    }
    for (int before = anchor - 1; before >= Math.max(anchor - 1, 0); before--) {
      for (int after = t; after <= last; after++) {
        if (frames.containsKey(before) && !differs(likeness(before, after), limit)) {
          return Kind.CONTINUES;
        }
      }
    }
    return Kind.STARTS;
  }

  private boolean isBrightnessFlash(int t, Likeness own) {
    if (t - anchor > LONGEST_FLASH || !ExposureSteps.isJump(own)) {
      return false;
    }
    for (int after = t + 1; after <= Math.min(pushed - 1, anchor + LONGEST_FLASH + 1); after++) {
      List<Likeness> usual = new ArrayList<>();
      for (int frame = t - BEFORE; frame <= t + LOOKAHEAD && frame < pushed; frame++) {
        boolean outside = frame <= anchor || frame > after;
        if (outside && frames.containsKey(frame - 1) && frames.containsKey(frame)) {
          usual.add(likeness(frame - 1, frame));
        }
      }
      if (ExposureSteps.isFlash(own, likeness(anchor, after), usual)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns whether a frame may begin or end a flash that ends too late to be seen: its brightness
   * jumps, and jumped at most once in the frames before. More jumps are flicker.
   */
  private boolean isSuddenBrightness(int t, Likeness own) {
    if (lookahead >= LONGEST_FLASH || !ExposureSteps.isJump(own)) {
      return false;
    }
    int jumps = 0;
    for (int frame = t - BEFORE; frame < t; frame++) {
      if (frames.containsKey(frame - 1) && frames.containsKey(frame)) {
        jumps += ExposureSteps.isJump(likeness(frame - 1, frame)) ? 1 : 0;
      }
    }
    return jumps <= 1;
  }

  private Exposure step(int t) {
    Likeness[] steps = new Likeness[BEFORE + 1 + LOOKAHEAD];
    for (int k = 0; k < steps.length; k++) {
      int second = t - BEFORE + k;
      if (frames.containsKey(second - 1) && frames.containsKey(second)) {
        steps[k] = likeness(second - 1, second);
      }
    }
    return ExposureSteps.step(steps, BEFORE);
  }

  private static boolean isPlain(Likeness likeness) {
    return likeness.otherTexture() < PLAIN;
  }

  private static boolean differs(Likeness likeness, float limit) {
    return likeness.texture() < PLAIN
        ? likeness.distance() > PLAIN_STEP
        : likeness.unexplained() > limit;
  }

  /** The limit for a frame, from the median of the differences of its neighbours. */
  private float limit(int t) {
    List<Float> usual = new ArrayList<>();
    for (int frame = Math.max(1, t - MEMORY + 1);
        frame < Math.min(pushed, t + LOOKAHEAD + 1);
        frame++) {
      if (frame != t && frames.containsKey(frame - 1)) {
        usual.add(likeness(frame - 1, frame).unexplained());
      }
    }
    if (usual.isEmpty()) {
      return LEAST;
    }
    float[] sorted = new float[usual.size()];
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] = usual.get(i);
    }
    Arrays.sort(sorted);
    return LEAST + ADAPTION * sorted[(sorted.length - 1) / 2];
  }

  private Likeness likeness(int first, int second) {
    return likenesses.computeIfAbsent(
        (long) first << 32 | second, pair -> Likeness.of(frames.get(first), frames.get(second)));
  }
}
