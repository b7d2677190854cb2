package org.diffsynth.spi;

import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.spi.BlendSession.Remap;

/**
 * The matching side of one run over frames of one size: the engine keeps guides and the fields
 * between them under frame numbers that the caller chooses, and searches in batches.
 *
 * <p>A field is named by its source and target frame. Results do not depend on the order or the
 * size of batches. Dropping something that the session does not hold does nothing. Only one thread
 * at a time may call a session.
 *
 * <pre>{@code
 * session.putGuide(0, guide0);
 * session.putGuide(1, guide1);
 * session.match(List.of(MatchRequest.fresh(0, 1)));
 * NearestNeighborField field = session.field(0, 1);
 * }</pre>
 */
public interface MatchSession extends AutoCloseable {

  /**
   * Keeps the guide of a frame, and replaces an earlier guide of that frame.
   *
   * @throws IllegalArgumentException if the guide has another size than the session
   */
  void putGuide(int frame, Frame guide);

  /**
   * Keeps the style of a frame, which belongs to its guide, and replaces an earlier style of that
   * frame. A {@link #match} with {@link
   * org.diffsynth.match.PatchMatchOptions.SearchSchedule#PUBLISHED} compares the style of the
   * source besides the guides, and an {@link AgreementSession} agrees on styles. Other searches do
   * not read it.
   *
   * @throws IllegalArgumentException if the style has another size than the session
   */
  void putStyle(int frame, Frame style);

  /**
   * Finds fields and keeps them. The searches of one batch must not start from each other's fields.
   *
   * @throws IllegalStateException if a guide, style or field that a search needs is missing
   * @throws org.diffsynth.compute.BackendException if the device fails
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted
   */
  void match(List<MatchRequest> batch);

  /**
   * Keeps a field found earlier, as if {@link #match} had found it here.
   *
   * @throws IllegalArgumentException if the field has another size than the session
   */
  void putField(int source, int target, NearestNeighborField field);

  /**
   * Returns a copy of a kept field.
   *
   * @throws IllegalStateException if the session does not hold it
   */
  NearestNeighborField field(int source, int target);

  /** Frees the kept field that leads from a target frame into a source frame. */
  void dropField(int source, int target);

  /** Frees the guide and the style of a frame and all data computed from them, except fields. */
  void dropFrame(int frame);

  /** Frees all frames, fields and buffers of this session. A second call does nothing. */
  @Override
  void close();

  /**
   * One field that a {@link MatchSession} is asked to find and keep: where each patch of the target
   * guide lies in the source guide.
   *
   * @param source frame whose guide is searched
   * @param target frame whose pixels the field describes; differs from {@code source}
   * @param start where the search begins: {@link Remap.Fresh} or {@link Remap.Via}
   */
  record MatchRequest(int source, int target, Remap.Start start) {

    /**
     * Creates a {@code MatchRequest} from its components.
     *
     * @throws IllegalArgumentException if a component is outside its documented range
     */
    public MatchRequest {
      if (source == target) {
        throw new IllegalArgumentException(
            "source and target must differ, but both were frame " + source);
      }
      if (start instanceof Remap.AlignTo) {
        throw new IllegalArgumentException(
            "start must be Fresh or Via, but was AlignTo: only a Remap aligns to a picture");
      }
    }

    /** Returns a request for a search through all levels of the guide pyramid. */
    public static MatchRequest fresh(int source, int target) {
      return new MatchRequest(source, target, new Remap.Fresh());
    }

    /**
     * Returns a request for a search that starts from two kept fields in a row and works at full
     * size only.
     *
     * @param middle frame for which the fields (source, middle) and (middle, target) are kept
     */
    public static MatchRequest via(int source, int middle, int target) {
      return new MatchRequest(source, target, new Remap.Via(middle));
    }
  }
}
