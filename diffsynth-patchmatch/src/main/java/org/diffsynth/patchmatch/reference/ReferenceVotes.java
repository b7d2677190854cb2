package org.diffsynth.patchmatch.reference;

import static org.diffsynth.match.NearestNeighborField.packedX;
import static org.diffsynth.match.NearestNeighborField.packedY;

import java.util.Arrays;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.patchmatch.engine.Picture;

/**
 * Carries a picture along a field, written to be read: this class defines the result that every
 * other engine gives.
 *
 * <p>A field names one source pixel for each target pixel, and copying those would give torn edges
 * where neighbouring matches differ. Instead every patch <em>votes</em>: the patch around target
 * pixel p, matched to source pixel m, proposes for a pixel d away from p the source pixel m + d. A
 * target pixel becomes the weighted mean of the proposals of all patches over it, with one
 * rounding.
 *
 * <p>A vote of a patch whose centre is (dx, dy) away weighs {@code weights[|dx|] · weights[|dy|]}.
 * Blending uses a tent of 3 by 3 votes in which the pixel's own match counts 64 times as much as a
 * corner's, so detail survives; the published schedule uses equal votes of the whole patch, which
 * blurs. Near an edge fewer patches lie over a pixel, and the mean is over those.
 */
public final class ReferenceVotes {

  /** Weights by distance of the 3 by 3 votes of blending. */
  public static final int[] TENT = {8, 1};

  private ReferenceVotes() {}

  /**
   * Returns the largest distance from a pixel, in rows or columns, of a match that votes for it.
   */
  public static int radius(PatchMatchOptions options) {
    return switch (options.schedule()) {
      case SWEEP -> TENT.length - 1;
      case PUBLISHED -> options.smallestPatch() / 2;
    };
  }

  /** Carries {@code source} with the votes that belong to the options' schedule. */
  public static void apply(Picture source, int[] field, PatchMatchOptions options, Picture out) {
    switch (options.schedule()) {
      case SWEEP -> apply(source, field, TENT, out);
      case PUBLISHED -> applyUniform(source, field, options.smallestPatch() / 2, out);
    }
  }

  /** Carries {@code source} with one equal vote of every patch over a pixel, as published. */
  public static void applyUniform(Picture source, int[] field, int radius, Picture out) {
    int[] weights = new int[radius + 1];
    Arrays.fill(weights, 1);
    apply(source, field, weights, out);
  }

  private static void apply(Picture source, int[] field, int[] weights, Picture out) {
    for (int y = 0; y < source.height(); y++) {
      for (int x = 0; x < source.width(); x++) {
        pixel(source, field, weights, x, y, out);
      }
    }
  }

  /** Computes the voted samples of one pixel. */
  public static void pixel(Picture source, int[] field, int[] weights, int x, int y, Picture out) {
    int width = source.width();
    int height = source.height();
    int radius = weights.length - 1;
    int top = Math.max(y - radius, radius);
    int bottom = Math.min(y + radius, height - 1 - radius);
    int left = Math.max(x - radius, radius);
    int right = Math.min(x + radius, width - 1 - radius);
    int red = 0;
    int green = 0;
    int blue = 0;
    int total = 0;
    for (int centreY = top; centreY <= bottom; centreY++) {
      for (int centreX = left; centreX <= right; centreX++) {
        int weight = weights[Math.abs(centreX - x)] * weights[Math.abs(centreY - y)];
        int match = field[centreY * width + centreX];
        int sourceX = packedX(match) + x - centreX;
        int sourceY = packedY(match) + y - centreY;
        int from = (sourceY * width + sourceX) * 3;
        red += weight * (source.samples()[from] & 0xFFFF);
        green += weight * (source.samples()[from + 1] & 0xFFFF);
        blue += weight * (source.samples()[from + 2] & 0xFFFF);
        total += weight;
      }
    }
    int to = (y * width + x) * 3;
    out.samples()[to] = (short) ((red + total / 2) / total);
    out.samples()[to + 1] = (short) ((green + total / 2) / total);
    out.samples()[to + 2] = (short) ((blue + total / 2) / total);
  }
}
