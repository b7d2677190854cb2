package org.diffsynth.internal.blend;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.diffsynth.spi.BlendSession.Remap;

/**
 * Each frame becomes the mean of its window, as with {@link BalancedPlan}, in O(n log n) remaps:
 * means of 2^L neighbouring frames are built once and carried as one picture.
 *
 * <p>Two forests of binary trees stand over the clip. The past node (j, L) exists for every j with
 * at least L trailing one bits; it is the mean of the frames (j − 2^L, j], seen from j. The future
 * node (j, L) exists for every j with at least L trailing zero bits; it is the mean of the frames
 * [j, j + 2^L), seen from j:
 *
 * <pre>
 *   past (3,2)  = (0→3 + 1→3 + 2·past(3,1)) / 4      future (4,2) = (2·future(4,1) + 6→4 + 7→4) / 4
 *   past (3,1)  = (2→3 + style 3) / 2                 future (4,1) = (style 4 + 5→4) / 2
 * </pre>
 *
 * Every frame goes to a node directly, so a pixel of a finished frame was carried at most twice. A
 * window [t − w, t] is cut into at most 2 log w nodes; the node that ends at t needs no remap. No
 * node is longer than w + 1 frames, because no window could use it.
 *
 * <p>The plan works on {@value #CHUNK} frames at a time so that batches are large, or on one frame
 * at a time where the delay is limited; the size of a chunk influences nothing but the order of
 * work.
 */
public final class FastPlan implements BlendPlan<CarryActions> {

  private static final int CHUNK = 4;

  private final int windowRadius;
  private final PlanStart start;
  private final int ahead;
  private final int pastLevels;
  private final int futureLevels;
  private final int chunk;
  private final DueFrames dueFrames;
  private int arrived;
  private int planned;
  private int finished;
  private int dropped;

  /**
   * Creates a plan that blends windows in O(n log n) remaps for n frames of a whole shot.
   *
   * @param reach frames that are combined; a reach of 0 passes frames on
   */
  public FastPlan(Reach reach) {
    this(reach, PlanStart.OF_SHOT);
  }

  /**
   * Creates a plan that blends windows in O(n log n) remaps for n frames.
   *
   * @param reach frames that are combined; a reach of 0 passes frames on
   * @param start the first frame that arrives is at least {@code reach.past()} frames before the
   *     first that is written, or the first of the shot
   */
  public FastPlan(Reach reach, PlanStart start) {
    this.start = start;
    this.windowRadius = reach.past();
    this.ahead = reach.ahead();
    this.pastLevels = floorLog2(windowRadius + 1);
    this.futureLevels = floorLog2(ahead + 1);
    this.chunk = reach.limited() ? 1 : CHUNK;
    this.dueFrames = new DueFrames(ahead, reach.limited(), start.arrives());
    this.arrived = start.arrives();
    this.planned = start.arrives();
    this.finished = start.writes();
    this.dropped = start.arrives();
  }

  /**
   * Remaps and sums of one step. Remaps that need no new node form one batch with those that build
   * the new nodes, so that threads find much to do at a time; the others follow.
   */
  private static final class Work {

    private final List<Remap> remaps = new ArrayList<>();
    private final List<Remap> remapsOfNewNodes = new ArrayList<>();
    private final List<Consumer<CarryActions>> sums = new ArrayList<>();
    private final Set<Long> newNodes = new HashSet<>();

    void carry(long picture, int source, int target, long sum, int weight) {
      List<Remap> batch = newNodes.contains(picture) ? remapsOfNewNodes : remaps;
      batch.add(Remap.fresh(picture, source, target, sum, weight));
    }

    void add(long picture, long sum, int weight) {
      sums.add(actions -> actions.add(picture, sum, weight));
    }

    void finish(long node) {
      newNodes.add(node);
      sums.add(actions -> actions.finish(node, node));
    }

    void run(CarryActions actions) {
      remap(remaps, actions);
      sums.forEach(sum -> sum.accept(actions));
      remap(remapsOfNewNodes, actions);
    }

    private static void remap(List<Remap> batch, CarryActions actions) {
      if (!batch.isEmpty()) {
        actions.remap(batch);
      }
    }
  }

  @Override
  public void arrive(int frame, CarryActions actions) throws IOException {
    arrived = frame + 1;
    int due = dueFrames.arrive();
    if (arrived - planned == chunk) {
      advance(due, actions);
    }
  }

  @Override
  public void skip(CarryActions actions) throws IOException {
    int due = dueFrames.skip();
    if (chunk == 1) {
      advance(due, actions);
    }
  }

  @Override
  public void end(int frames, CarryActions actions) throws IOException {
    advance(frames, actions);
  }

  /** Builds the new nodes and finishes the frames before {@code end}. */
  private void advance(int end, CarryActions actions) throws IOException {
    Work work = new Work();
    build(work);
    for (int frame = finished; frame < end; frame++) {
      addPast(frame, work);
      addFuture(frame, work);
      work.add(PictureId.style(frame), PictureId.output(frame), -1); // it is in both halves
    }
    work.run(actions);
    for (; finished < end; finished++) {
      actions.output(finished, PictureId.output(finished));
    }
    for (; dropped < finished - windowRadius; dropped++) {
      drop(dropped, actions);
    }
  }

  /** Builds every node that became complete with the frames in [planned, arrived). */
  private void build(Work work) {
    for (int last = planned; last < arrived; last++) {
      for (int level = 1; level <= pastLevels; level++) {
        int size = 1 << level;
        if (last - size + 1 >= start.arrives() && Integer.numberOfTrailingZeros(~last) >= level) {
          addNode(last, last - size + 1, level, true, work);
        }
        int first = last - size + 1;
        if (level <= futureLevels
            && first >= start.arrives()
            && Integer.numberOfTrailingZeros(first) >= level) {
          addNode(first, first + size / 2, level, false, work);
        }
      }
    }
    planned = arrived;
  }

  /** The half of the node that does not touch {@code frame} starts at {@code farHalf}. */
  private static void addNode(int frame, int farHalf, int level, boolean past, Work work) {
    long node = past ? PictureId.pastNode(frame, level) : PictureId.futureNode(frame, level);
    long near =
        past ? PictureId.pastNode(frame, level - 1) : PictureId.futureNode(frame, level - 1);
    int half = 1 << level - 1;
    for (int source = farHalf; source < farHalf + half; source++) {
      work.carry(PictureId.style(source), source, frame, node, 1);
    }
    work.add(near, node, half);
    work.finish(node);
  }

  private void addPast(int frame, Work work) {
    int left = Math.min(windowRadius, frame) + 1;
    for (int end = frame; left > 0; ) {
      int level = level(Integer.numberOfTrailingZeros(~end), pastLevels, left);
      add(PictureId.pastNode(end, level), end, frame, 1 << level, work);
      end -= 1 << level;
      left -= 1 << level;
    }
  }

  private void addFuture(int frame, Work work) {
    int left = Math.min(ahead, arrived - 1 - frame) + 1;
    for (int start = frame; left > 0; ) {
      int level = level(Integer.numberOfTrailingZeros(start), futureLevels, left);
      add(PictureId.futureNode(start, level), start, frame, 1 << level, work);
      start += 1 << level;
      left -= 1 << level;
    }
  }

  private static int level(int trailingBits, int levels, int left) {
    return Math.min(Math.min(trailingBits, levels), floorLog2(left));
  }

  private static void add(long node, int at, int frame, int weight, Work work) {
    if (at == frame) {
      work.add(node, PictureId.output(frame), weight);
    } else {
      work.carry(node, at, frame, PictureId.output(frame), weight);
    }
  }

  private void drop(int frame, CarryActions actions) {
    actions.dropFrame(frame);
    actions.dropPicture(PictureId.style(frame));
    for (int level = 1; level <= pastLevels; level++) {
      actions.dropPicture(PictureId.pastNode(frame, level));
      actions.dropPicture(PictureId.futureNode(frame, level));
    }
  }

  private static int floorLog2(int value) {
    return 31 - Integer.numberOfLeadingZeros(value);
  }
}
