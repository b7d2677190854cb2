package org.diffsynth.internal.blend;

import java.util.List;
import java.util.function.Supplier;
import org.diffsynth.frame.Frame;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.spi.AgreementSession;

/** A session of the default blend whose matches are found between small guides. */
final class SmallGuideAgreement implements AgreementSession {

  private final AgreementSession whole;
  private final SmallGuides guides;

  /** Creates a session; closing it closes both arguments. */
  SmallGuideAgreement(AgreementSession whole, SmallGuides guides) {
    this.whole = whole;
    this.guides = guides;
  }

  @Override
  public void putGuide(int frame, Frame guide) {
    guides.put(frame, guide);
    whole.putGuide(frame, guides.enlarged(guide));
  }

  @Override
  public void putStyle(int frame, Frame style) {
    whole.putStyle(frame, style);
  }

  @Override
  public void match(List<MatchRequest> batch) {
    guides.match(batch, whole);
  }

  @Override
  public void putField(int source, int target, NearestNeighborField field) {
    whole.putField(source, target, field);
  }

  @Override
  public NearestNeighborField field(int source, int target) {
    return whole.field(source, target);
  }

  @Override
  public void agree(int frame, int first, int last) {
    whole.agree(frame, first, last);
  }

  @Override
  public Frame steady(int frame, int first, int last) {
    return whole.steady(frame, first, last);
  }

  @Override
  public Supplier<Frame> steadyLater(int frame, int first, int last) {
    return whole.steadyLater(frame, first, last);
  }

  @Override
  public void dropField(int source, int target) {
    guides.dropField(source, target);
    whole.dropField(source, target);
  }

  @Override
  public void dropFrame(int frame) {
    guides.dropFrame(frame);
    whole.dropFrame(frame);
  }

  @Override
  public void close() {
    try (guides) {
      whole.close();
    }
  }
}
