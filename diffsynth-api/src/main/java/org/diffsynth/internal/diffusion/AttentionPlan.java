package org.diffsynth.internal.diffusion;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.CrossFrameAttention.FrameRef;
import org.diffsynth.spi.KeyValueRows;

/**
 * The model calls of one step: which frames go into which call, whose keys and values they use, and
 * which rows are kept. Pure data.
 *
 * <p>References come after the clip: reference k is frame {@code frames + k}.
 */
public final class AttentionPlan {

  /**
   * One model call.
   *
   * @param frames the frame in each row
   * @param attention whose keys and values each row uses
   * @param kept the rows that are results; the others only lend keys and values
   */
  public record Call(List<Integer> frames, KeyValueRows attention, List<Kept> kept) {}

  /**
   * A row that is a result, or a part of one.
   *
   * @param row row of the call
   * @param frame frame it is the result of
   * @param weight its share; those of one frame add up to 1
   */
  public record Kept(int row, int frame, double weight) {}

  private final CrossFrameAttention attention;
  private final int frames;

  private AttentionPlan(CrossFrameAttention attention, int frames) {
    this.attention = attention;
    this.frames = frames;
  }

  /**
   * The calls of a step, in the order they must be made.
   *
   * @param attention which frames see which
   * @param frames length of the clip
   * @param rowsPerCall rows of one call at most, as far as the attention allows
   */
  public static List<Call> of(CrossFrameAttention attention, int frames, int rowsPerCall) {
    AttentionPlan plan = new AttentionPlan(attention, frames);
    return switch (attention.mode()) {
      case NONE -> plan.alone(rowsPerCall);
      case GATHER -> plan.gather(rowsPerCall);
      case GROUP -> plan.group(rowsPerCall);
      case JOINT -> plan.joint();
    };
  }

  /** Rows of the largest call. */
  public static int largest(List<Call> calls) {
    return calls.stream().mapToInt(call -> call.frames().size()).max().orElse(0);
  }

  private List<Call> alone(int rowsPerCall) {
    List<Call> calls = new ArrayList<>();
    for (int start = 0; start < frames; start += rowsPerCall) {
      List<Integer> rows =
          IntStream.range(start, Math.min(start + rowsPerCall, frames)).boxed().toList();
      calls.add(new Call(rows, KeyValueRows.SELF, keepAll(rows, 0)));
    }
    return calls;
  }

  /** Anchors, which every chunk needs, ride along in front where they are not in the chunk. */
  private List<Call> gather(int rowsPerCall) {
    Set<Integer> anchors = new LinkedHashSet<>();
    for (FrameRef named : attention.frames()) {
      if (named.kind() != FrameRef.Kind.OFFSET) {
        anchors.add(resolve(0, named));
      }
    }
    List<Call> calls = new ArrayList<>();
    int start = 0;
    while (start < frames) {
      int from = start;
      List<Integer> rows =
          new ArrayList<>(
              anchors.stream().filter(anchor -> anchor < from || anchor >= frames).toList());
      if (start == 0) {
        rows.removeIf(anchor -> anchor < frames);
      }
      int riding = rows.size();
      int end = Math.min(frames, start + Math.max(1, rowsPerCall - riding));
      IntStream.range(start, end).forEach(rows::add);
      int[][] seen = new int[rows.size()][];
      for (int row = 0; row < seen.length; row++) {
        seen[row] = seenBy(rows.get(row), rows);
      }
      boolean carries = attention.carries() && end < frames;
      calls.add(
          new Call(
              List.copyOf(rows),
              KeyValueRows.of(seen, carries ? rows.size() - 1 : -1),
              keepAll(rows, riding)));
      start = end;
    }
    return calls;
  }

  private int[] seenBy(int frame, List<Integer> rows) {
    int[] seen = new int[attention.frames().size()];
    for (int i = 0; i < seen.length; i++) {
      // A reference is not of the clip: it sees itself alone.
      int wanted = frame >= frames ? frame : resolve(frame, attention.frames().get(i));
      int row = rows.indexOf(wanted);
      seen[i] = row >= 0 ? row : KeyValueRows.CARRIED;
    }
    return seen;
  }

  private List<Call> group(int rowsPerCall) {
    List<Call> calls = new ArrayList<>();
    List<Integer> rows = new ArrayList<>();
    List<int[]> seen = new ArrayList<>();
    List<Kept> kept = new ArrayList<>();
    for (int frame = 0; frame < frames; frame++) {
      int target = frame;
      List<Integer> group =
          attention.frames().stream().map(named -> resolve(target, named)).toList();
      List<Integer> members = group.stream().distinct().toList();
      if (!rows.isEmpty() && rows.size() + members.size() > rowsPerCall) {
        calls.add(call(rows, seen, kept));
        rows.clear();
        seen.clear();
        kept.clear();
      }
      int base = rows.size();
      int[] all = group.stream().mapToInt(member -> base + members.indexOf(member)).toArray();
      kept.add(new Kept(base + members.indexOf(frame), frame, 1));
      rows.addAll(members);
      members.forEach(member -> seen.add(all));
    }
    calls.add(call(rows, seen, kept));
    return calls;
  }

  private static Call call(List<Integer> rows, List<int[]> seen, List<Kept> kept) {
    return new Call(
        List.copyOf(rows), KeyValueRows.of(seen.toArray(int[][]::new), -1), List.copyOf(kept));
  }

  private List<Call> joint() {
    List<int[]> windows = new ArrayList<>();
    for (int start = 0; ; start += attention.stride()) {
      int end = Math.min(start + attention.window(), frames);
      windows.add(new int[] {start, end});
      if (end == frames) {
        break;
      }
    }
    double[] totals = new double[frames];
    for (int[] window : windows) {
      for (int frame = window[0]; frame < window[1]; frame++) {
        totals[frame] += triangle(frame - window[0], window[1] - window[0]);
      }
    }
    List<Call> calls = new ArrayList<>();
    for (int[] window : windows) {
      List<Integer> rows = new ArrayList<>(IntStream.range(window[0], window[1]).boxed().toList());
      List<Kept> kept = new ArrayList<>();
      for (int row = 0; row < window[1] - window[0]; row++) {
        int frame = window[0] + row;
        double weight = triangle(row, window[1] - window[0]) / totals[frame];
        kept.add(new Kept(row, frame, weight));
      }
      attention.frames().forEach(reference -> rows.add(resolve(0, reference)));
      int[] all = IntStream.range(0, rows.size()).toArray();
      int[][] seen = new int[rows.size()][];
      Arrays.fill(seen, all);
      calls.add(new Call(List.copyOf(rows), KeyValueRows.of(seen, -1), List.copyOf(kept)));
    }
    return calls;
  }

  /** As the authors' later library weighs a window: a triangle that ends just above zero. */
  private static double triangle(int position, int length) {
    double centre = (length - 1) / 2.0;
    return Math.max(1 - Math.abs(position - centre) / ((length - 1 + 0.01) / 2), 0.01);
  }

  private int resolve(int frame, FrameRef named) {
    return switch (named.kind()) {
      case FIRST -> 0;
      case OFFSET -> Math.min(Math.max(frame + named.number(), 0), frames - 1);
      case REFERENCE -> frames + named.number();
    };
  }

  private static List<Kept> keepAll(List<Integer> rows, int fromRow) {
    return IntStream.range(fromRow, rows.size())
        .mapToObj(row -> new Kept(row, rows.get(row), 1))
        .toList();
  }
}
