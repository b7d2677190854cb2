package org.diffsynth.internal.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.CrossFrameAttention.FrameRef;
import org.diffsynth.internal.diffusion.AttentionPlan.Call;
import org.diffsynth.internal.diffusion.AttentionPlan.ResultRow;
import org.diffsynth.spi.UnetInput.KeyValueRows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttentionPlanTest {

  private static final List<CrossFrameAttention> MODES =
      List.of(
          CrossFrameAttention.NONE,
          CrossFrameAttention.FIRST_FRAME,
          CrossFrameAttention.FIRST_AND_PREVIOUS,
          CrossFrameAttention.gather(FrameRef.SELF, FrameRef.reference(1), FrameRef.FIRST),
          CrossFrameAttention.pattern(
              FrameRef.FIRST, FrameRef.PREVIOUS, FrameRef.SELF, FrameRef.NEXT),
          CrossFrameAttention.pattern(FrameRef.reference(0), FrameRef.offset(-2), FrameRef.SELF),
          CrossFrameAttention.joint(4, 2),
          CrossFrameAttention.joint(4, 4).withFrames(FrameRef.reference(0)));

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 7, 100})
  void of_anyModeAndChunk_givesEveryFrameWeightOne(int rowsPerCall) {
    for (CrossFrameAttention mode : MODES) {
      for (int frames : new int[] {1, 2, 5, 9}) {
        double[] weights = new double[frames];
        for (Call call : AttentionPlan.of(mode, ClipShots.one(frames), rowsPerCall)) {
          for (ResultRow kept : call.results()) {
            assertThat(call.frames().get(kept.row())).isEqualTo(kept.frame());
            weights[kept.frame()] += kept.weight();
          }
        }
        for (double weight : weights) {
          assertThat(weight).as("%s", mode).isCloseTo(1, within(1e-12));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 100})
  void of_gather_everyKeptRowSeesTheFramesNamed(int rowsPerCall) {
    CrossFrameAttention mode =
        CrossFrameAttention.gather(
            FrameRef.FIRST, FrameRef.PREVIOUS, FrameRef.SELF, FrameRef.reference(0));
    int frames = 7;
    int carried = -1;
    for (Call call : AttentionPlan.of(mode, ClipShots.one(frames), rowsPerCall)) {
      assertThat(call.frames()).doesNotHaveDuplicates();
      for (ResultRow kept : call.results()) {
        int frame = kept.frame();
        assertThat(seen(call, kept.row(), carried))
            .containsExactly(0, Math.max(frame - 1, 0), frame, frames);
      }
      for (int row = 0; row < call.frames().size(); row++) {
        if (call.frames().get(row) == frames) {
          assertThat(seen(call, row, carried)).as("a reference sees itself").containsOnly(frames);
        }
      }
      if (call.attention().cachedRow() >= 0) {
        carried = call.frames().get(call.attention().cachedRow());
      }
    }
  }

  private static List<Integer> seen(Call call, int row, int carried) {
    List<Integer> seen = new ArrayList<>();
    for (int i = 0; i < call.attention().references(); i++) {
      int from = call.attention().get(row, i);
      seen.add(from == KeyValueRows.CACHED ? carried : call.frames().get(from));
    }
    return seen;
  }

  @Test
  void of_firstFrameInChunks_anchorRidesAlong() {
    List<Call> calls = AttentionPlan.of(CrossFrameAttention.FIRST_FRAME, ClipShots.one(5), 3);

    assertThat(calls).extracting(Call::frames).containsExactly(List.of(0, 1, 2), List.of(0, 3, 4));
    assertThat(calls.get(1).results()).extracting(ResultRow::frame).containsExactly(3, 4);
  }

  @Test
  void of_chunkSmallerThanAnchors_stillAdvancesOneFrameACall() {
    List<Call> calls = AttentionPlan.of(CrossFrameAttention.FIRST_FRAME, ClipShots.one(3), 1);

    assertThat(calls)
        .extracting(Call::frames)
        .containsExactly(List.of(0), List.of(0, 1), List.of(0, 2));
  }

  @Test
  void of_pattern_groupSeesAllItsMembersClamped() {
    List<Call> calls =
        AttentionPlan.of(
            CrossFrameAttention.pattern(
                FrameRef.FIRST, FrameRef.PREVIOUS, FrameRef.SELF, FrameRef.NEXT),
            ClipShots.one(4),
            4);

    assertThat(calls)
        .extracting(Call::frames)
        .containsExactly(List.of(0, 1), List.of(0, 1, 2), List.of(0, 1, 2, 3), List.of(0, 2, 3));
    assertThat(seen(calls.get(0), 0, -1)).containsExactly(0, 0, 0, 1);
    assertThat(seen(calls.get(2), 3, -1)).containsExactly(0, 1, 2, 3);
    assertThat(seen(calls.get(3), 0, -1)).containsExactly(0, 2, 3, 3);
  }

  /** A result sees the frames that it sees if its shot is a clip of its own. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 100})
  void of_severalShots_everyResultSeesItsShotOnly(int rowsPerCall) {
    int[] lengths = {3, 1, 4};
    for (CrossFrameAttention mode : MODES) {
      List<List<Integer>> apart = new ArrayList<>();
      int first = 0;
      for (int length : lengths) {
        int start = first;
        for (List<Integer> seen : seenByFrame(mode, ClipShots.one(length), rowsPerCall)) {
          apart.add(
              seen.stream()
                  .map(frame -> frame >= length ? 8 + frame - length : start + frame)
                  .toList());
        }
        first += length;
      }
      assertThat(seenByFrame(mode, ClipShots.of(List.of(3, 4), 8), rowsPerCall))
          .as("%s", mode)
          .isEqualTo(apart);
    }
  }

  /** Returns for each frame of a clip the frames whose keys its results see, in order. */
  private static List<List<Integer>> seenByFrame(
      CrossFrameAttention mode, ClipShots shots, int rowsPerCall) {
    List<List<Integer>> byFrame = new ArrayList<>();
    for (int i = 0; i < shots.frames(); i++) {
      byFrame.add(new ArrayList<>());
    }
    int carried = -1;
    for (Call call : AttentionPlan.of(mode, shots, rowsPerCall)) {
      for (ResultRow kept : call.results()) {
        byFrame.get(kept.frame()).addAll(seen(call, kept.row(), carried));
      }
      carried =
          call.attention().cachedRow() >= 0 ? call.frames().get(call.attention().cachedRow()) : -1;
    }
    return byFrame;
  }

  @Test
  void of_pattern_severalGroupsShareACallWithoutSeeingEachOther() {
    List<Call> calls =
        AttentionPlan.of(
            CrossFrameAttention.pattern(FrameRef.PREVIOUS, FrameRef.SELF), ClipShots.one(4), 5);

    assertThat(calls.get(0).frames()).containsExactly(0, 0, 1, 1, 2);
    assertThat(seen(calls.get(0), 1, -1)).containsExactly(0, 1);
    assertThat(calls.get(0).attention().get(1, 0)).isEqualTo(1);
    assertThat(calls.get(0).attention().get(4, 0)).isEqualTo(3);
  }

  @Test
  void of_joint_windowsOverlapAndEndWithTheClip() {
    List<Call> calls = AttentionPlan.of(CrossFrameAttention.joint(4, 2), ClipShots.one(7), 100);

    assertThat(calls)
        .extracting(Call::frames)
        .containsExactly(List.of(0, 1, 2, 3), List.of(2, 3, 4, 5), List.of(4, 5, 6));
    // Triangles over 4 frames: 1 − 1.5/1.505 and 1 − 0.5/1.505; the former is below 0.01.
    double outer = 0.01;
    double inner = 1 - 0.5 / 1.505;
    ResultRow shared = calls.get(0).results().get(2);
    assertThat(shared.frame()).isEqualTo(2);
    assertThat(shared.weight()).isCloseTo(inner / (inner + outer), within(1e-12));
  }

  @Test
  void largest_ofEveryMode_countsRows() {
    int[] expected = {2, 2, 2, 3, 4, 3, 4, 5};
    int[] found =
        MODES.stream()
            .mapToInt(mode -> AttentionPlan.largest(AttentionPlan.of(mode, ClipShots.one(9), 2)))
            .toArray();

    assertThat(found).as(Arrays.toString(found)).isEqualTo(expected);
  }

  /** The table in docs/diffusion.md: rows of one step of 128 frames, at 4, 8 and 16 rows a call. */
  @Test
  void of_everyMode_costsWhatTheManualSays() {
    assertRows(CrossFrameAttention.NONE, 128, 128, 128);
    assertRows(CrossFrameAttention.FIRST_FRAME, 170, 146, 136);
    assertRows(CrossFrameAttention.FIRST_AND_PREVIOUS, 170, 146, 136);
    assertRows(CrossFrameAttention.joint(16, 8), 240, 240, 240);
    assertRows(
        CrossFrameAttention.pattern(FrameRef.PREVIOUS, FrameRef.SELF, FrameRef.NEXT),
        382,
        382,
        382);
    assertRows(
        CrossFrameAttention.pattern(
            FrameRef.FIRST, FrameRef.PREVIOUS, FrameRef.SELF, FrameRef.NEXT),
        508,
        508,
        508);
  }

  private static void assertRows(CrossFrameAttention mode, int... expected) {
    for (int i = 0; i < expected.length; i++) {
      int rows =
          AttentionPlan.of(mode, ClipShots.one(128), 4 << i).stream()
              .mapToInt(call -> call.frames().size())
              .sum();
      assertThat(rows).as("%s at %d rows a call", mode, 4 << i).isEqualTo(expected[i]);
    }
  }
}
