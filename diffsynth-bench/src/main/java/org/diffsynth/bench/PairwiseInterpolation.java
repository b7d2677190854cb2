package org.diffsynth.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.diffsynth.frame.Frame;

/**
 * The interpolation between two key frames of FastBlend, implemented from its description for
 * comparison only. Both key frames are matched to the frame between them together: the style error
 * of a pair of matches is the squared difference <em>between the patches of the two key
 * frames</em>. Each key frame is then remapped by the mean vote of its patches, and the two results
 * are mixed by their distance in time.
 *
 * <p>The search uses the published settings: a pyramid of log2(shorter side / 23) levels; five
 * iterations with patch sizes from 23 to 15; in each iteration four propagations of all pixels at
 * once, in random order, and three probes within 4 pixels; guide weight 10. Two published errors
 * are corrected, in favour of the method: the error of a pair is always that of the present pair,
 * and pixels outside the picture repeat the edge instead of being black.
 */
final class PairwiseInterpolation {

  private static final int[] PATCHES = {23, 21, 19, 17, 15};
  private static final int GUIDE_WEIGHT = 10;
  private static final int PROBES = 3;
  private static final int PROBE_RADIUS = 4;
  private static final int[][] NEIGHBOURS = {{-1, 0}, {1, 0}, {0, -1}, {0, 1}};

  private final List<Raster> guide;
  private final List<List<Raster>> keyGuides;
  private final List<List<Raster>> keyStyles;
  private final long seed;

  private PairwiseInterpolation(
      Frame guide, List<Frame> keyGuides, List<Frame> keyStyles, long seed) {
    this.guide = pyramid(guide);
    this.keyGuides = keyGuides.stream().map(PairwiseInterpolation::pyramid).toList();
    this.keyStyles = keyStyles.stream().map(PairwiseInterpolation::pyramid).toList();
    this.seed = seed;
  }

  /**
   * Interpolates one frame between two key frames.
   *
   * @param guide guide of the frame
   * @param keyGuides guides of the previous and the next key frame
   * @param keyStyles pictures of the previous and the next key frame
   * @param share weight of the next key frame, in (0, 1)
   * @param seed seed of the random probes
   */
  static Frame between(
      Frame guide, List<Frame> keyGuides, List<Frame> keyStyles, double share, long seed) {
    return new PairwiseInterpolation(guide, keyGuides, keyStyles, seed).run(share);
  }

  /** Returns the levels of a pyramid, the coarsest first. */
  private static List<Raster> pyramid(Frame frame) {
    int shorter = Math.min(frame.width(), frame.height());
    int levels = Math.max(1, (int) (Math.log((double) shorter / PATCHES[0]) / Math.log(2)));
    List<Raster> rasters = new ArrayList<>();
    Raster raster = Raster.of(frame, PATCHES[0] / 2);
    rasters.add(raster);
    for (int i = 1; i < levels; i++) {
      raster = raster.halved();
      rasters.add(raster);
    }
    Collections.reverse(rasters);
    return rasters;
  }

  private Frame run(double share) {
    Field[] fields = null;
    for (int level = 0; level < guide.size(); level++) {
      Raster here = guide.get(level);
      fields =
          fields == null
              ? new Field[] {Field.identity(here), Field.identity(here)}
              : new Field[] {fields[0].doubled(here), fields[1].doubled(here)};
      for (int iteration = 0; iteration < PATCHES.length; iteration++) {
        improve(level, iteration, fields);
      }
    }
    int finest = guide.size() - 1;
    int radius = PATCHES[PATCHES.length - 1] / 2;
    double[] left = fields[0].voted(keyStyles.get(0).get(finest), radius);
    double[] right = fields[1].voted(keyStyles.get(1).get(finest), radius);
    byte[] rgb = new byte[left.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) Math.round((1 - share) * left[i] + share * right[i]);
    }
    return Frame.ofRgb8(guide.get(finest).width(), guide.get(finest).height(), rgb);
  }

  private void improve(int level, int iteration, Field[] fields) {
    int radius = PATCHES[iteration] / 2;
    SplittableRandom random = new SplittableRandom(seed + 1000L * level + iteration);
    List<int[]> order = new ArrayList<>(List.of(NEIGHBOURS));
    Collections.shuffle(order, new Random(random.nextLong()));
    for (int[] neighbour : order) {
      for (int side = 0; side < 2; side++) {
        propagate(level, radius, fields, side, neighbour);
      }
    }
    for (int probe = 0; probe < PROBES; probe++) {
      for (int side = 0; side < 2; side++) {
        search(level, radius, fields, side, random.nextLong());
      }
    }
  }

  /**
   * Every pixel tries the match that its neighbour had before this step, moved by the distance to
   * the neighbour.
   */
  private void propagate(int level, int radius, Field[] fields, int side, int[] neighbour) {
    Field field = fields[side];
    Field before = field.copy();
    int width = field.width();
    IntStream.range(0, field.height())
        .parallel()
        .forEach(
            y -> {
              for (int x = 0; x < width; x++) {
                int fromX = x + neighbour[0];
                int fromY = y + neighbour[1];
                if (fromX >= 0 && fromX < width && fromY >= 0 && fromY < field.height()) {
                  int i = fromY * width + fromX;
                  int toX = before.x()[i] - neighbour[0];
                  attempt(level, radius, fields, side, x, y, toX, before.y()[i] - neighbour[1]);
                }
              }
            });
  }

  private void search(int level, int radius, Field[] fields, int side, long key) {
    Field field = fields[side];
    int width = field.width();
    IntStream.range(0, field.height())
        .parallel()
        .forEach(
            y -> {
              SplittableRandom random = new SplittableRandom(key + y);
              for (int x = 0; x < width; x++) {
                int toX = field.x()[y * width + x] + random.nextInt(2 * PROBE_RADIUS + 1);
                int toY = field.y()[y * width + x] + random.nextInt(2 * PROBE_RADIUS + 1);
                int moved = PROBE_RADIUS;
                attempt(level, radius, fields, side, x, y, toX - moved, toY - moved);
              }
            });
  }

  /** Keeps a candidate match of one key frame if it is better with the match of the other key. */
  private void attempt(
      int level, int radius, Field[] fields, int side, int x, int y, int toX, int toY) {
    Field field = fields[side];
    int i = y * field.width() + x;
    boolean same = toX == field.x()[i] && toY == field.y()[i];
    if (same || toX < 0 || toY < 0 || toX >= field.width() || toY >= field.height()) {
      return;
    }
    Raster here = guide.get(level);
    int target = here.at(x, y);
    int other = here.at(fields[1 - side].x()[i], fields[1 - side].y()[i]);
    Raster own = keyGuides.get(side).get(level);
    Raster style = keyStyles.get(side).get(level);
    Raster otherStyle = keyStyles.get(1 - side).get(level);
    int at = here.at(field.x()[i], field.y()[i]);
    long present =
        GUIDE_WEIGHT * own.difference(at, here, target, radius, Long.MAX_VALUE)
            + style.difference(at, otherStyle, other, radius, Long.MAX_VALUE);
    int to = here.at(toX, toY);
    long candidate = GUIDE_WEIGHT * own.difference(to, here, target, radius, present / 10);
    if (candidate < present) {
      candidate += style.difference(to, otherStyle, other, radius, present - candidate);
      if (candidate < present) {
        field.x()[i] = toX;
        field.y()[i] = toY;
      }
    }
  }

  /** The matching source pixel of each pixel. */
  private record Field(int width, int height, int[] x, int[] y) {

    static Field identity(Raster size) {
      Field field = new Field(size.width(), size.height());
      for (int i = 0; i < field.x.length; i++) {
        field.x[i] = i % field.width;
        field.y[i] = i / field.width;
      }
      return field;
    }

    Field(int width, int height) {
      this(width, height, new int[width * height], new int[width * height]);
    }

    Field copy() {
      return new Field(width, height, x.clone(), y.clone());
    }

    Field doubled(Raster size) {
      Field field = new Field(size.width(), size.height());
      for (int row = 0; row < field.height; row++) {
        for (int column = 0; column < field.width; column++) {
          int from = Math.min(row / 2, height - 1) * width + Math.min(column / 2, width - 1);
          int to = row * field.width + column;
          field.x[to] = Math.min(2 * x[from] + column % 2, field.width - 1);
          field.y[to] = Math.min(2 * y[from] + row % 2, field.height - 1);
        }
      }
      return field;
    }

    /** Returns the mean vote of all patches that cover each pixel, as samples from 0 to 255. */
    double[] voted(Raster style, int radius) {
      double[] rgb = new double[width * height * Raster.RGB];
      for (int row = 0; row < height; row++) {
        for (int column = 0; column < width; column++) {
          vote(style, radius, row, column, rgb);
        }
      }
      return rgb;
    }

    private void vote(Raster style, int radius, int row, int column, double[] rgb) {
      int votes = 0;
      int to = (row * width + column) * Raster.RGB;
      for (int dy = -radius; dy <= radius; dy++) {
        for (int dx = -radius; dx <= radius; dx++) {
          int fromX = column + dx;
          int fromY = row + dy;
          if (fromX < 0 || fromY < 0 || fromX >= width || fromY >= height) {
            continue;
          }
          int i = fromY * width + fromX;
          int sourceX = x[i] - dx;
          int sourceY = y[i] - dy;
          if (sourceX >= 0 && sourceY >= 0 && sourceX < width && sourceY < height) {
            votes++;
            for (int c = 0; c < Raster.RGB; c++) {
              rgb[to + c] += style.samples()[style.at(sourceX, sourceY) + c] & 0xFF;
            }
          }
        }
      }
      for (int c = 0; c < Raster.RGB; c++) {
        rgb[to + c] /= votes;
      }
    }
  }
}
