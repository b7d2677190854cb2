package org.diffsynth.pose.internal.decoding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.diffsynth.pose.internal.decoding.HeatMapPeaks.Peak;

/** Joins limbs that have a joint in common into bodies. */
final class BodyAssembly {

  /** Stands for a joint that a body lacks. */
  static final Peak NO_JOINT = new Peak(0, 0, 0);

  private static final int LEAST_JOINTS = 4;
  private static final double LEAST_SCORE = 0.4;

  private final List<List<Peak>> peaks;
  private final List<Body> bodies = new ArrayList<>();

  /** The peaks of each joint. */
  BodyAssembly(List<List<Peak>> peaks) {
    this.peaks = peaks;
  }

  private static final class Body {
    final int[] peak;
    double limbScores;

    Body(int joints) {
      peak = new int[joints];
      Arrays.fill(peak, -1);
    }

    boolean overlaps(Body other) {
      for (int i = 0; i < peak.length; i++) {
        if (peak[i] >= 0 && other.peak[i] >= 0) {
          return true;
        }
      }
      return false;
    }
  }

  /** A limb from peak {@code fromPeak} of one joint to peak {@code toPeak} of another. */
  void add(int from, int fromPeak, int to, int toPeak, double score, boolean mayBegin) {
    Body first = null;
    Body second = null;
    for (Body body : bodies) {
      if (body.peak[from] == fromPeak || body.peak[to] == toPeak) {
        if (first == null) {
          first = body;
        } else if (second == null) {
          second = body;
        }
      }
    }
    if (first == null) {
      if (!mayBegin) {
        return;
      }
      first = new Body(peaks.size());
      bodies.add(first);
    } else if (second != null && !first.overlaps(second)) {
      for (int i = 0; i < first.peak.length; i++) {
        first.peak[i] = Math.max(first.peak[i], second.peak[i]);
      }
      first.limbScores += second.limbScores;
      bodies.remove(second);
    } else if (first.peak[from] >= 0 && first.peak[to] >= 0) {
      // Two bodies claim a joint each, or the body has both already: the limb adds nothing.
      return;
    }
    first.peak[from] = fromPeak;
    first.peak[to] = toPeak;
    first.limbScores += score;
  }

  /** The bodies that are large and sure enough, as one peak for each joint. */
  List<List<Peak>> finished() {
    List<List<Peak>> finished = new ArrayList<>();
    for (Body body : bodies) {
      List<Peak> found = new ArrayList<>();
      double score = body.limbScores;
      int joints = 0;
      for (int i = 0; i < body.peak.length; i++) {
        Peak peak = body.peak[i] < 0 ? NO_JOINT : peaks.get(i).get(body.peak[i]);
        found.add(peak);
        score += peak.value();
        joints += body.peak[i] < 0 ? 0 : 1;
      }
      if (joints >= LEAST_JOINTS && score / joints >= LEAST_SCORE) {
        finished.add(found);
      }
    }
    return finished;
  }
}
