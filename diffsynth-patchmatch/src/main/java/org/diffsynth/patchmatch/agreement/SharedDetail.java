package org.diffsynth.patchmatch.agreement;

import static org.diffsynth.match.NearestNeighborField.packedX;
import static org.diffsynth.match.NearestNeighborField.packedY;

import java.util.List;
import org.diffsynth.patchmatch.engine.Texels;
import org.diffsynth.patchmatch.engine.WorkerPool;

/**
 * The detail that the styles of a window have in common around each {@linkplain StyleDetail#CELL
 * cell} of the target: a bound for the detail of the result. Without it, {@link GuideDetail} would
 * add the detail of a sharp guide to a soft style, such as a watercolour, where the detail looks
 * like grain.
 *
 * <p>The middle of a cell is followed to its match in each frame of the window, and the {@link
 * StyleDetail} of the cells there is read. A match weighs 1 / (1 + e/25), where e is the mean
 * squared difference of the guides over 5 by 5 pixels, and the own cell as much as the best match.
 * The common energy A of a band is the larger of two:
 *
 * <ul>
 *   <li><b>Explained by the guide</b>: (m + 2·v/(m + 0.1))²·r²·G. m and v are the mean and the
 *       variance of the slopes of the style on the guide, r is the mean slope in the rest, and G is
 *       the energy of the target's guide. Noise that is independent of the guide does not raise
 *       slopes. Where slopes differ, frames were processed differently, and the softer ones are
 *       likelier to have lost detail than the sharper ones to have gained it; hence the term v.
 *   <li><b>Texture of the styles' own</b>: the harmonic mean of the energies of the styles less 9
 *       levels squared, which may be grain. A frame without texture lowers the harmonic mean much,
 *       so that sharpened or noisy frames do not count unless all frames are so. A texture that is
 *       redrawn in each frame counts.
 * </ul>
 *
 * <p>All arithmetic is in single floats, one rounding per operation, in the order written.
 */
final class SharedDetail {

  private static final int CELL = StyleDetail.CELL;
  private static final int BANDS = StyleDetail.BANDS;

  /** Weight of the spread of the slopes. */
  private static final float SPREAD_WEIGHT = 2f;

  /** Keeps the spread of small slopes, which is noise, from counting. */
  private static final float LEAST_SLOPE = 0.1f;

  /** Mean square of the style in a band that may be grain, in 8-bit units. */
  private static final float GRAIN = 9f;

  /** Keeps one frame without texture from deciding alone: in 8-bit units. */
  private static final float LEAST_TEXTURE = 0.5f;

  /** Largest energy of the finest band of the result relative to the common energy. */
  private static final float TOLERANCE = 1.25f;

  /** Keeps plain areas from being limited by rounding: in 8-bit units. */
  private static final float ROUNDING = 0.25f;

  /** How far pixels lie on the way from the middle of a cell to the next: 1/16, 3/16, … */
  private static final float[] PARTS = new float[CELL];

  static {
    for (int x = 0; x < CELL; x++) {
      PARTS[x] = (2 * x + 1) / (2f * CELL);
    }
  }

  private final int width;
  private final int height;
  private final int columns;
  private final int rows;
  private final float[][] kept;
  private final float[] finest;

  private SharedDetail(int width, int height) {
    this.width = width;
    this.height = height;
    columns = (width + CELL - 1) / CELL;
    rows = (height + CELL - 1) / CELL;
    kept = new float[BANDS][columns * rows];
    finest = new float[columns * rows];
  }

  /**
   * Measures what the styles of a window have in common.
   *
   * @param details details of the sources, in their order
   * @param own index of the target among the sources
   */
  static SharedDetail of(
      List<StyleDetail> details,
      List<AgreementSource> sources,
      int own,
      int width,
      int height,
      WorkerPool workers) {
    SharedDetail result = new SharedDetail(width, height);
    workers.run(
        result.rows,
        row -> {
          Row cells = result.new Row(details, sources, own);
          cells.read(row);
          for (int column = 0; column < result.columns; column++) {
            cells.measure(row, column);
          }
        });
    return result;
  }

  /** Follows the cells of one row to their matches. */
  private final class Row {

    private final List<StyleDetail> details;
    private final List<AgreementSource> sources;
    private final int own;
    private final int[][] matches;
    private final int[] places;
    private final float[] weights;
    private float total;

    Row(List<StyleDetail> details, List<AgreementSource> sources, int own) {
      this.details = details;
      this.sources = sources;
      this.own = own;
      matches = new int[sources.size()][width];
      places = new int[sources.size()];
      weights = new float[sources.size()];
    }

    void read(int row) {
      int y = Math.min(CELL * row + CELL / 2, height - 1);
      for (int s = 0; s < matches.length; s++) {
        if (s != own) {
          sources.get(s).field().readRow(y, matches[s], 0);
        }
      }
    }

    void measure(int row, int column) {
      int cell = row * columns + column;
      follow(cell, column, row);
      float rest = 0;
      for (int s = 0; s < places.length; s++) {
        rest += weights[s] * details.get(s).rest()[places[s]];
      }
      rest /= total;
      for (int b = 0; b < BANDS; b++) {
        float energy = details.get(own).guideEnergies()[b][cell] + StyleDetail.BAND_NOISE;
        float guide = rest * rest * energy;
        float share = share(b);
        float common = Math.max(share * share * guide, texture(b));
        kept[b][cell] = Math.min(1f, (float) Math.sqrt(common / guide));
        if (b == 0) {
          finest[cell] = common;
        }
      }
    }

    private void follow(int cell, int column, int row) {
      int x = Math.min(CELL * column + CELL / 2, width - 1);
      int y = Math.min(CELL * row + CELL / 2, height - 1);
      float best = Agreement.LEAST_OWN_WEIGHT;
      for (int s = 0; s < places.length; s++) {
        if (s != own) {
          int toX = packedX(matches[s][x]);
          int toY = packedY(matches[s][x]);
          int error = guideError(sources.get(s).guide(), x, y, toX, toY);
          weights[s] = Agreement.HALF_WEIGHT / (Agreement.HALF_WEIGHT + error);
          places[s] = toY / CELL * columns + toX / CELL;
          best = Math.max(best, weights[s]);
        }
      }
      weights[own] = best;
      places[own] = cell;
      total = 0;
      for (float weight : weights) {
        total += weight;
      }
    }

    private int guideError(Texels guide, int x, int y, int toX, int toY) {
      int[] target = sources.get(own).guide().rgb();
      int error = 0;
      for (int dy = -Agreement.ERROR_RADIUS; dy <= Agreement.ERROR_RADIUS; dy++) {
        for (int dx = -Agreement.ERROR_RADIUS; dx <= Agreement.ERROR_RADIUS; dx++) {
          error +=
              Texels.squaredDifference(
                  guide.rgb()[index(toX + dx, toY + dy)], target[index(x + dx, y + dy)]);
        }
      }
      return error;
    }

    private float share(int band) {
      float sum = 0;
      float squares = 0;
      for (int s = 0; s < places.length; s++) {
        float slope = details.get(s).slopes()[band][places[s]];
        sum += weights[s] * slope;
        squares += weights[s] * (slope * slope);
      }
      float mean = sum / total;
      float variance = Math.max(0f, squares / total - mean * mean);
      return mean + SPREAD_WEIGHT * (variance / (mean + LEAST_SLOPE));
    }

    /** Grain counts less with fewer frames, because an average of few frames keeps more of it. */
    private float texture(int band) {
      float grain = GRAIN * (places.length - 1) / places.length;
      float inverse = 0;
      for (int s = 0; s < places.length; s++) {
        float energy = Math.max(0f, details.get(s).energies()[band][places[s]] - grain);
        inverse += weights[s] / (energy + LEAST_TEXTURE);
      }
      return Math.max(0f, total / inverse - LEAST_TEXTURE);
    }
  }

  private int index(int x, int y) {
    int column = Math.min(Math.max(x, 0), width - 1);
    return Math.min(Math.max(y, 0), height - 1) * width + column;
  }

  /**
   * Writes a row of factors, 0 to 1, by which the guide's detail in a band is multiplied before it
   * is added to the picture: √(A / (r²·G)).
   */
  void readKept(int band, int y, float[] row) {
    interpolate(kept[band], y, row);
  }

  /**
   * Returns the largest gain of the finest detail of a picture in each cell.
   *
   * @param energy {@link StyleDetail#finestEnergy} of the picture
   */
  float[] mostGains(float[] energy) {
    float[] most = new float[energy.length];
    for (int k = 0; k < most.length; k++) {
      float ratio = (finest[k] + ROUNDING) / (energy[k] + ROUNDING);
      most[k] = (float) Math.sqrt(TOLERANCE * ratio);
    }
    return most;
  }

  /** Writes values of a row of pixels, interpolated linearly between the middles of cells. */
  void interpolate(float[] cells, int y, float[] row) {
    float down = Math.min(Math.max((2 * y + 1 - CELL) / (2f * CELL), 0f), rows - 1f);
    int upper = (int) down * columns;
    int lower = Math.min((int) down + 1, rows - 1) * columns;
    float below = down - (int) down;
    int x = 0;
    for (int column = -1; column < columns; column++) { // -1: left of the first middle
      int left = Math.max(column, 0);
      int right = Math.min(column + 1, columns - 1);
      float above = cells[upper + left];
      float under = cells[lower + left];
      float alongAbove = cells[upper + right] - above;
      float alongUnder = cells[lower + right] - under;
      int middle = CELL * column + CELL / 2;
      for (int end = Math.min(middle + CELL, width); x < end; x++) {
        float part = PARTS[x - middle];
        float top = above + part * alongAbove;
        float bottom = under + part * alongUnder;
        row[x] = top + below * (bottom - top);
      }
    }
  }
}
