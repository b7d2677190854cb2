package org.diffsynth.patchmatch;

import org.diffsynth.frame.Frame;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.patchmatch.agreement.AgreementBlend;
import org.diffsynth.patchmatch.engine.CpuEngine;
import org.diffsynth.patchmatch.engine.Picture;
import org.diffsynth.patchmatch.engine.WorkerPool;
import org.diffsynth.spi.AgreementSession;

/**
 * A default blend on the CPU: it reads the guides and fields of its own matching where they lie.
 */
final class CpuAgreementSession extends CpuMatchSession implements AgreementSession {

  private final AgreementBlend blend;

  CpuAgreementSession(
      PatchMatchOptions options,
      CpuEngine engine,
      AgreementBlend.Factory blends,
      WorkerPool workers,
      int width,
      int height) {
    super(options, engine, workers, width, height);
    this.blend = blends.create(width, height, workers);
  }

  @Override
  public void putGuide(int frame, Frame guide) {
    super.putGuide(frame, guide);
    blend.putGuide(frame, guide(frame).finest());
  }

  @Override
  void putStyle(int frame, Picture style) {
    super.putStyle(frame, style);
    blend.putStyle(frame, style.samples());
  }

  @Override
  public void agree(int frame, int first, int last) {
    blend.agree(frame, first, last, this::keptField);
  }

  @Override
  public Frame steady(int frame, int first, int last) {
    return blend.steady(frame, first, last);
  }

  @Override
  public void dropFrame(int frame) {
    super.dropFrame(frame);
    blend.drop(frame);
  }
}
