package org.diffsynth.internal.blend;

import org.diffsynth.internal.text.Text;

/**
 * Which frames around a frame take part in a blend, and how long the frame waits for them.
 *
 * <p>A finished frame is late by {@code shots + ahead + steadyAhead} frames.
 *
 * @param past frames before a frame that are combined with it, at least 0
 * @param ahead frames after a frame that are combined with it, 0 to {@code past}
 * @param steadyAhead finished frames after a frame that {@link AgreementPlan} averages with it, 0
 *     to {@link AgreementPlan#REACH}
 * @param shots frames after a frame that the search for cuts compares with it, 0 to 3
 * @param limited whether the delay is a promise: then nothing waits for a flash or a fade in
 */
public record Reach(int past, int ahead, int steadyAhead, int shots, boolean limited) {

  /** Frames that the search for cuts looks ahead where the delay allows it. */
  private static final int SHOTS_AHEAD = 3;

  /** Creates a reach, and checks its components. */
  public Reach {
    if (past < 0 || ahead < 0 || ahead > past) {
      throw new IllegalArgumentException(
          Text.format("ahead must be in [0, %d], but was %d", past, ahead));
    }
  }

  /** Returns the reach of a window with {@code radius} frames on each side. */
  public static Reach window(int radius) {
    return new Reach(radius, radius, AgreementPlan.REACH, SHOTS_AHEAD, false);
  }

  /**
   * Returns the reach with which a finished frame is at most {@code delay} frames late. The first 3
   * frames of the delay serve the blend, the next 3 the search for cuts, and all others the blend.
   *
   * @param radius frames on each side of the whole window
   * @param delay greatest delay in frames, at least 0
   * @param knowsShots whether the shots are given, so that no frame is needed to find them
   */
  public static Reach within(int radius, int delay, boolean knowsShots) {
    int shots = knowsShots ? 0 : Math.min(SHOTS_AHEAD, Math.max(0, delay - SHOTS_AHEAD));
    return new Reach(radius, Math.min(radius, delay - shots), 0, shots, true);
  }

  /**
   * Returns a copy whose frames ahead are divided between the window and the average of finished
   * frames, which comes after it.
   *
   * @param delay greatest delay in frames of both together
   */
  public Reach steadyWithin(int delay) {
    int left = delay - shots;
    int steady = Math.min(AgreementPlan.REACH, Math.max(left / 2, left - past));
    return new Reach(past, Math.min(past, left - steady), steady, shots, limited);
  }
}
