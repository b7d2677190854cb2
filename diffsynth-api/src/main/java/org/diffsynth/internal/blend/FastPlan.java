package org.diffsynth.internal.blend;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.diffsynth.spi.Remap;

/**
 * The same mean as {@link BalancedPlan} in O(n log n) remaps: blends of 2^L neighbouring frames are
 * built once and carried on as one picture.
 *
 * <p>Two forests of binary trees stand over the clip. The past node (j, L), for j with at least L
 * trailing one bits, is the mean of the frames (j − 2^L, j] seen from j; the future node (j, L),
 * for j with at least L trailing zero bits, is the mean of [j, j + 2^L) seen from j:
 *
 * <pre>
 *   past (3,2)  = (0→3 + 1→3 + 2·past(3,1)) / 4      future (4,2) = (2·future(4,1) + 6→4 + 7→4) / 4
 *   past (3,1)  = (2→3 + style 3) / 2                 future (4,1) = (style 4 + 5→4) / 2
 * </pre>
 *
 * Every frame goes to a node directly, so a pixel of a finished frame was carried at most twice. A
 * window [t − w, t] is cut into at most 2 log w nodes; the one that ends at t needs no remap. No
 * level is built that is longer than w + 1 frames, since no window could use it.
 *
 * <p>Frames are taken {@value #CHUNK} at a time, so that batches are large; the chunk decides
 * nothing but the order of work.
 */
public final class FastPlan implements BlendPlan {

  private static final int CHUNK = 16;

  private final int windowRadius;
  private final int maxLevel;
  private int arrived;
  private int planned;
  private int finished;
  private int dropped;

  /** With a window of {@code windowRadius} frames on each side, at least 0. */
  public FastPlan(int windowRadius) {
    this.windowRadius = windowRadius;
    this.maxLevel = floorLog2(windowRadius + 1);
  }

  @Override
  public void arrive(int frame, Consumer<BlendStep> steps) {
    arrived = frame + 1;
    if (arrived - planned == CHUNK) {
      build(steps);
      finishUpTo(arrived - windowRadius, arrived, steps);
    }
  }

  @Override
  public void end(int frames, Consumer<BlendStep> steps) {
    build(steps);
    finishUpTo(frames, frames, steps);
  }

  /** Builds every node that became complete with the frames in [planned, arrived). */
  private void build(Consumer<BlendStep> steps) {
    List<Remap> remaps = new ArrayList<>();
    List<BlendStep> sums = new ArrayList<>();
    for (int last = planned; last < arrived; last++) {
      for (int level = 1; level <= maxLevel; level++) {
        int size = 1 << level;
        if (Integer.numberOfTrailingZeros(~last) >= level) {
          addNode(last, last - size + 1, level, true, remaps, sums);
        }
        int first = last - size + 1;
        if (first >= 0 && Integer.numberOfTrailingZeros(first) >= level) {
          addNode(first, first + size / 2, level, false, remaps, sums);
        }
      }
    }
    planned = arrived;
    if (!remaps.isEmpty()) {
      steps.accept(new BlendStep.RemapBatch(remaps));
      sums.forEach(steps);
    }
  }

  /** The half of the node that does not touch {@code frame} starts at {@code farHalf}. */
  private static void addNode(
      int frame, int farHalf, int level, boolean past, List<Remap> remaps, List<BlendStep> sums) {
    long node = past ? PictureId.pastNode(frame, level) : PictureId.futureNode(frame, level);
    long near =
        past ? PictureId.pastNode(frame, level - 1) : PictureId.futureNode(frame, level - 1);
    int half = 1 << level - 1;
    for (int source = farHalf; source < farHalf + half; source++) {
      remaps.add(Remap.fresh(PictureId.style(source), source, frame, node, 1));
    }
    sums.add(new BlendStep.Add(near, node, half));
    sums.add(new BlendStep.Finish(node, node));
  }

  /** Finishes the frames before {@code end}, whose windows are complete, in a clip of {@code n}. */
  private void finishUpTo(int end, int n, Consumer<BlendStep> steps) {
    List<Remap> remaps = new ArrayList<>();
    List<BlendStep> sums = new ArrayList<>();
    for (int frame = finished; frame < end; frame++) {
      addPast(frame, remaps, sums);
      addFuture(frame, n, remaps, sums);
      sums.add(new BlendStep.Add(PictureId.style(frame), PictureId.output(frame), -1));
    }
    if (!remaps.isEmpty()) {
      steps.accept(new BlendStep.RemapBatch(remaps));
    }
    sums.forEach(steps);
    for (; finished < end; finished++) {
      steps.accept(new BlendStep.Output(finished, PictureId.output(finished)));
    }
    for (; dropped < finished - windowRadius; dropped++) {
      drop(dropped, steps);
    }
  }

  private void addPast(int frame, List<Remap> remaps, List<BlendStep> sums) {
    int left = Math.min(windowRadius, frame) + 1;
    for (int end = frame; left > 0; ) {
      int level = level(Integer.numberOfTrailingZeros(~end), left);
      add(PictureId.pastNode(end, level), end, frame, 1 << level, remaps, sums);
      end -= 1 << level;
      left -= 1 << level;
    }
  }

  private void addFuture(int frame, int n, List<Remap> remaps, List<BlendStep> sums) {
    int left = Math.min(windowRadius, n - 1 - frame) + 1;
    for (int start = frame; left > 0; ) {
      int level = level(Integer.numberOfTrailingZeros(start), left);
      add(PictureId.futureNode(start, level), start, frame, 1 << level, remaps, sums);
      start += 1 << level;
      left -= 1 << level;
    }
  }

  private int level(int trailingBits, int left) {
    return Math.min(Math.min(trailingBits, maxLevel), floorLog2(left));
  }

  private static void add(
      long node, int at, int frame, int weight, List<Remap> remaps, List<BlendStep> sums) {
    if (at == frame) {
      sums.add(new BlendStep.Add(node, PictureId.output(frame), weight));
    } else {
      remaps.add(Remap.fresh(node, at, frame, PictureId.output(frame), weight));
    }
  }

  private void drop(int frame, Consumer<BlendStep> steps) {
    steps.accept(new BlendStep.DropGuide(frame));
    steps.accept(new BlendStep.DropPicture(PictureId.style(frame)));
    for (int level = 1; level <= maxLevel; level++) {
      steps.accept(new BlendStep.DropPicture(PictureId.pastNode(frame, level)));
      steps.accept(new BlendStep.DropPicture(PictureId.futureNode(frame, level)));
    }
  }

  private static int floorLog2(int value) {
    return 31 - Integer.numberOfLeadingZeros(value);
  }
}
