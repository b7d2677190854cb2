package org.diffsynth.patchmatch.agreement;

import static org.diffsynth.match.NearestNeighborField.packedX;
import static org.diffsynth.match.NearestNeighborField.packedY;

import java.util.List;

/**
 * The detail that the styles of a window have in common around each cell of the target, and thus
 * the most that its result may have.
 */
final class SharedDetail {

  /** Keeps the spread of slopes from being measured on noise. */
  private static final float SPREAD = Float.parseFloat(System.getProperty("sp", "0.3"));

  /** Mean square of the style in a band that may be grain, in 8-bit units. */
  private static final float GRAIN = Float.parseFloat(System.getProperty("gr", "6"));

  /** Keeps a frame without texture from deciding alone: in 8-bit units. */
  private static final float LEAST_TEXTURE = Float.parseFloat(System.getProperty("lt", "2"));

  static final float TOLERANCE = Float.parseFloat(System.getProperty("tol", "1.3"));
  static final float FLOOR = Float.parseFloat(System.getProperty("fl", "0.25"));

  private final int columns;
  private final int rows;
  final float[][] kept;
  final float[] finest;

  SharedDetail(int columns, int rows) {
    this.columns = columns;
    this.rows = rows;
    kept = new float[StyleDetail.BANDS][columns * rows];
    finest = new float[columns * rows];
  }

  static SharedDetail of(
      List<StyleDetail> details, List<int[]> fields, int own, int width, int height) {
    int columns = details.get(own).columns();
    int rows = details.get(own).rest().length / columns;
    SharedDetail result = new SharedDetail(columns, rows);
    int[] places = new int[details.size()];
    for (int cell = 0; cell < columns * rows; cell++) {
      int x = Math.min(StyleDetail.CELL * (cell % columns) + StyleDetail.CELL / 2, width - 1);
      int y = Math.min(StyleDetail.CELL * (cell / columns) + StyleDetail.CELL / 2, height - 1);
      float rest = 0;
      for (int s = 0; s < places.length; s++) {
        places[s] = cell;
        if (s != own) {
          int match = fields.get(s)[y * width + x];
          places[s] =
              packedY(match) / StyleDetail.CELL * columns + packedX(match) / StyleDetail.CELL;
        }
        rest += details.get(s).rest()[places[s]];
      }
      rest /= places.length;
      for (int b = 0; b < StyleDetail.BANDS; b++) {
        float guide = rest * rest * (details.get(own).guideEnergies()[b][cell] + StyleDetail.BAND_NOISE);
        float share = share(details, places, b);
        float energy = Math.max(share * share * guide, texture(details, places, b));
        result.kept[b][cell] = Math.min(1f, (float) Math.sqrt(energy / guide));
        if (b == 0) {
          result.finest[cell] = energy;
        }
      }
    }
    return result;
  }

  private static float share(List<StyleDetail> details, int[] places, int band) {
    float sum = 0;
    float squares = 0;
    for (int s = 0; s < places.length; s++) {
      float slope = details.get(s).slopes()[band][places[s]];
      sum += slope;
      squares += slope * slope;
    }
    float mean = sum / places.length;
    float variance = Math.max(0f, squares / places.length - mean * mean);
    return mean + variance / (mean + SPREAD);
  }

  private static float texture(List<StyleDetail> details, int[] places, int band) {
    float inverse = 0;
    for (int s = 0; s < places.length; s++) {
      float energy = Math.max(0f, details.get(s).energies()[band][places[s]] - GRAIN);
      inverse += 1f / (energy + LEAST_TEXTURE);
    }
    return places.length / inverse - LEAST_TEXTURE;
  }

  /** Largest gains of the finest detail of a picture, by cell. */
  float[] most(float[] energy) {
    float[] most = new float[energy.length];
    for (int k = 0; k < most.length; k++) {
      most[k] = (float) Math.sqrt(TOLERANCE * ((finest[k] + FLOOR) / (energy[k] + FLOOR)));
    }
    return most;
  }

  float at(float[] k, int x, int y) {
    float fx = (x + 0.5f) / StyleDetail.CELL - 0.5f, fy = (y + 0.5f) / StyleDetail.CELL - 0.5f;
    fx = Math.min(Math.max(fx, 0f), columns - 1);
    fy = Math.min(Math.max(fy, 0f), rows - 1);
    int x0 = (int) fx, y0 = (int) fy;
    int x1 = Math.min(x0 + 1, columns - 1), y1 = Math.min(y0 + 1, rows - 1);
    fx -= x0;
    fy -= y0;
    float u = k[y0 * columns + x0] + fx * (k[y0 * columns + x1] - k[y0 * columns + x0]);
    float v = k[y1 * columns + x0] + fx * (k[y1 * columns + x1] - k[y1 * columns + x0]);
    return u + fy * (v - u);
  }
}
