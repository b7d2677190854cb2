package org.diffsynth.internal.blend;

import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.io.Resampler;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.spi.MatchSession;
import org.diffsynth.spi.MatchSession.MatchRequest;

/**
 * Finds fields between guides that are smaller than the pictures they guide, and enlarges the
 * fields. An enlarged guide has no detail that the small one lacks, so searching at its own size
 * finds equally good matches in a fraction of the time. What was measured is in docs/decisions.md.
 */
final class SmallGuides implements AutoCloseable {

  private final MatchSession session;
  private final FrameSize size;
  private final FrameSize pictures;

  /**
   * Creates a search at the size of the guides.
   *
   * @param session session at the size of the guides; closed with this object
   * @param size size of the guides
   * @param pictures size of the pictures
   */
  SmallGuides(MatchSession session, FrameSize size, FrameSize pictures) {
    this.session = session;
    this.size = size;
    this.pictures = pictures;
  }

  /** Keeps the guide of a frame. */
  void put(int frame, Frame guide) {
    session.putGuide(frame, guide);
  }

  /** Returns the guide at the size of the pictures. */
  Frame enlarged(Frame guide) {
    return Resampler.resized(guide, pictures);
  }

  /** Finds fields and puts them, enlarged, into a session at the size of the pictures. */
  void match(List<MatchRequest> batch, MatchSession whole) {
    session.match(batch);
    for (MatchRequest request : batch) {
      NearestNeighborField field = session.field(request.source(), request.target());
      whole.putField(request.source(), request.target(), enlarged(field));
    }
  }

  /**
   * Returns a field at the size of the pictures. A pixel moves as the pixel of the small field that
   * covers it, scaled and rounded to whole pixels.
   */
  private NearestNeighborField enlarged(NearestNeighborField field) {
    int width = pictures.width();
    int height = pictures.height();
    int[] packed = new int[width * height];
    for (int y = 0, i = 0; y < height; y++) {
      int smallY = covering(y, size.height(), height);
      for (int x = 0; x < width; x++, i++) {
        int smallX = covering(x, size.width(), width);
        int moveX = scaled(field.sourceX(smallX, smallY) - smallX, size.width(), width);
        int moveY = scaled(field.sourceY(smallX, smallY) - smallY, size.height(), height);
        packed[i] =
            NearestNeighborField.pack(
                Math.min(Math.max(x + moveX, 0), width - 1),
                Math.min(Math.max(y + moveY, 0), height - 1));
      }
    }
    return NearestNeighborField.ofPacked(width, height, packed);
  }

  /** Returns the small pixel that covers the centre of a pixel. */
  private static int covering(int at, int small, int large) {
    return (int) ((2L * at + 1) * small / (2L * large));
  }

  /** Returns a distance at the larger size, rounded half up. */
  private static int scaled(int distance, int small, int large) {
    return (int) Math.floorDiv(2L * distance * large + small, 2L * small);
  }

  void dropField(int source, int target) {
    session.dropField(source, target);
  }

  void dropFrame(int frame) {
    session.dropFrame(frame);
  }

  @Override
  public void close() {
    session.close();
  }
}
