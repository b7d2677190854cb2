package org.diffsynth.internal.sharp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.diffsynth.frame.Frame;
import org.diffsynth.spi.BlendSession;

/**
 * The state of one sharp blend: frames, agreed pictures and motion of a window. It computes on the
 * heap from the fields an engine has found, so every engine gives the same bytes.
 */
public final class SharpBlender implements AutoCloseable {

  private final int width;
  private final int height;
  private final Rows rows;
  private final Agreement agreement;
  private final GuideDetail guideDetail;
  private final SteadyPass steadyPass;
  private final MotionSearch motionSearch;
  private final Map<Integer, Rgb8> guides = new HashMap<>();
  private final Map<Integer, short[]> styles = new HashMap<>();
  private final Map<Integer, Agreed> agreed = new HashMap<>();
  private final Map<Integer, List<Luma>> lumas = new HashMap<>();
  private final Map<List<Integer>, Motion> motions = new HashMap<>();
  private final Set<Integer> cuts = new HashSet<>();

  private record Agreed(short[] picture, byte[] boost) {}

  /** For frames of one size, on so many threads. */
  public SharpBlender(int width, int height, int threads) {
    this.width = width;
    this.height = height;
    rows = new Rows(threads);
    BoxSum boxes = new BoxSum(width, height, rows);
    agreement = new Agreement(width, height, rows);
    guideDetail = new GuideDetail(width, height, rows, boxes);
    steadyPass = new SteadyPass(width, height, rows, boxes);
    motionSearch = new MotionSearch(rows);
  }

  /** Keeps guide and picture of a frame. */
  public void put(int frame, Frame guide, Frame style) {
    guides.put(frame, Rgb8.of(guide));
    styles.put(frame, style.toRgb16());
  }

  /**
   * Finds out from the session's field ({@code frame}, {@code frame} − 1) whether a new shot begins
   * with this frame.
   */
  public void lookForCut(BlendSession session, int frame) {
    int[] field = session.field(frame, frame - 1).toPacked();
    if (ShotCuts.isCut(guides.get(frame), guides.get(frame - 1), field)) {
      cuts.add(frame);
    }
  }

  private boolean sameShot(int a, int b) {
    for (int frame = Math.min(a, b) + 1; frame <= Math.max(a, b); frame++) {
      if (cuts.contains(frame)) {
        return false;
      }
    }
    return true;
  }

  /**
   * The first pass for a frame, from the frames {@code first} to {@code last} and the fields from
   * each of them to this one.
   */
  public void agree(BlendSession session, int frame, int first, int last) {
    List<Agreement.Source> sources = new ArrayList<>();
    int own = 0;
    for (int source = first; source <= last; source++) {
      if (source == frame) {
        own = sources.size();
        sources.add(new Agreement.Source(guides.get(source), styles.get(source), null));
      } else if (sameShot(source, frame)) {
        int[] field = session.field(source, frame).toPacked();
        sources.add(new Agreement.Source(guides.get(source), styles.get(source), field));
      }
    }
    Agreement.Result result = agreement.of(sources, own);
    byte[] boost = new byte[width * height];
    if (sources.size() > 1) {
      boost = guideDetail.apply(result, guides.get(frame));
    }
    agreed.put(frame, new Agreed(result.picture(), boost));
  }

  /** The second pass for a frame, from the agreed frames {@code first} to {@code last}. */
  public Frame steady(int frame, int first, int last) {
    Agreed own = agreed.get(frame);
    List<SteadyPass.Neighbour> neighbours = new ArrayList<>();
    for (int step : new int[] {-1, 1}) {
      Motion motion = null;
      for (int other = frame + step; other >= first && other <= last; other += step) {
        if (!sameShot(frame, other)) {
          break;
        }
        Motion next = motion(other - step, other);
        motion = motion == null ? next : motion.then(next, rows);
        neighbours.add(
            new SteadyPass.Neighbour(guides.get(other), agreed.get(other).picture(), motion));
      }
    }
    short[] finished = steadyPass.of(guides.get(frame), own.picture(), own.boost(), neighbours);
    return Frame.ofRgb16(width, height, finished);
  }

  private Motion motion(int from, int to) {
    return motions.computeIfAbsent(
        List.of(from, to), pair -> motionSearch.between(luma(from), luma(to)));
  }

  private List<Luma> luma(int frame) {
    return lumas.computeIfAbsent(frame, key -> Luma.pyramid(guides.get(key)));
  }

  /** Forgets a frame and everything about it. */
  public void drop(int frame) {
    guides.remove(frame);
    styles.remove(frame);
    agreed.remove(frame);
    lumas.remove(frame);
    motions.keySet().removeIf(pair -> pair.contains(frame));
    cuts.remove(frame);
  }

  @Override
  public void close() {
    rows.close();
  }
}
