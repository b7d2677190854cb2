package org.diffsynth.patchmatch.guide;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.diffsynth.patchmatch.engine.WorkerPool;
import org.diffsynth.patchmatch.flow.BrightnessImage;
import org.diffsynth.patchmatch.flow.DenseInverseSearch;
import org.diffsynth.patchmatch.flow.Flow;
import org.diffsynth.patchmatch.flow.FlowOptions;

/**
 * The motion of a flickering shot. Flicker misleads a search for motion between two frames by
 * several pixels, but in every pair of frames in another direction, while the motion of a scene
 * changes little from frame to frame. So the motion is found in rounds over {@link
 * NormalizedContrast}:
 *
 * <ol>
 *   <li>Search between all neighbouring frames, in both directions.
 *   <li>Each component of the motion becomes its median over {@value #MEDIAN_REACH} pairs on each
 *       side, and is blurred.
 *   <li>Each picture becomes the mean of its neighbours, carried along that motion, where they
 *       agree with it (see {@link StructureAgreement}). Flicker differs from frame to frame and
 *       averages out; the structure stays. The next round searches in these pictures.
 * </ol>
 *
 * <p>Everything is computed when it is asked for, and kept until its frames are dropped. Frames
 * count from 0. The result for a frame needs the {@link #LOOKAHEAD} frames after it, as far as the
 * shot has them.
 */
final class SteadyMotion {

  /** Frames on each side whose mean a round searches in; the first round searches in frames. */
  private static final int[] MEAN_REACH = {3, 4};

  /** Pairs of frames on each side of a median. */
  private static final int MEDIAN_REACH = 2;

  /** Frames after a frame on which its motion and its picture depend. */
  static final int LOOKAHEAD = lookahead();

  /** The blur of the motion in each round; the last is lighter, so that outlines stay in place. */
  private static final List<SmallBlur> BLURS =
      List.of(new SmallBlur(2), new SmallBlur(2), new SmallBlur(1));

  private final DenseInverseSearch search;
  private final Map<Integer, BrightnessImage> contrasts = new HashMap<>();
  private final StructureAgreement agreement = new StructureAgreement();
  private final Map<Key, BrightnessImage> means = new HashMap<>();
  private final Map<Key, List<BrightnessImage>> pyramids = new HashMap<>();
  private final Map<Key, Flow> searched = new HashMap<>();
  private final Map<Key, Flow> steady = new HashMap<>();
  private int last = -1;

  /**
   * @param step 1 for motion to the next frame, −1 to the one before, 0 for a picture
   */
  private record Key(int round, int frame, int step) {}

  SteadyMotion(WorkerPool workers) {
    this.search = DenseInverseSearch.on(workers, FlowOptions.STEADYING);
  }

  private static int lookahead() {
    int frames = MEDIAN_REACH + 1;
    for (int reach : MEAN_REACH) {
      frames += reach + MEDIAN_REACH;
    }
    return frames;
  }

  /** Adds the next frame of the shot. */
  void put(int frame, BrightnessImage contrast) {
    contrasts.put(frame, contrast);
    agreement.put(frame, contrast);
    last = frame;
  }

  /** Returns the motion from a frame to the next one (step 1) or to the one before (step −1). */
  Flow motion(int frame, int step) {
    return steady(MEAN_REACH.length, frame, step);
  }

  /** Returns the normalised contrast of a frame, averaged along the motion. */
  BrightnessImage picture(int frame) {
    return mean(MEAN_REACH.length, frame);
  }

  /** Frees what frames up to {@code frame} need. */
  void dropUpTo(int frame) {
    contrasts.keySet().removeIf(key -> key <= frame);
    agreement.dropUpTo(frame);
    for (Map<Key, ?> kept : List.of(means, pyramids, searched, steady)) {
      kept.keySet().removeIf(key -> key.frame <= frame);
    }
  }

  /** The pictures of a round: those of round 0 are single frames. */
  private BrightnessImage mean(int round, int frame) {
    if (round == 0) {
      return contrasts.get(frame);
    }
    return kept(means, new Key(round, frame, 0), () -> computeMean(round, frame));
  }

  private BrightnessImage computeMean(int round, int frame) {
    BrightnessImage own = contrasts.get(frame);
    int size = own.values().length;
    float[] sum = own.values().clone();
    float[] total = new float[size];
    Arrays.fill(total, 1f);
    for (int step : new int[] {-1, 1}) {
      Trail trail = Trail.start(own.width(), own.height());
      for (int reached = 1; reached <= MEAN_REACH[round - 1]; reached++) {
        int other = frame + step * reached;
        if (other < 0 || other > last) {
          break;
        }
        trail = trail.then(steady(round - 1, other - step, step));
        float[] values = contrasts.get(other).values();
        float[] weights = agreement(frame, other, trail);
        for (int i = 0; i < size; i++) {
          sum[i] += weights[i] * trail.at(values, i);
          total[i] += weights[i];
        }
      }
    }
    for (int i = 0; i < size; i++) {
      sum[i] /= total[i];
    }
    return new BrightnessImage(own.width(), own.height(), sum);
  }

  /**
   * Returns how far frame {@code other} shows at the end of a trail what {@code frame} shows at its
   * start, 0 to 1 for each pixel.
   */
  float[] agreement(int frame, int other, Trail trail) {
    return agreement.weights(frame, other, trail);
  }

  private Flow steady(int round, int frame, int step) {
    return kept(steady, new Key(round, frame, step), () -> computeSteady(round, frame, step));
  }

  private Flow computeSteady(int round, int frame, int step) {
    List<Flow> flows = new ArrayList<>();
    for (int near = frame - MEDIAN_REACH; near <= frame + MEDIAN_REACH; near++) {
      if (Math.min(near, near + step) >= 0 && Math.max(near, near + step) <= last) {
        flows.add(searched(round, near, step));
      }
    }
    int width = flows.get(0).width();
    int height = flows.get(0).height();
    float[] dx = median(flows.size(), i -> flows.get(i).dx());
    float[] dy = median(flows.size(), i -> flows.get(i).dy());
    SmallBlur blur = BLURS.get(round);
    return new Flow(width, height, blur.of(dx, width, height), blur.of(dy, width, height));
  }

  /** The middle value of each pixel; of an even count the mean of the two. */
  private static float[] median(int count, IntFunction<float[]> values) {
    float[] result = new float[values.apply(0).length];
    float[] sorted = new float[count];
    for (int i = 0; i < result.length; i++) {
      for (int k = 0; k < count; k++) {
        sorted[k] = values.apply(k)[i];
      }
      Arrays.sort(sorted);
      result[i] = (sorted[(count - 1) / 2] + sorted[count / 2]) * 0.5f;
    }
    return result;
  }

  private Flow searched(int round, int frame, int step) {
    return kept(
        searched,
        new Key(round, frame, step),
        () -> search.between(pyramid(round, frame), pyramid(round, frame + step)));
  }

  private List<BrightnessImage> pyramid(int round, int frame) {
    return kept(pyramids, new Key(round, frame, 0), () -> search.pyramid(mean(round, frame)));
  }

  /** Not computeIfAbsent: computing a value may add others. */
  private static <T> T kept(Map<Key, T> map, Key key, Supplier<T> compute) {
    T value = map.get(key);
    if (value == null) {
      value = compute.get();
      map.put(key, value);
    }
    return value;
  }
}
