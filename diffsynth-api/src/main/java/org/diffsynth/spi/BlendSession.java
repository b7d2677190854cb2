package org.diffsynth.spi;

import java.util.List;
import java.util.function.Supplier;
import org.diffsynth.frame.Frame;

/**
 * The carrying side of a blending run, on top of matching: the engine keeps pictures and sums under
 * numbers that the caller chooses, carries pictures along fields and adds them up.
 *
 * <p>Pictures are RGB in 16-bit fixed point. A sum is an exact integer for each sample, with the
 * total of the weights added to it. Results do not depend on the order or the size of batches.
 *
 * <pre>{@code
 * session.putGuide(0, guide0);
 * session.putGuide(1, guide1);
 * session.putPicture(PICTURE, style0);
 * session.remap(List.of(Remap.fresh(PICTURE, 0, 1, SUM, 1)));   // style 0, carried to frame 1
 * Frame carried = session.take(SUM);
 * }</pre>
 */
public interface BlendSession extends MatchSession {

  /**
   * Keeps a picture under a number, and replaces an earlier picture with that number.
   *
   * @throws IllegalArgumentException if the picture has another size than the session
   */
  void putPicture(long picture, Frame value);

  /**
   * Finds fields, carries pictures along them and adds these to sums. The remaps of one batch must
   * not start from each other's fields; a sum that several remaps share is added up exactly.
   *
   * @throws IllegalStateException if a guide, picture or field that a remap needs is missing
   * @throws org.diffsynth.compute.BackendException if the device fails
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted
   */
  void remap(List<Remap> batch);

  /**
   * Carries pictures along kept fields and adds these to sums, without any search. Guides are not
   * read, and the fields stay.
   *
   * @throws IllegalStateException if a picture or field is missing
   */
  void carry(List<Remap> batch);

  /**
   * Adds a picture to a sum without moving it; creates the sum if there is none.
   *
   * @param weight factor of the picture, any value but 0; a negative one takes out a picture that
   *     was added twice
   */
  void add(long picture, long sum, int weight);

  /** Keeps the rounded mean of a sum as a picture, and frees the sum. */
  void finish(long sum, long picture);

  /** Returns the rounded mean of a sum as a 16-bit frame, and drops the sum. */
  Frame take(long sum);

  /**
   * Drops a sum and returns its rounded mean when it is asked for: an engine can go on with the
   * next frames while the caller writes this one. By default, the mean is computed at once.
   *
   * @return supplies the 16-bit frame, and waits until it is computed. The thread that calls the
   *     session calls the supplier at most once, and before it closes the session
   */
  default Supplier<Frame> takeLater(long sum) {
    Frame frame = take(sum);
    return () -> frame;
  }

  /** Frees the picture with the given number. */
  void dropPicture(long picture);

  /**
   * One unit of blending: match two guides, carry a picture along the field, add it to a sum.
   *
   * @param picture number of the picture that is carried; {@link
   *     org.diffsynth.match.PatchMatchOptions.SearchSchedule#PUBLISHED} also compares it in the
   *     search
   * @param source frame whose guide the picture lies over
   * @param target frame to which the picture is carried; differs from {@code source}
   * @param start where the search begins
   * @param sum number of the sum to which the carried picture is added; the session creates the sum
   *     if there is none
   * @param weight factor of the picture in the sum, at least 1
   * @param keepField whether the session keeps the field for later searches
   */
  record Remap(
      long picture, int source, int target, Start start, long sum, int weight, boolean keepField) {

    /** Start of a search: the matches that the first iteration begins with. */
    public sealed interface Start {}

    /**
     * The identity at the coarsest level of the guide pyramid; the search goes through all levels.
     */
    public record Fresh() implements Start {}

    /**
     * Starts from the composition of the kept fields (source, middle) and (middle, target). The
     * search works at full size only. {@link
     * org.diffsynth.match.PatchMatchOptions.SearchSchedule#PUBLISHED} does not use them and starts
     * fresh.
     *
     * @param middle frame for which both fields are kept
     * @param iterations largest number of iterations, at least 0; a smaller number than that of the
     *     schedule leaves out the schedule's first iterations, and 0 keeps the composition as it is
     * @param probing whether each iteration tries random candidates before it propagates matches. A
     *     composition of good fields needs none
     */
    public record Via(int middle, int iterations, boolean probing) implements Start {

      /**
       * Creates a {@code Via} from its components.
       *
       * @throws IllegalArgumentException if a component is outside its documented range
       */
      public Via {
        if (iterations < 0) {
          throw new IllegalArgumentException(
              "iterations must be at least 0, but was " + iterations);
        }
      }

      /** Creates a start from two kept fields for a search with all iterations of the schedule. */
      public Via(int middle) {
        this(middle, Integer.MAX_VALUE);
      }

      /** Creates a start from two kept fields for a search with random candidates. */
      public Via(int middle, int iterations) {
        this(middle, iterations, true);
      }
    }

    /**
     * Starts from the kept field (source, target). The search works at full size only, and compares
     * the carried picture with another picture besides the guides.
     *
     * @param picture number of the picture with which the carried picture is to agree
     */
    public record AlignTo(long picture) implements Start {}

    /**
     * Creates a {@code Remap} from its components.
     *
     * @throws IllegalArgumentException if a component is outside its documented range
     */
    public Remap {
      if (source == target) {
        throw new IllegalArgumentException(
            "source and target must differ, but both were frame "
                + source
                + "; add the picture instead");
      }
      if (weight < 1) {
        throw new IllegalArgumentException("weight must be at least 1, but was " + weight);
      }
    }

    /** Returns a remap that starts {@link Fresh} and whose field is not kept. */
    public static Remap fresh(long picture, int source, int target, long sum, int weight) {
      return new Remap(picture, source, target, new Fresh(), sum, weight, false);
    }

    /** Returns a copy of this remap whose field the session keeps. */
    public Remap keepingField() {
      return keepField ? this : new Remap(picture, source, target, start, sum, weight, true);
    }
  }
}
