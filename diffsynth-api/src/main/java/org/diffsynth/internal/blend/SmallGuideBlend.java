package org.diffsynth.internal.blend;

import java.util.List;
import java.util.function.Supplier;
import org.diffsynth.frame.Frame;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.spi.BlendSession;

/**
 * A session that carries pictures along matches between small guides. No remap aligns to a picture.
 */
final class SmallGuideBlend implements BlendSession {

  private final BlendSession whole;
  private final SmallGuides guides;

  /** Creates a session; closing it closes both arguments. */
  SmallGuideBlend(BlendSession whole, SmallGuides guides) {
    this.whole = whole;
    this.guides = guides;
  }

  /** Keeps the guide for searches only, because carrying reads no guide. */
  @Override
  public void putGuide(int frame, Frame guide) {
    guides.put(frame, guide);
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
  public void remap(List<Remap> batch) {
    match(
        batch.stream()
            .map(remap -> new MatchRequest(remap.source(), remap.target(), remap.start()))
            .toList());
    whole.carry(batch);
    for (Remap remap : batch) {
      if (!remap.keepField()) {
        dropField(remap.source(), remap.target());
      }
    }
  }

  @Override
  public void carry(List<Remap> batch) {
    whole.carry(batch);
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
  public void putPicture(long picture, Frame value) {
    whole.putPicture(picture, value);
  }

  @Override
  public void add(long picture, long sum, int weight) {
    whole.add(picture, sum, weight);
  }

  @Override
  public void finish(long sum, long picture) {
    whole.finish(sum, picture);
  }

  @Override
  public Frame take(long sum) {
    return whole.take(sum);
  }

  @Override
  public Supplier<Frame> takeLater(long sum) {
    return whole.takeLater(sum);
  }

  @Override
  public void dropPicture(long picture) {
    whole.dropPicture(picture);
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
