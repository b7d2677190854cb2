package org.diffsynth.deflicker;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.internal.text.Text;

/**
 * Deflickering inside the denoising loop. At chosen steps the estimate of the clean video is
 * decoded, deflickered and encoded again, and the noise prediction is recomputed from it.
 *
 * <p>The guide is the input video. A run without an input video is guided by its own first
 * estimate. Pictures are floats between decoder and encoder, clamped to [0, 1]. {@link
 * PatchBlending} computes in 16-bit fixed point, which changes a sample by at most 1/131070.
 *
 * <pre>{@code
 * LatentDeflicker.every(5).withSkipLast(1).then(PatchBlending.fast(30)).withFinalPass()
 * }</pre>
 *
 * <p>One deflicker step, at noise level ᾱ:
 *
 * <pre>
 * x̂₀  = (x_t − √(1−ᾱ)·ε) / √ᾱ            estimate of the clean latents
 * x̂₀′ = encode(deflicker(decode(x̂₀)))
 * ε′  = (x_t − √ᾱ·x̂₀′) / √(1−ᾱ)          noise prediction for the scheduler's step
 * </pre>
 *
 * @param steps steps at which the estimate is deflickered
 * @param inLoop what is done to the pictures at these steps
 * @param atEnd what is done to the finished video; empty for nothing
 * @see <a href="https://arxiv.org/abs/2308.03463">Duan et al. 2023, DiffSynth, section 3</a>
 */
public record LatentDeflicker(Steps steps, Pass inLoop, Optional<Pass> atEnd) {

  /** Switches deflickering off, both in the denoising loop and at its end. */
  public static final LatentDeflicker NONE = atSteps().then(Deflicker.UNCHANGED);

  /** Checks that no component is null. */
  public LatentDeflicker {
    Objects.requireNonNull(steps, "steps");
    Objects.requireNonNull(inLoop, "inLoop");
    Objects.requireNonNull(atEnd, "atEnd");
  }

  /**
   * One pass over the pictures of a clip: deflicker, then change contrast, then sharpness.
   *
   * @param deflicker removes the flicker
   * @param contrast factor on the distance of each sample from the mean gray of its frame, in [0,
   *     10]; 1 changes nothing
   * @param sharpness factor on the distance of each sample from a slightly smoothed frame, in [0,
   *     10]; 1 changes nothing
   */
  public record Pass(Deflicker deflicker, float contrast, float sharpness) {

    private static final float MAX_FACTOR = 10;

    /**
     * Creates a {@code Pass} from its components.
     *
     * @throws IllegalArgumentException if a component is outside its documented range
     */
    public Pass {
      Objects.requireNonNull(deflicker, "deflicker");
      checkFactor("contrast", contrast);
      checkFactor("sharpness", sharpness);
    }

    private static void checkFactor(String name, float factor) {
      if (!(factor >= 0 && factor <= MAX_FACTOR)) {
        throw new IllegalArgumentException(name + " must be in [0, 10], but was " + factor);
      }
    }

    /** Returns a pass that deflickers and leaves contrast and sharpness unchanged. */
    public static Pass of(Deflicker deflicker) {
      return new Pass(deflicker, 1, 1);
    }

    /** Returns a copy of this pass with the given deflicker. */
    public Pass withDeflicker(Deflicker newDeflicker) {
      return new Pass(newDeflicker, contrast, sharpness);
    }

    /** Returns a copy of this pass with the given factor for contrast, in [0, 10]. */
    public Pass withContrast(float factor) {
      return new Pass(deflicker, factor, sharpness);
    }

    /** Returns a copy of this pass with the given factor for sharpness, in [0, 10]. */
    public Pass withSharpness(float factor) {
      return new Pass(deflicker, contrast, factor);
    }
  }

  /**
   * A selection of denoising steps.
   *
   * @param interval distance between selected steps, starting with the first step; at least 1, or 0
   *     to select only the listed steps
   * @param listed further selected steps, counted from 0
   * @param skipLast number of steps at the end of the run that are never selected, at least 0
   */
  public record Steps(int interval, List<Integer> listed, int skipLast) {

    /**
     * Creates a {@code Steps} from its components.
     *
     * @throws IllegalArgumentException if a component is outside its documented range
     */
    public Steps {
      listed = List.copyOf(listed);
      if (interval < 0) {
        throw new IllegalArgumentException("interval must be at least 0, but was " + interval);
      }
      if (skipLast < 0) {
        throw new IllegalArgumentException("skipLast must be at least 0, but was " + skipLast);
      }
      for (int step : listed) {
        if (step < 0) {
          throw new IllegalArgumentException("step must be at least 0, but was " + step);
        }
      }
    }

    /** Returns a copy of this selection that skips the given number of steps at the end. */
    public Steps withSkipLast(int count) {
      return new Steps(interval, listed, count);
    }

    /** Creates a latent deflicker that applies {@code deflicker} at these steps. */
    public LatentDeflicker then(Deflicker deflicker) {
      return new LatentDeflicker(this, Pass.of(deflicker), Optional.empty());
    }

    /**
     * Returns the selected steps of a run, in ascending order.
     *
     * @param total number of steps that the run takes
     * @throws IllegalArgumentException if a listed step is not a step of the run
     */
    public SortedSet<Integer> of(int total) {
      SortedSet<Integer> selected = new TreeSet<>();
      for (int step : listed) {
        if (step >= total) {
          throw new IllegalArgumentException(
              Text.format(
                  "step %d cannot be deflickered: the run takes %d steps, counted from 0",
                  step, total));
        }
        selected.add(step);
      }
      for (int step = 0; interval > 0 && step < total; step += interval) {
        selected.add(step);
      }
      selected.removeIf(step -> step >= total - skipLast);
      return selected;
    }
  }

  /** Selects the first step and every {@code interval}-th step after it; at least 1. */
  public static Steps every(int interval) {
    if (interval < 1) {
      throw new IllegalArgumentException("interval must be at least 1, but was " + interval);
    }
    return new Steps(interval, List.of(), 0);
  }

  /** Selects the given steps, counted from 0. */
  public static Steps atSteps(int... steps) {
    return new Steps(0, Arrays.stream(steps).boxed().toList(), 0);
  }

  /** Deflickers only the finished video, and no step of the loop. */
  public static LatentDeflicker onlyFinal(Deflicker deflicker) {
    return atSteps().then(deflicker).withFinalPass();
  }

  /** Returns whether this deflicker does nothing: it selects no steps and has no final pass. */
  public boolean isNone() {
    return steps.interval() == 0 && steps.listed().isEmpty() && atEnd.isEmpty();
  }

  /** Returns a copy of this deflicker that works at the given steps. */
  public LatentDeflicker withSteps(Steps newSteps) {
    return new LatentDeflicker(newSteps, inLoop, atEnd);
  }

  /** Returns a copy of this deflicker with the given pass inside the loop. */
  public LatentDeflicker withInLoop(Pass pass) {
    return new LatentDeflicker(steps, pass, atEnd);
  }

  /** Returns a copy of this deflicker with the given contrast factor inside the loop. */
  public LatentDeflicker withContrast(float contrast) {
    return withInLoop(inLoop.withContrast(contrast));
  }

  /** Returns a copy of this deflicker with the given sharpness factor inside the loop. */
  public LatentDeflicker withSharpness(float sharpness) {
    return withInLoop(inLoop.withSharpness(sharpness));
  }

  /**
   * Returns a copy of this deflicker that also deflickers the finished video, with the deflicker of
   * the loop and without a change of contrast or sharpness.
   */
  public LatentDeflicker withFinalPass() {
    return withFinalPass(Pass.of(inLoop.deflicker()));
  }

  /** Returns a copy of this deflicker that also applies the given pass to the finished video. */
  public LatentDeflicker withFinalPass(Pass pass) {
    return new LatentDeflicker(steps, inLoop, Optional.of(pass));
  }

  /** Returns a copy of this deflicker that leaves the finished video unchanged. */
  public LatentDeflicker withoutFinalPass() {
    return new LatentDeflicker(steps, inLoop, Optional.empty());
  }

  /**
   * Returns a copy of this deflicker whose passes use {@code defaults} for every compute option
   * that they leave automatic; see {@link Deflicker#withDefaultCompute}.
   */
  public LatentDeflicker withDefaultCompute(ComputeOptions defaults) {
    return new LatentDeflicker(
        steps, withDefaults(inLoop, defaults), atEnd.map(pass -> withDefaults(pass, defaults)));
  }

  private static Pass withDefaults(Pass pass, ComputeOptions defaults) {
    return pass.withDeflicker(pass.deflicker().withDefaultCompute(defaults));
  }
}
