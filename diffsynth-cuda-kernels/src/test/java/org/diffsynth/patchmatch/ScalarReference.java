package org.diffsynth.patchmatch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.QuantizedLatents;
import org.diffsynth.patchmatch.engine.CounterRandom;
import org.diffsynth.patchmatch.engine.MatchGrid;
import org.diffsynth.patchmatch.engine.Picture;
import org.diffsynth.patchmatch.engine.Pyramid;
import org.diffsynth.patchmatch.engine.Texels;
import org.diffsynth.patchmatch.reference.ReferenceGuideError;
import org.diffsynth.patchmatch.reference.ReferenceLatentSearch;
import org.diffsynth.patchmatch.reference.ReferencePatchError;
import org.diffsynth.patchmatch.reference.ReferenceStyledError;
import org.diffsynth.patchmatch.reference.ReferenceSweeps;
import org.diffsynth.patchmatch.reference.ReferenceVotes;
import org.diffsynth.spi.PatchMatcher;

/** The package-private scalar classes, which define what every kernel gives, for tests to call. */
public final class ScalarReference {

  private ScalarReference() {}

  /** Texels of all levels, the finest first. */
  public static List<int[]> pyramid(Frame guide, int levels) {
    List<int[]> texels = new ArrayList<>();
    Pyramid.of(Picture.of(guide), levels).levels().forEach(level -> texels.add(unpadded(level)));
    return texels;
  }

  private static int[] unpadded(Texels texels) {
    return Arrays.copyOf(texels.rgb(), texels.width() * texels.height());
  }

  /** How many levels a pyramid has. */
  public static int levelCount(int width, int height, int largestPatch) {
    return Pyramid.levelCount(width, height, largestPatch);
  }

  /** A field and its costs on one level, with the passes that change them. */
  public static final class Level {

    private final MatchGrid grid;
    private final ReferencePatchError cost;
    private final int radius;

    /**
     * Starts from a field.
     *
     * @param style texels of the carried picture, or null to match by guide alone
     * @param agreed texels of what it is to agree with
     */
    public Level(
        int width,
        int height,
        int[] field,
        int radius,
        int[] source,
        int[] target,
        int[] style,
        int[] agreed,
        float guideWeight) {
      this.grid = gridOf(width, height, field);
      this.radius = radius;
      ReferenceGuideError guide =
          new ReferenceGuideError(
              new Texels(width, height, source), new Texels(width, height, target), radius);
      this.cost =
          style == null
              ? guide
              : new ReferenceStyledError(
                  guide,
                  new ReferenceGuideError(
                      new Texels(width, height, style), new Texels(width, height, agreed), radius),
                  guideWeight);
    }

    /** Packed matches. */
    public int[] field() {
      return grid.field;
    }

    /** Costs of the interior. */
    public int[] cost() {
      return grid.cost;
    }

    /** MatchGrid.clampToInterior. */
    public void clampToInterior() {
      grid.clampToInterior(radius);
    }

    /** MatchGrid.extendToBorder. */
    public void extendToBorder() {
      grid.extendToBorder(radius);
    }

    /** ReferenceSweeps.measure. */
    public void measure() {
      search().measure();
    }

    /** ReferenceSweeps.probe, with the key of (seed, source, target, level, iteration, probe). */
    public void probe(
        long seed, int source, int target, int level, int iteration, int probe, int reach) {
      search().probe(CounterRandom.key(seed, source, target, level, iteration, probe), reach);
    }

    /** ReferenceSweeps.sweepRows. */
    public void sweepRows(int step) {
      search().sweepRows(step);
    }

    /** ReferenceSweeps.sweepColumns. */
    public void sweepColumns(int step) {
      search().sweepColumns(step);
    }

    private ReferenceSweeps search() {
      return new ReferenceSweeps(grid, cost, radius);
    }
  }

  /** MatchGrid.setFromCoarser. */
  public static int[] upscale(int[] coarse, int coarseWidth, int coarseHeight, int w, int h) {
    MatchGrid coarser = gridOf(coarseWidth, coarseHeight, coarse);
    MatchGrid finer = new MatchGrid(w, h);
    finer.setFromCoarser(coarser);
    return finer.field;
  }

  private static MatchGrid gridOf(int width, int height, int[] field) {
    return new MatchGrid(width, height, field.clone(), new int[field.length]);
  }

  /** NearestNeighborField.compose. */
  public static int[] compose(int[] sourceOfMiddle, int[] middleOfTarget, int w, int h) {
    return NearestNeighborField.ofPacked(w, h, sourceOfMiddle)
        .compose(NearestNeighborField.ofPacked(w, h, middleOfTarget))
        .toPacked();
  }

  /** Texels of the picture that one equal vote of every patch over a pixel gives. */
  public static int[] votedTexels(Frame picture, int[] field, int radius) {
    Picture voted = Picture.blank(picture.width(), picture.height());
    ReferenceVotes.applyUniform(Picture.of(picture), field, radius, voted);
    return unpadded(Texels.of(voted));
  }

  /** What ReferenceVotes carries with the votes of the options' schedule, packed RGB. */
  public static short[] carried(Frame picture, int[] field, PatchMatchOptions options) {
    Picture carried = Picture.blank(picture.width(), picture.height());
    ReferenceVotes.apply(Picture.of(picture), field, options, carried);
    return carried.samples();
  }

  /** The mean of frames, each with its weight, packed RGB. */
  public static short[] mean(List<Frame> frames, int... weights) {
    BlendSum sum = new BlendSum(frames.get(0).width(), frames.get(0).height());
    for (int i = 0; i < weights.length; i++) {
      sum.add(Picture.of(frames.get(i)), weights[i]);
    }
    return sum.mean().samples();
  }

  /** ReferenceLatentSearch.rows and MatchGrid.extendToBorder: the packed exact field. */
  public static int[] exactField(QuantizedLatents source, QuantizedLatents target) {
    int radius = PatchMatcher.LATENT_PATCH / 2;
    MatchGrid grid = new MatchGrid(target.width(), target.height());
    new ReferenceLatentSearch(source, target).rows(radius, target.height() - radius, grid.field);
    grid.extendToBorder(radius);
    return grid.field;
  }
}
