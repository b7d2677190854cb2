package org.diffsynth.patchmatch.reference;

import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.PatchMatchOptions.SearchSchedule;
import org.diffsynth.match.QuantizedLatents;
import org.diffsynth.patchmatch.engine.CpuEngine;
import org.diffsynth.patchmatch.engine.MatchGrid;
import org.diffsynth.patchmatch.engine.Picture;
import org.diffsynth.patchmatch.engine.Pyramid;
import org.diffsynth.patchmatch.engine.Texels;

/** The engine that defines the results: one candidate after the other, one sample at a time. */
public record ReferenceEngine(PatchMatchOptions options) implements CpuEngine {

  @Override
  public void fresh(
      Pyramid source,
      Pyramid target,
      Picture style,
      int sourceFrame,
      int targetFrame,
      int[] field) {
    MatchGrid found =
        options.schedule() == SearchSchedule.PUBLISHED
            ? new ReferencePublishedSearch(options)
                .search(
                    source, target, style.halves(source.levels().size()), sourceFrame, targetFrame)
            : new ReferenceFieldSearch(options).fresh(source, target, sourceFrame, targetFrame);
    System.arraycopy(found.field, 0, field, 0, field.length);
  }

  @Override
  public void refine(
      int[] field,
      Pyramid source,
      Pyramid target,
      StylePair style,
      int sourceFrame,
      int targetFrame,
      int iterations,
      boolean probing) {
    int width = source.finest().width();
    MatchGrid grid = new MatchGrid(width, source.finest().height(), field, new int[field.length]);
    ReferenceFieldSearch.CostOfRadius costs =
        radius -> new ReferenceGuideError(source.finest(), target.finest(), radius);
    if (style != null) {
      Texels carried = Texels.of(style.source());
      Texels agreed = Texels.of(style.target());
      costs =
          radius ->
              new ReferenceStyledError(
                  new ReferenceGuideError(source.finest(), target.finest(), radius),
                  new ReferenceGuideError(carried, agreed, radius),
                  options.guideWeight());
    }
    new ReferenceFieldSearch(options)
        .refine(grid, costs, 0, sourceFrame, targetFrame, iterations, probing);
  }

  @Override
  public void forget(Pyramid guide) {
    // Nothing is kept between searches.
  }

  @Override
  public void carry(Picture picture, int[] field, Picture out) {
    ReferenceVotes.apply(picture, field, options, out);
  }

  @Override
  public void matchLatents(
      QuantizedLatents source, QuantizedLatents target, int top, int bottom, int[] field) {
    new ReferenceLatentSearch(source, target).rows(top, bottom, field);
  }
}
