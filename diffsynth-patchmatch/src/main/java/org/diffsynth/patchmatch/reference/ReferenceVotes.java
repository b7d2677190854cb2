package org.diffsynth.patchmatch.reference;

import static org.diffsynth.match.NearestNeighborField.packedX;
import static org.diffsynth.match.NearestNeighborField.packedY;

import java.util.Arrays;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.patchmatch.engine.Picture;

/**
 * Carries a picture along a field: each target pixel becomes the weighted mean of the source pixels
 * that the patches over it point to, one vote a patch, with one rounding.
 *
 * <p>A vote of a patch whose centre is (dx, dy) away weighs {@code weights[|dx|] · weights[|dy|]}.
 * Near an edge fewer patches lie over a pixel, and the mean is over those.
 */
public final class ReferenceVotes {

  /** What blending uses: 3 by 3 votes, the pixel's own match 64 times a corner's. */
  public static final int[] TENT = {8, 1};

  private ReferenceVotes() {}

  /** How far from a pixel the matches that vote for it lie. */
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

  /** One pixel of what {@link #apply} gives. */
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
