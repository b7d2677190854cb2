package org.diffsynth.internal.blend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.math3.fraction.BigFraction;
import org.diffsynth.spi.Remap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Plans are pure data: run without a picture, they are counted and their weights added up. */
class BlendPlanTest {

  /**
   * Executes steps on fractions instead of pictures: a picture is how much of which frame is in it.
   * It fails on anything a session would refuse: a guide, picture or field that is not there.
   */
  private static final class Ledger {
    final Map<Integer, Map<Integer, BigFraction>> outputs = new HashMap<>();
    final List<Integer> keys = new ArrayList<>();
    final List<List<Integer>> steady = new ArrayList<>();
    final List<Set<Integer>> windows = new ArrayList<>();
    int remaps;
    int mostPictures;
    int mostFields;
    private final Map<Integer, Set<Integer>> agreed = new HashMap<>();
    private final Set<Integer> looked = new HashSet<>();
    private final Map<Long, Map<Integer, BigFraction>> pictures = new HashMap<>();
    private final Map<Long, Map<Integer, BigFraction>> sums = new HashMap<>();
    private final Map<Long, Integer> weights = new HashMap<>();
    private final Set<Integer> guides = new HashSet<>();
    private final Set<List<Integer>> fields = new HashSet<>();

    static Ledger run(BlendPlan plan, int frames) {
      Ledger ledger = new Ledger();
      for (int frame = 0; frame < frames; frame++) {
        ledger.guides.add(frame);
        ledger.pictures.put(PictureId.style(frame), Map.of(frame, BigFraction.ONE));
        ledger.mostPictures = Math.max(ledger.mostPictures, ledger.pictures.size());
        plan.arrive(frame, ledger::take);
      }
      plan.end(frames, ledger::take);
      return ledger;
    }

    private void take(BlendStep step) {
      if (step instanceof BlendStep.RemapBatch batch) {
        Set<List<Integer>> kept = new HashSet<>();
        for (Remap remap : batch.remaps()) {
          remaps++;
          assertThat(guides).contains(remap.source(), remap.target());
          if (remap.start() instanceof Remap.Via via) {
            assertThat(fields)
                .contains(
                    List.of(remap.source(), via.middle()), List.of(via.middle(), remap.target()));
          } else if (remap.start() instanceof Remap.AlignTo align) {
            assertThat(pictures).containsKey(align.picture());
            assertThat(fields).contains(List.of(remap.source(), remap.target()));
          }
          if (remap.keepField()) {
            kept.add(List.of(remap.source(), remap.target()));
          }
          if (remap.sum() != Remap.NO_SUM) {
            add(remap.picture(), remap.sum(), remap.weight());
          }
        }
        fields.addAll(kept);
      } else if (step instanceof BlendStep.Add add) {
        add(add.picture(), add.sum(), add.weight());
      } else if (step instanceof BlendStep.Finish finish) {
        pictures.put(finish.picture(), mean(finish.sum()));
      } else if (step instanceof BlendStep.Output output) {
        assertThat(outputs).as("frames come out in order").hasSize(output.frame() - keys.size());
        outputs.put(output.frame(), mean(output.sum()));
      } else if (step instanceof BlendStep.OutputKey key) {
        keys.add(key.frame());
      } else if (step instanceof BlendStep.LookForCut look) {
        assertThat(fields).contains(List.of(look.frame(), look.frame() - 1));
        assertThat(guides).contains(look.frame(), look.frame() - 1);
        looked.add(look.frame());
      } else if (step instanceof BlendStep.Agree agree) {
        agree(agree);
      } else if (step instanceof BlendStep.OutputSteady output) {
        outputSteady(output);
      } else if (step instanceof BlendStep.DropGuide drop) {
        agreed.remove(drop.frame());
        guides.remove(drop.frame());
      } else if (step instanceof BlendStep.DropPicture drop) {
        pictures.remove(drop.picture());
      } else if (step instanceof BlendStep.DropField drop) {
        fields.remove(List.of(drop.source(), drop.target()));
      }
    }

    private void agree(BlendStep.Agree agree) {
      Set<Integer> window = new HashSet<>();
      for (int source = agree.first(); source <= agree.last(); source++) {
        assertThat(guides).contains(source);
        assertThat(pictures).containsKey(PictureId.style(source));
        if (source != agree.frame()) {
          assertThat(fields).contains(List.of(source, agree.frame()));
        }
        if (source > 0) {
          assertThat(looked).contains(source);
        }
        window.add(source);
      }
      agreed.put(agree.frame(), window);
      mostFields = Math.max(mostFields, fields.size());
    }

    private void outputSteady(BlendStep.OutputSteady output) {
      assertThat(steady).as("frames come out in order").hasSize(output.frame());
      for (int frame = output.first(); frame <= output.last(); frame++) {
        assertThat(guides).contains(frame);
        assertThat(agreed).containsKey(frame);
      }
      steady.add(List.of(output.first(), output.last()));
      windows.add(agreed.get(output.frame()));
    }

    private void add(long picture, long sum, int weight) {
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
    assertPlainWindowMeans(Ledger.run(new FastPlan(window), frames), frames, window);
    assertPlainWindowMeans(Ledger.run(new BalancedPlan(window), frames), frames, window);
    assertPlainWindowMeans(Ledger.run(new AccuratePlan(window), frames), frames, window);
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
    Ledger ledger = Ledger.run(new FastPlan(window), frames);

    assertThat(ledger.remaps).isLessThanOrEqualTo(builds + queries);
  }

  @ParameterizedTest
  @CsvSource({"128, 60, 11700", "200, 15, 5760", "200, 30, 11070", "1000, 15, 29760"})
  void balanced_publishedLengths_needsOneRemapForEachPair(int frames, int window, int remaps) {
    assertThat(Ledger.run(new BalancedPlan(window), frames).remaps).isEqualTo(remaps);
  }

  @Test
  void fast_twiceTheLength_needsTwiceTheRemaps() {
    int once = Ledger.run(new FastPlan(15), 512).remaps;
    int twice = Ledger.run(new FastPlan(15), 1024).remaps;

    assertThat((double) twice / once).isBetween(1.9, 2.1);
  }

  @Test
  void fast_windowOfTheWholeClip_needsNLogNRemaps() {
    for (int frames = 64; frames <= 512; frames *= 2) {
      double bound = 2.0 * frames * Math.log(frames) / Math.log(2);

      assertThat(Ledger.run(new FastPlan(10_000), frames).remaps).isLessThan((int) bound);
    }
  }

  @Test
  void plans_longClip_holdPicturesOfTheWindowOnly() {
    int window = 7;

    assertThat(Ledger.run(new BalancedPlan(window), 400).mostPictures).isEqualTo(window + 1);
    assertThat(Ledger.run(new AccuratePlan(window), 60).mostPictures)
        .isLessThanOrEqualTo(2 * window + 1);
    assertThat(Ledger.run(new FastPlan(window), 100).mostPictures)
        .isEqualTo(Ledger.run(new FastPlan(window), 400).mostPictures);
  }

  @ParameterizedTest
  @CsvSource({"1, 15", "2, 1", "2, 60", "3, 2", "5, 1", "16, 15", "40, 15", "41, 3", "100, 6"})
  void sharp_anyLengthAndWindow_agreesOverTheWholeWindow(int frames, int window) {
    Ledger ledger = Ledger.run(new SharpPlan(window), frames);

    assertThat(ledger.windows).hasSize(frames);
    for (int frame = 0; frame < frames; frame++) {
      int first = Math.max(0, frame - window);
      int last = Math.min(frames - 1, frame + window);
      assertThat(ledger.windows.get(frame)).hasSize(last - first + 1).contains(first, last);
      assertThat(ledger.steady.get(frame))
          .containsExactly(
              Math.max(0, frame - SharpPlan.REACH), Math.min(frames - 1, frame + SharpPlan.REACH));
    }
  }

  @Test
  void sharp_windowZero_passesFramesOn() {
    Ledger ledger = Ledger.run(new SharpPlan(0), 5);

    assertThat(ledger.remaps).isZero();
    assertThat(ledger.outputs).hasSize(5).containsEntry(3, Map.of(3, BigFraction.ONE));
  }

  @ParameterizedTest
  @CsvSource({"128, 60, 11700", "200, 15, 5760"})
  void sharp_publishedLengths_needsOneMatchForEachPair(int frames, int window, int matches) {
    assertThat(Ledger.run(new SharpPlan(window), frames).remaps).isEqualTo(matches);
  }

  @Test
  void sharp_longClip_holdsTheWindowOnly() {
    int window = 7;
    Ledger ledger = Ledger.run(new SharpPlan(window), 200);

    assertThat(ledger.mostPictures).isLessThanOrEqualTo(2 * window + 2);
    assertThat(ledger.mostFields).isLessThanOrEqualTo(window * (window + 1) / 2 + 2 * window);
    assertThat(ledger.mostFields).isEqualTo(Ledger.run(new SharpPlan(window), 60).mostFields);
    assertThat(ledger.fields).as("left at the end").hasSizeLessThanOrEqualTo(2 * window);
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
    assertThat(ledger.remaps).isEqualTo(1 + 3 * 2 + 2);
    assertThat(ledger.outputs).doesNotContainKeys(1, 5);
  }

  @Test
  void interpolation_oneKey_carriesItToAllOthersOnce() {
    Ledger ledger = Ledger.run(new InterpolationPlan(new TreeSet<>(List.of(2))), 6);

    assertThat(ledger.keys).containsExactly(2);
    assertThat(ledger.outputs.keySet()).containsExactlyInAnyOrder(0, 1, 3, 4, 5);
    assertThat(ledger.outputs.values()).allMatch(Map.of(2, BigFraction.ONE)::equals);
    assertThat(ledger.remaps).isEqualTo(5);
  }
}
