package org.diffsynth.patchmatch;

import java.util.List;
import java.util.Optional;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.text.Text;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.QuantizedLatents;
import org.diffsynth.patchmatch.agreement.AgreementBlend;
import org.diffsynth.patchmatch.engine.CpuEngine;
import org.diffsynth.patchmatch.engine.MatchGrid;
import org.diffsynth.patchmatch.engine.Picture;
import org.diffsynth.patchmatch.engine.WorkerPool;
import org.diffsynth.patchmatch.reference.ReferenceVotes;
import org.diffsynth.spi.AgreementSession;
import org.diffsynth.spi.BlendSession;
import org.diffsynth.spi.BlendSession.Remap;
import org.diffsynth.spi.PatchMatcher;

/** A {@link PatchMatcher} on the threads of the CPU. */
final class CpuPatchMatcher implements PatchMatcher {

  private static final int SOURCE = 0;
  private static final int TARGET = 1;

  /** Target rows of a task. Fewer share out better among threads; more cost less each. */
  private static final int LATENT_ROWS = 8;

  private final PatchMatchOptions options;
  private final CpuEngine engine;
  private final AgreementBlend.Factory blends;
  private final WorkerPool workers;

  CpuPatchMatcher(
      PatchMatchOptions options, CpuEngine engine, AgreementBlend.Factory blends, int threads) {
    this.options = options;
    this.engine = engine;
    this.blends = blends;
    this.workers = new WorkerPool(threads);
  }

  @Override
  public PatchMatchOptions options() {
    return options;
  }

  @Override
  public NearestNeighborField match(Frame source, Frame target) {
    if (!source.sameSize(target)) {
      throw new IllegalArgumentException(
          Text.format(
              "source and target must have one size, but were %s and %s",
              source.size(), target.size()));
    }
    try (BlendSession session = openSession(source.width(), source.height())) {
      session.putGuide(SOURCE, source);
      session.putGuide(TARGET, target);
      session.putPicture(SOURCE, source);
      session.remap(List.of(new Remap(SOURCE, SOURCE, TARGET, new Remap.Fresh(), TARGET, 1, true)));
      return session.field(SOURCE, TARGET);
    }
  }

  @Override
  public NearestNeighborField matchLatents(QuantizedLatents source, QuantizedLatents target) {
    int width = target.width();
    int height = target.height();
    int radius = LATENT_PATCH / 2;
    if (source.width() != width || source.height() != height) {
      throw new IllegalArgumentException(
          Text.format("source and target must have one size, but were %s and %s", source, target));
    }
    if (Math.min(width, height) < LATENT_PATCH) {
      throw new IllegalArgumentException(
          Text.format(
              "latents must be at least %1$dx%1$d, one patch, but were %2$dx%3$d",
              LATENT_PATCH, width, height));
    }
    MatchGrid grid = new MatchGrid(width, height);
    int bands = (height - 2 * radius + LATENT_ROWS - 1) / LATENT_ROWS;
    workers.run(
        bands,
        band -> {
          int top = radius + band * LATENT_ROWS;
          int bottom = Math.min(top + LATENT_ROWS, height - radius);
          engine.matchLatents(source, target, top, bottom, grid.field);
        });
    grid.extendToBorder(radius);
    return NearestNeighborField.ofPacked(width, height, grid.field);
  }

  @Override
  public Frame remap(Frame picture, NearestNeighborField field) {
    if (picture.width() != field.width() || picture.height() != field.height()) {
      throw new IllegalArgumentException(
          Text.format(
              "picture and field must have one size, but were %s and %dx%d",
              picture.size(), field.width(), field.height()));
    }
    Picture carried = Picture.blank(picture.width(), picture.height());
    NearestNeighborField inside = field.withPatchesInside(ReferenceVotes.radius(options));
    engine.carry(Picture.of(picture), inside.toPacked(), carried);
    return carried.toFrame();
  }

  @Override
  public BlendSession openSession(int width, int height) {
    checkFrames(width, height);
    return new CpuBlendSession(options, engine, workers, width, height);
  }

  @Override
  public Optional<AgreementSession> openAgreement(int width, int height) {
    checkFrames(width, height);
    return Optional.of(new CpuAgreementSession(options, engine, blends, workers, width, height));
  }

  private void checkFrames(int width, int height) {
    if (Math.min(width, height) < options.largestPatch()) {
      throw new IllegalArgumentException(
          Text.format(
              "frames must be at least %1$dx%1$d, the largest patch, but were %2$dx%3$d",
              options.largestPatch(), width, height));
    }
  }

  @Override
  public void close() {
    workers.close();
  }
}
