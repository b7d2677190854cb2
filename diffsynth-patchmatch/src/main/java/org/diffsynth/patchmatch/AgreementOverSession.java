package org.diffsynth.patchmatch;

import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.patchmatch.agreement.AgreementBlend;
import org.diffsynth.patchmatch.engine.CompactField;
import org.diffsynth.patchmatch.engine.Picture;
import org.diffsynth.patchmatch.engine.Texels;
import org.diffsynth.patchmatch.engine.WorkerPool;
import org.diffsynth.spi.AgreementSession;
import org.diffsynth.spi.MatchSession;
import org.diffsynth.spi.MatchSession.MatchRequest;

/**
 * A default blend on the CPU for an engine that can only match: it keeps guides and styles on the
 * heap besides those of the engine, and fetches each field when it needs it.
 */
final class AgreementOverSession implements AgreementSession {

  private final MatchSession matching;
  private final WorkerPool workers;
  private final AgreementBlend blend;

  /**
   * Creates an agreement session over a matching session and a worker pool. The new session closes
   * both.
   */
  AgreementOverSession(
      MatchSession matching,
      AgreementBlend.Factory blends,
      WorkerPool workers,
      int width,
      int height) {
    this.matching = matching;
    this.workers = workers;
    this.blend = blends.create(width, height, workers);
  }

  @Override
  public void putGuide(int frame, Frame guide) {
    matching.putGuide(frame, guide);
    blend.putGuide(frame, Texels.of(Picture.of(guide)));
  }

  @Override
  public void putStyle(int frame, Frame style) {
    matching.putStyle(frame, style);
    blend.putStyle(frame, style.toRgb16());
  }

  @Override
  public void match(List<MatchRequest> batch) {
    matching.match(batch);
  }

  @Override
  public void putField(int source, int target, NearestNeighborField field) {
    matching.putField(source, target, field);
  }

  @Override
  public NearestNeighborField field(int source, int target) {
    return matching.field(source, target);
  }

  private CompactField compact(int source, int target) {
    NearestNeighborField field = matching.field(source, target);
    return CompactField.of(field.width(), field.toPacked());
  }

  @Override
  public void agree(int frame, int first, int last) {
    blend.agree(frame, first, last, this::compact);
  }

  @Override
  public Frame steady(int frame, int first, int last) {
    return blend.steady(frame, first, last);
  }

  @Override
  public void dropField(int source, int target) {
    matching.dropField(source, target);
  }

  @Override
  public void dropFrame(int frame) {
    matching.dropFrame(frame);
    blend.drop(frame);
  }

  @Override
  public void close() {
    workers.close();
    matching.close();
  }
}
