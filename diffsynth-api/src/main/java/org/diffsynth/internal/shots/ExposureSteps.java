package org.diffsynth.internal.shots;

/**
 * Finds the change of exposure between neighbouring frames of a shot: fades from and to black or
 * white, and slow changes of the camera's exposure.
 *
 * <p>Most frames differ a little in brightness because something moved, and such differences must
 * not count. A step from one frame to the next is a candidate only if the two frames match, and if
 * brightness and contrast change by the same factor: v → g·v for a fade from or to black, 255 − v →
 * g·(255 − v) for a fade from or to white. A candidate counts if at least {@value #RUN} candidates
 * in a row go the same way and change the brightness by {@value #SUM} together (natural logarithms
 * of factors). A single step among them may go the same way without being a candidate; it belongs
 * to the fade but is not counted, because such triples occur in flicker. On the clean test clips no
 * step counts, so their frames stay as they are.
 */
final class ExposureSteps {

  private static final float SMALL = 0.012f;
  private static final float FLASH = 0.25f;
  private static final float SUM = 0.06f;
  private static final int RUN = 3;
  private static final float AGREEMENT = 0.4f;
  private static final float MATCHING = 0.3f;
  private static final float ENOUGH = 0.3f;
  private static final float WHITE = 255;
  private static final float DARKEST_MEAN = 0.5f;

  private ExposureSteps() {}

  /**
   * Returns the step from the frame before to a frame, or {@link Exposure#USUAL}.
   *
   * @param steps likenesses of neighbouring frames in order of time; null where unknown
   * @param at index of the step among them
   */
  static Exposure step(Likeness[] steps, int at) {
    Exposure black = step(steps, at, 0);
    return black.isUsual() ? step(steps, at, WHITE) : black;
  }

  private static Exposure step(Likeness[] steps, int at, float pole) {
    float change = changeOrGap(steps, at, pole);
    if (change == 0) {
      return Exposure.USUAL;
    }
    int candidates = change(steps[at], pole) == 0 ? 0 : 1;
    float sum = change;
    for (int way = -1; way <= 1; way += 2) {
      for (int k = at + way; k >= 0 && k < steps.length; k += way) {
        float next = changeOrGap(steps, k, pole);
        if (next * change <= 0) {
          break;
        }
        candidates += change(steps[k], pole) == 0 ? 0 : 1;
        sum += next;
      }
    }
    if (candidates < RUN || Math.abs(sum) < SUM) {
      return Exposure.USUAL;
    }
    float[] gain = new float[3];
    float[] offset = new float[3];
    for (int c = 0; c < 3; c++) {
      gain[c] = Math.min(Math.max(factor(steps[at], c, pole), 0.05f), 20f);
      offset[c] = pole == 0 ? 0 : 1 - gain[c];
    }
    return new Exposure(gain, offset);
  }

  /** The change of a candidate, or of a step that interrupts candidates which go the same way. */
  private static float changeOrGap(Likeness[] steps, int at, float pole) {
    float own = change(steps[at], pole);
    if (own != 0 || at == 0 || at + 1 == steps.length || steps[at] == null) {
      return own;
    }
    float before = change(steps[at - 1], pole);
    float after = change(steps[at + 1], pole);
    boolean gap = before * after > 0 && steps[at].unexplained() <= MATCHING;
    return gap ? (before + after) / 2 : 0;
  }

  /**
   * Returns whether a frame is a flash, brighter or darker than its shot by a quarter, that matches
   * otherwise: its brightness jumps, is back soon, and jumps nowhere near it.
   *
   * @param own likeness of the frame to the last frame that is not a flash
   * @param back likeness of a frame soon after to that last frame
   * @param usual likenesses of neighbouring frames around the flash
   */
  static boolean isFlash(Likeness own, Likeness back, Iterable<Likeness> usual) {
    float jump = brightness(own);
    if (Math.abs(jump) < FLASH || Math.abs(brightness(back)) > Math.abs(jump) / 4) {
      return false;
    }
    for (Likeness step : usual) {
      if (Math.abs(brightness(step)) > Math.abs(jump) / 4) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether the brightness changes by at least a quarter between matching frames. */
  static boolean isJump(Likeness own) {
    return Math.abs(brightness(own)) >= FLASH;
  }

  private static float brightness(Likeness step) {
    float mean = 0;
    if (step.matched() >= ENOUGH) {
      for (int c = 0; c < 3; c++) {
        mean += (float) Math.log((step.secondMean()[c] + 1) / (step.firstMean()[c] + 1)) / 3;
      }
    }
    return mean;
  }

  /** Distance of the mean from the pole in the second frame, relative to the first. */
  private static float factor(Likeness step, int channel, float pole) {
    float first = Math.abs(step.firstMean()[channel] - pole);
    float second = Math.abs(step.secondMean()[channel] - pole);
    return first < DARKEST_MEAN ? 1 : Math.max(second, DARKEST_MEAN / 4) / first;
  }

  /** Logarithm of the change of a candidate, or 0. */
  private static float change(Likeness step, float pole) {
    if (step == null || step.unexplained() > MATCHING || step.matched() < ENOUGH) {
      return 0;
    }
    float mean = 0;
    float contrast = 0;
    for (int c = 0; c < 3; c++) {
      mean += (float) Math.log(factor(step, c, pole)) / 3;
      contrast += (float) Math.log(step.gain()[c]) / 3;
    }
    boolean agree = Math.abs(mean - contrast) <= AGREEMENT * Math.abs(mean);
    return Math.abs(mean) >= SMALL && agree ? mean : 0;
  }
}
