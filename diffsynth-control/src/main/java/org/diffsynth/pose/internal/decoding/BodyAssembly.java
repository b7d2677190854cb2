package org.diffsynth.pose.internal.decoding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.diffsynth.pose.internal.decoding.HeatMapPeaks.Peak;

/** Joins limbs that share a joint into bodies: the last step of {@link OpenPoseDecoder}. */
final class BodyAssembly {

  /** Stands for a joint that a body lacks. */
  static final Peak NO_JOINT = new Peak(0, 0, 0);

  private static final int MIN_JOINTS = 4;
  private static final double MIN_SCORE = 0.4;

  private final List<List<Peak>> peaks;
  private final List<Body> bodies = new ArrayList<>();

  /** Creates an assembly without bodies for the given peaks of each joint. */
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

  /**
   * Adds a limb: extends the body that contains one of its peaks, joins two bodies, or begins a new
   * body.
   *
   * @param from index of the joint at the beginning of the limb
   * @param fromPeak index of the peak of this joint
   * @param to index of the joint at the end of the limb
   * @param toPeak index of the peak of that joint
   * @param score score of the limb
   * @param mayBegin whether this limb may begin a new body
   */
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
      // Each end belongs to another body, or the body already has both ends: add nothing.
      return;
    }
    first.peak[from] = fromPeak;
    first.peak[to] = toPeak;
    first.limbScores += score;
  }

  /**
   * Returns the bodies with enough joints and a sufficient mean score; each body has one peak per
   * joint.
   */
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
      if (joints >= MIN_JOINTS && score / joints >= MIN_SCORE) {
        finished.add(found);
      }
    }
    return finished;
  }
}
