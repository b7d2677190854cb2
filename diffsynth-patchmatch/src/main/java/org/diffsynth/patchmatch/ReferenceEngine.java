package org.diffsynth.patchmatch;

import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.SearchSchedule;

/** The engine that defines the results: one candidate after the other, one sample at a time. */
record ReferenceEngine(PatchMatchOptions options) implements CpuEngine {

  @Override
  public int[] fresh(
      Pyramid source, Pyramid target, Picture style, int sourceFrame, int targetFrame) {
    if (options.schedule() == SearchSchedule.PUBLISHED) {
      return new PublishedSearch(options)
          .search(source, target, style.halves(source.levels().size()), sourceFrame, targetFrame)
          .field;
    }
    return new FieldSearch(options).fresh(source, target, sourceFrame, targetFrame).field;
  }

  @Override
  public int[] refine(
      int[] start,
      Pyramid source,
      Pyramid target,
      StylePair style,
      int sourceFrame,
      int targetFrame) {
    MatchGrid grid = new MatchGrid(source.finest().width(), source.finest().height());
    grid.setField(start);
    FieldSearch.CostOfRadius costs =
        radius -> new GuideCost(source.finest(), target.finest(), radius);
    if (style != null) {
      Texels carried = Texels.of(style.source());
      Texels agreed = Texels.of(style.target());
      costs =
          radius ->
              new StyledCost(
                  new GuideCost(source.finest(), target.finest(), radius),
                  new GuideCost(carried, agreed, radius),
                  options.guideWeight());
    }
    new FieldSearch(options).refine(grid, costs, 0, sourceFrame, targetFrame);
    return grid.field;
  }

  @Override
  public void carry(Picture picture, int[] field, Picture out) {
    VoteRemap.apply(picture, field, options, out);
  }
}
