package org.diffsynth.spi;

import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.match.NearestNeighborField;

/**
 * The engine's side of a blending run: it keeps guides, pictures, sums and fields under numbers the
 * caller chooses, and works on them in batches.
 *
 * <p>Pictures are RGB in 16-bit fixed point. A sum is an exact integer per sample with the total of
 * the weights added to it. Nothing here depends on the order or size of batches. Dropping what is
 * not there does nothing. One thread at a time.
 *
 * <pre>{@code
 * session.putGuide(0, guide0);  session.putPicture(0, style0);
 * session.putGuide(1, guide1);
 * session.remap(List.of(Remap.fresh(0, 0, 1, SUM, 1)));   // style 0, carried to frame 1
 * Frame carried = session.take(SUM);
 * }</pre>
 */
public interface BlendSession extends AutoCloseable {

  /** Keeps {@code guide} as the guide of {@code frame}. */
  void putGuide(int frame, Frame guide);

  /** Keeps {@code picture} under a number. */
  void putPicture(long picture, Frame value);

  /**
   * Carries pictures to other frames and adds them to sums. The remaps of one batch must not need
   * each other's fields; sums they share are added up exactly.
   *
   * @throws org.diffsynth.compute.BackendException if the device fails
   * @throws java.util.concurrent.CancellationException if the thread is interrupted
   */
  void remap(List<Remap> batch);

  /**
   * Adds a picture to a sum where it lies, {@code weight} times; the sum is created when new.
   *
   * @param weight any but 0; a negative weight takes out what was counted twice
   */
  void add(long picture, long sum, int weight);

  /** Keeps the rounded mean of a sum as a picture; the sum is dropped. */
  void finish(long sum, long picture);

  /** The rounded mean of a sum as a 16-bit frame; the sum is dropped. */
  Frame take(long sum);

  /**
   * Keeps a field found earlier, as if a remap had found and kept it.
   *
   * @throws IllegalArgumentException if it is not of the session's size
   */
  void putField(int source, int target, NearestNeighborField field);

  /**
   * Carries pictures along fields that are kept, and adds them to sums: as {@link #remap} with
   * nothing to be found. Guides are not looked at, and the fields stay.
   */
  void carry(List<Remap> batch);

  /** The field kept for this pair. */
  NearestNeighborField field(int source, int target);

  /** Forgets the guide of a frame. */
  void dropGuide(int frame);

  /** Forgets a picture. */
  void dropPicture(long picture);

  /** Forgets the field of a pair. */
  void dropField(int source, int target);

  /** Forgets everything; a second call does nothing. */
  @Override
  void close();
}
