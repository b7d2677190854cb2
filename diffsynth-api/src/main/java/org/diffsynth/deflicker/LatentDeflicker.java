package org.diffsynth.deflicker;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Deflickering inside the denoising loop: at chosen steps the estimate of the clean video is
 * decoded, made steady, encoded again, and the noise prediction is recomputed from it.
 *
 * <p>The guide is the input video; a run without one takes its own first estimate. Between decoding
 * and encoding pictures are floats, clamped to [0, 1]; {@link PatchBlending} works in 16-bit fixed
 * point, which moves a sample by at most 1/131070.
 *
 * <pre>{@code
 * LatentDeflicker.every(5).exceptLast(1).then(PatchBlending.fast(30)).andFinal()
 * }</pre>
 *
 * @param steps at which steps
 * @param inLoop what is done at these steps
 * @param atEnd what is done with the finished video, if anything
 * @see <a href="https://arxiv.org/abs/2308.03463">Duan et al. 2023, DiffSynth</a>
 */
public record LatentDeflicker(Steps steps, Smoothing inLoop, Optional<Smoothing> atEnd) {

  /** Checks that all are given. */
  public LatentDeflicker {
    Objects.requireNonNull(steps, "steps");
    Objects.requireNonNull(inLoop, "inLoop");
    Objects.requireNonNull(atEnd, "atEnd");
  }

  /**
   * What is done with the pictures: they are made steady, then given contrast, then sharpness.
   *
   * @param deflicker makes them steady
   * @param contrast factor on the distance from a frame's mean grey, in [0, 10]; 1 changes nothing
   * @param sharpness factor on the distance from a slightly smoothed frame, in [0, 10]; 1 changes
   *     nothing
   */
  public record Smoothing(Deflicker deflicker, float contrast, float sharpness) {

    private static final float MAX_FACTOR = 10;

    /** Checks the ranges. */
    public Smoothing {
      Objects.requireNonNull(deflicker, "deflicker");
      check("contrast", contrast);
      check("sharpness", sharpness);
    }

    private static void check(String name, float factor) {
      if (!(factor >= 0 && factor <= MAX_FACTOR)) {
        throw new IllegalArgumentException(name + " must be in [0, 10], was " + factor);
      }
    }
  }

  /**
   * A choice of steps.
   *
   * @param interval every so many steps from the first on, at least 1; 0 for those listed only
   * @param listed steps counted from 0
   * @param skippedAtEnd so many last steps are never chosen
   */
  public record Steps(int interval, List<Integer> listed, int skippedAtEnd) {

    /** Checks the ranges. */
    public Steps {
      listed = List.copyOf(listed);
      if (interval < 0) {
        throw new IllegalArgumentException("interval must be at least 0, was " + interval);
      }
      if (skippedAtEnd < 0) {
        throw new IllegalArgumentException("skippedAtEnd must be at least 0, was " + skippedAtEnd);
      }
      for (int step : listed) {
        if (step < 0) {
          throw new IllegalArgumentException("steps are counted from 0, got " + step);
        }
      }
    }

    /** The same without the last steps. */
    public Steps exceptLast(int count) {
      return new Steps(interval, listed, count);
    }

    /** Does this at these steps. */
    public LatentDeflicker then(Deflicker deflicker) {
      return new LatentDeflicker(this, new Smoothing(deflicker, 1, 1), Optional.empty());
    }

    /**
     * The steps chosen of a run.
     *
     * @param total steps the run really takes
     * @throws IllegalArgumentException if one listed lies beyond the run
     */
    public SortedSet<Integer> of(int total) {
      SortedSet<Integer> chosen = new TreeSet<>();
      for (int step : listed) {
        if (step >= total) {
          throw new IllegalArgumentException(
              "step %d cannot be deflickered: the run takes %d steps, counted from 0"
                  .formatted(step, total));
        }
        chosen.add(step);
      }
      for (int step = 0; interval > 0 && step < total; step += interval) {
        chosen.add(step);
      }
      chosen.removeIf(step -> step >= total - skippedAtEnd);
      return chosen;
    }
  }

  /** The first step and every so many after it. */
  public static Steps every(int interval) {
    if (interval < 1) {
      throw new IllegalArgumentException("interval must be at least 1, was " + interval);
    }
    return new Steps(interval, List.of(), 0);
  }

  /** These steps, counted from 0. */
  public static Steps atSteps(int... steps) {
    return new Steps(0, Arrays.stream(steps).boxed().toList(), 0);
  }

  /** No step of the loop, the finished video only. */
  public static LatentDeflicker onlyFinal(Deflicker deflicker) {
    return atSteps().then(deflicker).andFinal();
  }

  /** The same with another contrast inside the loop. */
  public LatentDeflicker withContrast(float contrast) {
    return new LatentDeflicker(
        steps, new Smoothing(inLoop.deflicker(), contrast, inLoop.sharpness()), atEnd);
  }

  /** The same with another sharpness inside the loop. */
  public LatentDeflicker withSharpness(float sharpness) {
    return new LatentDeflicker(
        steps, new Smoothing(inLoop.deflicker(), inLoop.contrast(), sharpness), atEnd);
  }

  /** The same, and the finished video goes through the same deflicker, with no more contrast. */
  public LatentDeflicker andFinal() {
    return andFinal(new Smoothing(inLoop.deflicker(), 1, 1));
  }

  /** The same, and this is done with the finished video. */
  public LatentDeflicker andFinal(Smoothing smoothing) {
    return new LatentDeflicker(steps, inLoop, Optional.of(smoothing));
  }
}
