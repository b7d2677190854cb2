package org.diffsynth.internal.blend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.math3.fraction.BigFraction;
import org.diffsynth.spi.BlendSession.Remap;
import org.diffsynth.spi.MatchSession.MatchRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Plans are pure data: run without a picture, they are counted and their weights added up. */
class BlendPlanTest {

  /**
   * Acts on fractions instead of pictures: a picture is how much of which frame is in it. It fails
   * on anything a session would refuse: a guide, picture or field that is not there.
   */
  private static final class Ledger implements CarryActions, AgreementActions {
    final Map<Integer, Map<Integer, BigFraction>> outputs = new HashMap<>();
    final List<Integer> keys = new ArrayList<>();
    final List<List<Integer>> steady = new ArrayList<>();
    final List<Set<Integer>> windows = new ArrayList<>();
    int searches;
    int shortSearches;
    int mostPictures;
    int mostFields;
    private final Map<Integer, Set<Integer>> agreed = new HashMap<>();
    private final Map<Long, Map<Integer, BigFraction>> pictures = new HashMap<>();
    private final Map<Long, Map<Integer, BigFraction>> sums = new HashMap<>();
    private final Map<Long, Integer> weights = new HashMap<>();
    private final Set<Integer> guides = new HashSet<>();
    private final Set<List<Integer>> fields = new HashSet<>();

    /** Frames that were out when each frame had arrived. */
    final List<Integer> outAt = new ArrayList<>();

    static Ledger run(BlendPlan<? super Ledger> plan, int frames) {
      return run(plan, frames, Set.of());
    }

    /** Runs a plan and skips a frame of the clip before each of the given frames. */
    static Ledger run(BlendPlan<? super Ledger> plan, int frames, Set<Integer> skips) {
      Ledger ledger = new Ledger();
      try {
        for (int frame = 0; frame < frames; frame++) {
          if (skips.contains(frame)) {
            plan.skip(ledger);
            ledger.outAt.add(ledger.outputs.size() + ledger.steady.size());
          }
          ledger.guides.add(frame);
          ledger.pictures.put(PictureId.style(frame), Map.of(frame, BigFraction.ONE));
          ledger.mostPictures = Math.max(ledger.mostPictures, ledger.pictures.size());
          plan.arrive(frame, ledger);
          ledger.outAt.add(ledger.outputs.size() + ledger.steady.size());
        }
        plan.end(frames, ledger);
      } catch (IOException e) {
        throw new AssertionError("a ledger writes no frames", e);
      }
      return ledger;
    }

    @Override
    public void remap(List<Remap> batch) {
      Set<List<Integer>> kept = new HashSet<>();
      for (Remap remap : batch) {
        search(remap.source(), remap.target(), remap.start());
        if (remap.keepField()) {
          kept.add(List.of(remap.source(), remap.target()));
        }
        add(remap.picture(), remap.sum(), remap.weight());
      }
      fields.addAll(kept);
    }

    @Override
    public void match(List<MatchRequest> batch) {
      Set<List<Integer>> kept = new HashSet<>();
      for (MatchRequest request : batch) {
        search(request.source(), request.target(), request.start());
        kept.add(List.of(request.source(), request.target()));
      }
      fields.addAll(kept);
    }

    private void search(int source, int target, Remap.Start start) {
      searches++;
      assertThat(guides).contains(source, target);
      if (start instanceof Remap.Via via) {
        shortSearches += via.iterations() == WindowFields.FAR_ITERATIONS ? 1 : 0;
        assertThat(fields).contains(List.of(source, via.middle()), List.of(via.middle(), target));
      } else if (start instanceof Remap.AlignTo align) {
        assertThat(pictures).containsKey(align.picture());
        assertThat(fields).contains(List.of(source, target));
      }
    }

    @Override
    public void finish(long sum, long picture) {
      pictures.put(picture, mean(sum));
    }

    @Override
    public void output(int frame, long sum) {
      assertThat(outputs).as("frames come out in order").hasSize(frame - keys.size());
      outputs.put(frame, mean(sum));
    }

    @Override
    public void outputKey(int frame) {
      keys.add(frame);
    }

    @Override
    public void outputGuide(int frame) {
      assertThat(guides).contains(frame);
      keys.add(-1 - frame);
    }

    @Override
    public void agree(int frame, int first, int last) {
      Set<Integer> window = new HashSet<>();
      for (int source = first; source <= last; source++) {
        assertThat(guides).contains(source);
        assertThat(pictures).containsKey(PictureId.style(source));
        if (source != frame) {
          assertThat(fields).contains(List.of(source, frame));
        }
        window.add(source);
      }
      agreed.put(frame, window);
      mostFields = Math.max(mostFields, fields.size());
    }

    @Override
    public void outputSteady(int target, int first, int last) {
      assertThat(steady).as("frames come out in order").hasSize(target);
      for (int frame = first; frame <= last; frame++) {
        assertThat(guides).contains(frame);
        assertThat(agreed).containsKey(frame);
      }
      steady.add(List.of(first, last));
      windows.add(agreed.get(target));
    }

    /** In an agreement session the style goes with its frame. */
    @Override
    public void dropFrame(int frame) {
      if (agreed.remove(frame) != null) {
        pictures.remove(PictureId.style(frame));
      }
      guides.remove(frame);
    }

    @Override
    public void dropPicture(long picture) {
      pictures.remove(picture);
    }

    @Override
    public void dropField(int source, int target) {
      fields.remove(List.of(source, target));
    }

    @Override
    public void add(long picture, long sum, int weight) {
      assertThat(pictures).containsKey(picture);
      Map<Integer, BigFraction> parts = sums.computeIfAbsent(sum, s -> new HashMap<>());
      pictures
          .get(picture)
          .forEach((frame, part) -> parts.merge(frame, part.multiply(weight), BigFraction::add));
      weights.merge(sum, weight, Integer::sum);
    }

    private Map<Integer, BigFraction> mean(long sum) {
      int weight = weights.remove(sum);
      Map<Integer, BigFraction> parts = sums.remove(sum);
      parts.values().removeIf(part -> part.equals(BigFraction.ZERO));
      parts.replaceAll((frame, part) -> part.divide(weight));
      return parts;
    }
  }

  private static void assertPlainWindowMeans(Ledger ledger, int frames, int window) {
    assertThat(ledger.outputs).hasSize(frames);
    ledger.outputs.forEach(
        (target, parts) -> {
          int first = Math.max(0, target - window);
          int last = Math.min(frames - 1, target + window);
          Map<Integer, BigFraction> expected = new HashMap<>();
          for (int frame = first; frame <= last; frame++) {
            expected.put(frame, new BigFraction(1, last - first + 1));
          }
          assertThat(parts).as("parts of frame %d", target).isEqualTo(expected);
        });
    assertThat(ledger.sums).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0", "1, 15", "2, 1", "2, 60", "3, 2", "5, 1", "16, 15", "17, 7", "40, 15", "41, 16",
    "70, 30", "33, 3", "64, 0", "100, 6"
  })
  void everyMode_anyLengthAndWindow_weighsAllFramesOfTheWindowAlike(int frames, int window) {
    assertPlainWindowMeans(Ledger.run(new FastPlan(Reach.window(window)), frames), frames, window);
    assertPlainWindowMeans(
        Ledger.run(new BalancedPlan(Reach.window(window)), frames), frames, window);
  }

  private static List<BlendPlan<CarryActions>> means(Reach reach) {
    return List.of(new FastPlan(reach), new BalancedPlan(reach));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 15, 0",
    "2, 1, 0",
    "2, 1, 1",
    "5, 1, 0",
    "40, 15, 0",
    "41, 15, 2",
    "40, 15, 15",
    "41, 7, 4",
    "33, 3, 1",
    "100, 6, 2",
    "64, 0, 5",
    "100, 60, 9"
  })
  void means_withDelay_weighTheFramesInTimeAlike(int frames, int window, int delay) {
    Reach reach = Reach.within(window, delay, true);
    for (BlendPlan<CarryActions> plan : means(reach)) {
      Ledger ledger = Ledger.run(plan, frames);

      assertThat(ledger.outputs).hasSize(frames);
      ledger.outputs.forEach(
          (target, parts) -> {
            int first = Math.max(0, target - window);
            int last = Math.min(frames - 1, target + Math.min(window, delay));
            Map<Integer, BigFraction> expected = new HashMap<>();
            for (int frame = first; frame <= last; frame++) {
              expected.put(frame, new BigFraction(1, last - first + 1));
            }
            assertThat(parts).as("parts of frame %d", target).isEqualTo(expected);
          });
      assertOutInTime(ledger, delay);
      assertThat(ledger.mostPictures).isLessThanOrEqualTo(12 * (window + 1));
    }
  }

  private static void assertOutInTime(Ledger ledger, int delay) {
    for (int frame = 0; frame < ledger.outAt.size(); frame++) {
      assertThat(ledger.outAt.get(frame))
          .as("frames that are out when frame %d has arrived", frame)
          .isGreaterThanOrEqualTo(frame + 1 - delay);
    }
  }

  /** A frame that is skipped counts for the delay, so a window may end before its reach. */
  @ParameterizedTest
  @CsvSource({"15, 0", "15, 2", "6, 3", "15, 15", "3, 9"})
  void everyMode_withDelayAndSkippedFrames_isInTime(int window, int delay) {
    List<BlendPlan<? super Ledger>> plans =
        new ArrayList<>(means(Reach.within(window, delay, true)));
    plans.add(new AgreementPlan(Reach.within(window, delay, true).steadyWithin(delay)));
    for (BlendPlan<? super Ledger> plan : plans) {
      Ledger ledger = Ledger.run(plan, 40, Set.of(3, 4, 5, 17, 39));

      assertThat(ledger.outputs.size() + ledger.steady.size()).isEqualTo(40);
      int skipped = 0;
      for (int tick = 0; tick < ledger.outAt.size(); tick++) {
        skipped += List.of(3, 5, 7, 20, 43).contains(tick) ? 1 : 0;
        assertThat(ledger.outAt.get(tick) + skipped)
            .as("frames that are out after frame %d of the clip", tick)
            .isGreaterThanOrEqualTo(tick + 1 - delay);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "15, 0, 0, 0",
    "15, 1, 1, 0",
    "15, 2, 1, 1",
    "15, 4, 2, 2",
    "15, 8, 4, 4",
    "15, 15, 11, 4",
    "15, 19, 15, 4",
    "15, 40, 15, 4",
    "5, 2, 1, 1",
    "1, 3, 1, 2"
  })
  void agreement_withDelay_dividesItBetweenWindowAndAverage(
      int window, int delay, int ahead, int steadyAhead) {
    Reach reach = Reach.within(window, delay, true).steadyWithin(delay);
    Ledger ledger = Ledger.run(new AgreementPlan(reach), 50);

    assertOutInTime(ledger, delay);
    assertThat(ledger.windows).hasSize(50);
    for (int frame = 0; frame < 50; frame++) {
      int last = Math.min(49, frame + ahead);
      int first = Math.max(0, frame - window);
      assertThat(ledger.windows.get(frame)).hasSize(last - first + 1).contains(first, last);
      assertThat(ledger.steady.get(frame))
          .containsExactly(
              Math.max(0, frame - AgreementPlan.REACH), Math.min(49, frame + steadyAhead));
    }
    assertThat(ledger.mostPictures).isLessThanOrEqualTo(2 * Math.max(window, 8) + 2);
  }

  /** The first frames of a delay serve the window, the next 3 the search for cuts. */
  @ParameterizedTest
  @CsvSource({"0, 0, 0", "3, 3, 0", "4, 3, 1", "6, 3, 3", "9, 6, 3", "30, 15, 3"})
  void reach_anyDelay_dividesIt(int delay, int ahead, int shots) {
    assertThat(Reach.within(15, delay, false)).isEqualTo(new Reach(15, ahead, 0, shots, true));
  }

  /** Counted in FastBlend's code: reachable builds plus queries of FastBlend's own tree. */
  @ParameterizedTest
  @CsvSource({
    "128, 60, 640, 912",
    "200, 15, 792, 1162",
    "1000, 15, 3992, 6062",
    "1800, 15, 7192, 10962"
  })
  void fast_publishedLengths_needsNoMoreRemapsThanReachable(
      int frames, int window, int builds, int queries) {
    Ledger ledger = Ledger.run(new FastPlan(Reach.window(window)), frames);

    assertThat(ledger.searches).isLessThanOrEqualTo(builds + queries);
  }

  @ParameterizedTest
  @CsvSource({"128, 60, 11700", "200, 15, 5760", "200, 30, 11070", "1000, 15, 29760"})
  void balanced_publishedLengths_needsOneRemapForEachPair(int frames, int window, int remaps) {
    assertThat(Ledger.run(new BalancedPlan(Reach.window(window)), frames).searches)
        .isEqualTo(remaps);
  }

  @Test
  void fast_twiceTheLength_needsTwiceTheRemaps() {
    int once = Ledger.run(new FastPlan(Reach.window(15)), 512).searches;
    int twice = Ledger.run(new FastPlan(Reach.window(15)), 1024).searches;

    assertThat((double) twice / once).isBetween(1.9, 2.1);
  }

  @Test
  void fast_windowOfTheWholeClip_needsNLogNRemaps() {
    for (int frames = 64; frames <= 512; frames *= 2) {
      double bound = 2.0 * frames * Math.log(frames) / Math.log(2);

      assertThat(Ledger.run(new FastPlan(Reach.window(10_000)), frames).searches)
          .isLessThan((int) bound);
    }
  }

  @Test
  void plans_longClip_holdPicturesOfTheWindowOnly() {
    int window = 7;

    assertThat(Ledger.run(new BalancedPlan(Reach.window(window)), 400).mostPictures)
        .isEqualTo(window + 1);
    assertThat(Ledger.run(new FastPlan(Reach.window(window)), 100).mostPictures)
        .isEqualTo(Ledger.run(new FastPlan(Reach.window(window)), 400).mostPictures);
  }

  @ParameterizedTest
  @CsvSource({"1, 15", "2, 1", "2, 60", "3, 2", "5, 1", "16, 15", "40, 15", "41, 3", "100, 6"})
  void agreement_anyLengthAndWindow_agreesOverTheWholeWindow(int frames, int window) {
    Ledger ledger = Ledger.run(new AgreementPlan(Reach.window(window)), frames);

    assertThat(ledger.windows).hasSize(frames);
    for (int frame = 0; frame < frames; frame++) {
      int first = Math.max(0, frame - window);
      int last = Math.min(frames - 1, frame + window);
      assertThat(ledger.windows.get(frame)).hasSize(last - first + 1).contains(first, last);
      assertThat(ledger.steady.get(frame))
          .containsExactly(
              Math.max(0, frame - AgreementPlan.REACH),
              Math.min(frames - 1, frame + AgreementPlan.REACH));
    }
  }

  @Test
  void agreement_windowZero_isRefused() {
    assertThatThrownBy(() -> new AgreementPlan(Reach.window(0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("windowRadius must be at least 1, but was 0");
  }

  /** What the default blend does with a window of 0. */
  @Test
  void balanced_windowZero_passesFramesOn() {
    Ledger ledger = Ledger.run(new BalancedPlan(Reach.window(0)), 5);

    assertThat(ledger.searches).isZero();
    assertThat(ledger.outputs).hasSize(5).containsEntry(3, Map.of(3, BigFraction.ONE));
  }

  @ParameterizedTest
  @CsvSource({"128, 60, 11700", "200, 15, 5760"})
  void agreement_publishedLengths_needsOneMatchForEachPair(int frames, int window, int matches) {
    assertThat(Ledger.run(new AgreementPlan(Reach.window(window)), frames).searches)
        .isEqualTo(matches);
  }

  /** Per frame 4 near fields on each side; the other fields are refined for an iteration only. */
  @Test
  void agreement_longClip_searchesOnlyNearFieldsAtFullLength() {
    int frames = 200;
    Ledger ledger = Ledger.run(new AgreementPlan(Reach.window(15)), frames);

    assertThat(ledger.searches - ledger.shortSearches).isEqualTo(2 * (4 * frames - 10));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 5, 7, 8, 9, 12, 13, 15, 60})
  void agreement_longClip_holdsTheWindowOnly(int window) {
    Ledger ledger = Ledger.run(new AgreementPlan(Reach.window(window)), 200);

    assertThat(ledger.mostPictures).isLessThanOrEqualTo(Math.max(window, 8) + window + 2);
    assertThat(ledger.mostFields).isLessThanOrEqualTo(10 * window);
    assertThat(ledger.mostFields)
        .isEqualTo(Ledger.run(new AgreementPlan(Reach.window(window)), 4 * window + 9).mostFields);
    assertThat(ledger.fields).as("left at the end").hasSizeLessThanOrEqualTo(8 * window);
  }

  /** Each pair of a window is exchanged once, while both frames are alive. */
  @ParameterizedTest
  @CsvSource({"1, 15", "2, 60", "9, 0", "20, 3", "7, 7"})
  void flow_anyLengthAndWindow_exchangesEachPairOfTheWindow(int frames, int window)
      throws IOException {
    Set<Integer> alive = new HashSet<>();
    Set<List<Integer>> pairs = new HashSet<>();
    List<Integer> out = new ArrayList<>();
    FlowActions actions =
        new FlowActions() {
          @Override
          public void exchange(int first, int second) {
            assertThat(alive).contains(first, second).hasSizeLessThanOrEqualTo(window + 1);
            assertThat(pairs.add(List.of(first, second))).isTrue();
          }

          @Override
          public void outputMean(int frame) {
            assertThat(alive).contains(frame);
            out.add(frame);
          }

          @Override
          public void dropFrame(int frame) {
            alive.remove(frame);
          }
        };
    FlowPlan plan = new FlowPlan(window);
    for (int frame = 0; frame < frames; frame++) {
      alive.add(frame);
      plan.arrive(frame, actions);
    }
    plan.end(frames, actions);

    assertThat(out).hasSize(frames).isSorted();
    assertThat(alive).isEmpty();
    for (int first = 0; first < frames; first++) {
      for (int second = first + 1; second < frames; second++) {
        assertThat(pairs.contains(List.of(first, second))).isEqualTo(second - first <= window);
      }
    }
  }

  @Test
  void interpolation_twoKeys_mixesByDistanceAndLeavesKeysAlone() {
    Ledger ledger = Ledger.run(new InterpolationPlan(new TreeSet<>(List.of(1, 5))), 8);

    assertThat(ledger.keys).containsExactly(1, 5);
    assertThat(ledger.outputs.get(0)).isEqualTo(Map.of(1, BigFraction.ONE));
    assertThat(ledger.outputs.get(2))
        .isEqualTo(Map.of(1, new BigFraction(3, 4), 5, new BigFraction(1, 4)));
    assertThat(ledger.outputs.get(4))
        .isEqualTo(Map.of(1, new BigFraction(1, 4), 5, new BigFraction(3, 4)));
    assertThat(ledger.outputs.get(7)).isEqualTo(Map.of(5, BigFraction.ONE));
    assertThat(ledger.searches).isEqualTo(1 + 3 * 2 + 2);
    assertThat(ledger.outputs).doesNotContainKeys(1, 5);
  }

  @Test
  void interpolation_oneKey_carriesItToAllOthersOnce() {
    Ledger ledger = Ledger.run(new InterpolationPlan(new TreeSet<>(List.of(2))), 6);

    assertThat(ledger.keys).containsExactly(2);
    assertThat(ledger.outputs.keySet()).containsExactlyInAnyOrder(0, 1, 3, 4, 5);
    assertThat(ledger.outputs.values()).allMatch(Map.of(2, BigFraction.ONE)::equals);
    assertThat(ledger.searches).isEqualTo(5);
  }
}
