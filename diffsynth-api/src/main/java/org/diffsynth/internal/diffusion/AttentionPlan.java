package org.diffsynth.internal.diffusion;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.CrossFrameAttention.FrameRef;
import org.diffsynth.spi.UnetInput.KeyValueRows;

/**
 * The model calls of one denoising step: which frames are evaluated together, whose keys and values
 * each of them uses, and which of the evaluated rows are results. A plan is pure data and knows
 * neither latents nor models.
 *
 * <p>Frames are numbered through clip and references: frame {@code i} of the clip is {@code i}, and
 * reference picture {@code k} is {@code frames + k}. The plans of the four modes, for a clip of 5
 * frames and calls of 3 rows:
 *
 * <pre>
 * NONE                       [0 1 2] [3 4]
 * GATHER first, previous     [0 1 2] [(0) 3 4]                    keys of frame 2 are carried over
 * GROUP  previous, self      [0 (0) 1] [(1) 2] [(2) 3] [(3) 4]
 * JOINT  window 3, stride 2  [0 1 2] [2 3 4]                      frame 2 is a weighted mean
 * </pre>
 *
 * <p>Rows in round brackets only lend their keys and values; their predictions are discarded. No
 * frame attends to one of another shot: the first frame is that of the shot, and offsets beyond an
 * end of the shot name the frame at that end.
 */
public final class AttentionPlan {

  /**
   * Rows of a single model call, with the attention between these rows.
   *
   * @param frames number of the frame in each row
   * @param attention rows whose keys and values each row uses
   * @param results rows that are results; the other rows only lend keys and values
   */
  public record Call(List<Integer> frames, KeyValueRows attention, List<ResultRow> results) {}

  /**
   * A row of a call that is the result of a frame, or a part of that result.
   *
   * @param row number of the row in the call
   * @param frame number of the frame
   * @param weight share of the row in the result; the shares of one frame add up to 1
   */
  public record ResultRow(int row, int frame, double weight) {}

  private final CrossFrameAttention attention;
  private final ClipShots shots;
  private final int frames;

  private AttentionPlan(CrossFrameAttention attention, ClipShots shots) {
    this.attention = attention;
    this.shots = shots;
    this.frames = shots.frames();
  }

  /**
   * Returns the calls of a step, in the order in which they must be made.
   *
   * @param attention which frames attend to which
   * @param shots the shots of the clip
   * @param rowsPerCall largest number of rows in one call; exceeded where the attention needs more
   *     rows together
   */
  static List<Call> of(CrossFrameAttention attention, ClipShots shots, int rowsPerCall) {
    AttentionPlan plan = new AttentionPlan(attention, shots);
    return switch (attention.mode()) {
      case NONE -> plan.separate(rowsPerCall);
      case GATHER -> plan.gather(rowsPerCall);
      case GROUP -> plan.group(rowsPerCall);
      case JOINT -> plan.joint();
    };
  }

  /** Returns the number of rows of the largest call. */
  public static int largest(List<Call> calls) {
    return calls.stream().mapToInt(call -> call.frames().size()).max().orElse(0);
  }

  private List<Call> separate(int rowsPerCall) {
    List<Call> calls = new ArrayList<>();
    for (int start = 0; start < frames; start += rowsPerCall) {
      List<Integer> rows =
          IntStream.range(start, Math.min(start + rowsPerCall, frames)).boxed().toList();
      calls.add(new Call(rows, KeyValueRows.SELF, resultsFrom(rows, 0)));
    }
    return calls;
  }

  /**
   * Anchors are the first frame of the shot and the references, which all frames of the shot may
   * attend to. A call without an anchor among its own frames gets it as an extra row in front.
   */
  private List<Call> gather(int rowsPerCall) {
    List<Call> calls = new ArrayList<>();
    int start = 0;
    while (start < frames) {
      List<Integer> rows = new ArrayList<>(anchorsBefore(start));
      int anchorRows = rows.size();
      int end = Math.min(frames, start + Math.max(1, rowsPerCall - anchorRows));
      IntStream.range(start, end).forEach(rows::add);
      int[][] attended = new int[rows.size()][];
      for (int row = 0; row < attended.length; row++) {
        attended[row] = attendedBy(rows.get(row), rows);
      }
      boolean carries = attention.carries() && end < frames && !shots.isStart(end);
      calls.add(
          new Call(
              List.copyOf(rows),
              KeyValueRows.of(attended, carries ? rows.size() - 1 : -1),
              resultsFrom(rows, anchorRows)));
      start = end;
    }
    return calls;
  }

  /** Returns the anchors of a frame that are not after it in the clip, nor the frame itself. */
  private Set<Integer> anchorsBefore(int frame) {
    Set<Integer> anchors = new LinkedHashSet<>();
    for (FrameRef named : attention.frames()) {
      if (named.kind() != FrameRef.Kind.OFFSET) {
        anchors.add(resolve(frame, named));
      }
    }
    anchors.remove(frame);
    return anchors;
  }

  private int[] attendedBy(int frame, List<Integer> rows) {
    int[] attended = new int[attention.frames().size()];
    for (int i = 0; i < attended.length; i++) {
      // A reference picture is not part of the clip and attends to itself only.
      int wanted = frame >= frames ? frame : resolve(frame, attention.frames().get(i));
      int row = rows.indexOf(wanted);
      attended[i] = row >= 0 ? row : KeyValueRows.CACHED;
    }
    return attended;
  }

  private List<Call> group(int rowsPerCall) {
    List<Call> calls = new ArrayList<>();
    List<Integer> rows = new ArrayList<>();
    List<int[]> attended = new ArrayList<>();
    List<ResultRow> results = new ArrayList<>();
    for (int frame = 0; frame < frames; frame++) {
      int target = frame;
      List<Integer> group =
          attention.frames().stream().map(named -> resolve(target, named)).toList();
      List<Integer> members = group.stream().distinct().toList();
      if (!rows.isEmpty() && rows.size() + members.size() > rowsPerCall) {
        calls.add(call(rows, attended, results));
        rows.clear();
        attended.clear();
        results.clear();
      }
      int base = rows.size();
      int[] all = group.stream().mapToInt(member -> base + members.indexOf(member)).toArray();
      results.add(new ResultRow(base + members.indexOf(frame), frame, 1));
      rows.addAll(members);
      members.forEach(member -> attended.add(all));
    }
    calls.add(call(rows, attended, results));
    return calls;
  }

  private static Call call(List<Integer> rows, List<int[]> attended, List<ResultRow> results) {
    return new Call(
        List.copyOf(rows),
        KeyValueRows.of(attended.toArray(int[][]::new), -1),
        List.copyOf(results));
  }

  private List<Call> joint() {
    List<int[]> windows = new ArrayList<>();
    for (int shot : shots.starts()) {
      addWindows(shot, shots.end(shot), windows);
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
      List<ResultRow> results = new ArrayList<>();
      for (int row = 0; row < window[1] - window[0]; row++) {
        int frame = window[0] + row;
        double weight = triangle(row, window[1] - window[0]) / totals[frame];
        results.add(new ResultRow(row, frame, weight));
      }
      attention.frames().forEach(reference -> rows.add(resolve(0, reference)));
      int[] all = IntStream.range(0, rows.size()).toArray();
      int[][] attended = new int[rows.size()][];
      Arrays.fill(attended, all);
      calls.add(new Call(List.copyOf(rows), KeyValueRows.of(attended, -1), List.copyOf(results)));
    }
    return calls;
  }

  private void addWindows(int shot, int shotEnd, List<int[]> windows) {
    for (int start = shot; ; start += attention.stride()) {
      int end = Math.min(start + attention.window(), shotEnd);
      windows.add(new int[] {start, end});
      if (end == shotEnd) {
        return;
      }
    }
  }

  /**
   * Weight of a frame in its window, as in the later library of the DiffSynth authors: a triangle
   * above zero.
   */
  private static double triangle(int position, int length) {
    double centre = (length - 1) / 2.0;
    return Math.max(1 - Math.abs(position - centre) / ((length - 1 + 0.01) / 2), 0.01);
  }

  private int resolve(int frame, FrameRef named) {
    return switch (named.kind()) {
      case FIRST -> shots.start(frame);
      case OFFSET ->
          Math.min(Math.max(frame + named.number(), shots.start(frame)), shots.end(frame) - 1);
      case REFERENCE -> frames + named.number();
    };
  }

  private static List<ResultRow> resultsFrom(List<Integer> rows, int fromRow) {
    return IntStream.range(fromRow, rows.size())
        .mapToObj(row -> new ResultRow(row, rows.get(row), 1))
        .toList();
  }
}
