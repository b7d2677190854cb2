package org.diffsynth.internal.blend;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.spi.BlendSession.Remap.Via;
import org.diffsynth.spi.MatchSession.MatchRequest;

/**
 * The fields that {@link AgreementPlan} needs: from each frame of a window to the frame in its
 * middle.
 *
 * <p>Only fields between neighbours are searched from the identity with random candidates. Fields
 * over at most {@value #NEAR} frames start from two of them in a row, and are propagated in all
 * iterations of the schedule. A frame further away is reached by way of an <em>anchor</em>, a frame
 * 4, 8, 12, … frames from the target:
 *
 * <pre>
 *   target ──4──► anchor ──4──► anchor ──3──► source         11 = 4 + 4 + 3
 *             near      near        near
 * </pre>
 *
 * The search for a far field starts from the composition of the field to the last anchor on the way
 * and a near field, and propagates it for {@value #FAR_ITERATIONS} iteration. docs/decisions.md has
 * the measurements.
 *
 * <p>Near fields from later frames are found when the later frame arrives, and near fields from
 * earlier frames when their target has its window. Far fields are found when their target has its
 * window, and dropped with it. So at most 10w fields are alive for a window of w frames on each
 * side.
 */
final class WindowFields {

  /** Fields over this number of frames and less are searched; also the distance of anchors. */
  static final int NEAR = 4;

  /** Iterations of the search for a near field that starts from a composition. */
  private static final int NEAR_ITERATIONS = Integer.MAX_VALUE;

  /** Iterations of the search for a far field. */
  static final int FAR_ITERATIONS = 1;

  private final int windowRadius;
  private final int first;
  private int nearDropped;

  /**
   * Creates the fields of windows.
   *
   * @param windowRadius frames on each side, at least 1
   * @param first first frame that the session gets
   */
  WindowFields(int windowRadius, int first) {
    this.windowRadius = windowRadius;
    this.first = first;
    this.nearDropped = first;
  }

  /** Requests in the order in which they must be searched. */
  static final class Batches {

    private final List<List<MatchRequest>> batches = new ArrayList<>();

    private void add(int batch, MatchRequest request) {
      while (batches.size() <= batch) {
        batches.add(new ArrayList<>());
      }
      batches.get(batch).add(request);
    }

    /** Requests the searches, batch by batch. */
    void match(AgreementActions actions) {
      for (List<MatchRequest> batch : batches) {
        if (!batch.isEmpty()) {
          actions.match(batch);
        }
      }
    }
  }

  /**
   * Adds the near fields from a frame that arrives to the frames before it.
   *
   * @param firstTarget first frame that has not been agreed on yet
   */
  void addArrived(int frame, int firstTarget, Batches batches) {
    for (int target = frame - 1; target >= Math.max(firstTarget, frame - near()); target--) {
      if (target == frame - 1) {
        batches.add(0, MatchRequest.fresh(frame, target));
      } else {
        batches.add(1, propagated(frame, frame - 1, target, NEAR_ITERATIONS));
      }
    }
  }

  /**
   * Adds the other fields to a target: the near ones from the frames before it, and those from all
   * frames further away.
   *
   * @param last last frame of the window
   */
  void addWindow(int target, int last, Batches batches) {
    addNearBefore(target, batches);
    for (int distance = NEAR + 1; distance <= windowRadius; distance++) {
      if (target - distance >= first) {
        addFar(target, -1, distance, batches);
      }
      if (target + distance <= last) {
        addFar(target, 1, distance, batches);
      }
    }
  }

  /** Adds the near fields to a target from the frames before it. */
  void addNearBefore(int target, Batches batches) {
    for (int source = target - 1; source >= oldestNear(target); source--) {
      if (source == target - 1) {
        batches.add(0, MatchRequest.fresh(source, target));
      } else {
        batches.add(1, propagated(source, target - 1, target, NEAR_ITERATIONS));
      }
    }
  }

  private static void addFar(int target, int direction, int distance, Batches batches) {
    int toAnchor = (distance - 1) / NEAR * NEAR;
    int source = target + direction * distance;
    int anchor = target + direction * toAnchor;
    batches.add(1 + toAnchor / NEAR, propagated(source, anchor, target, FAR_ITERATIONS));
  }

  private static MatchRequest propagated(int source, int middle, int target, int iterations) {
    return new MatchRequest(source, target, new Via(middle, iterations, false));
  }

  /**
   * Drops the fields that nothing needs any more once a target has been agreed on.
   *
   * @param last last frame of the target's window
   */
  void dropAgreed(int target, int last, AgreementActions actions) {
    int oldest = Math.max(first, target - windowRadius);
    for (int source = target + 1; source <= last; source++) {
      actions.dropField(source, target);
    }
    for (int source = oldest; source < target - near(); source++) {
      actions.dropField(source, target);
    }
    // near fields from earlier frames lead later targets to their anchors
    int done = target - Math.max(1, (windowRadius - 1) / NEAR * NEAR);
    for (; nearDropped <= done; nearDropped++) {
      for (int source = oldestNear(nearDropped); source < nearDropped; source++) {
        actions.dropField(source, nearDropped);
      }
    }
  }

  private int oldestNear(int target) {
    return Math.max(first, target - near());
  }

  private int near() {
    return Math.min(NEAR, windowRadius);
  }
}
