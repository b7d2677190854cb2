package org.diffsynth.onnx.internal.vision;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.frame.Frame;

/**
 * Detects hard cuts: frames whose colours differ strongly from those of the preceding frame.
 *
 * <p>Colours are counted in a histogram of 4×4×4 bins. A cut is a frame in which at least a quarter
 * of the pixels would have to change their bin. In eight real clips, neighbouring frames differed
 * by at most 3 % and frames four apart by at most 5 %; of 28 pairs of different clips, 27 differed
 * by at least 30 %. A fade is not detected, which is harmless: depth follows a fade frame by frame.
 */
final class ShotBoundaryDetector {

  private static final int BINS = 64;
  private static final double MIN_CHANGE = 0.25;

  private final List<Integer> starts = new ArrayList<>();
  private double[] before;
  private int frames;

  /** Adds the next frame of the clip. */
  void add(Frame frame) {
    double[] shares = new double[BINS];
    byte[] rgb = frame.toRgb8();
    double share = 3.0 / rgb.length;
    for (int i = 0; i < rgb.length; i += 3) {
      int red = (rgb[i] & 0xFF) >> 6;
      int green = (rgb[i + 1] & 0xFF) >> 6;
      int blue = (rgb[i + 2] & 0xFF) >> 6;
      shares[red << 4 | green << 2 | blue] += share;
    }
    if (before != null) {
      double changed = 0;
      for (int i = 0; i < BINS; i++) {
        changed += Math.abs(shares[i] - before[i]) / 2;
      }
      if (changed >= MIN_CHANGE) {
        starts.add(frames);
      }
    }
    before = shares;
    frames++;
  }

  /** Returns the indices of the frames that begin a shot, except 0. */
  List<Integer> starts() {
    return starts;
  }
}
