package org.diffsynth.patchmatch.engine;

import static org.diffsynth.match.NearestNeighborField.pack;
import static org.diffsynth.match.NearestNeighborField.packedX;
import static org.diffsynth.match.NearestNeighborField.packedY;

/**
 * The field on one pyramid level while it is searched: for each target pixel the packed source
 * pixel ({@code y << 16 | x}) and the cost of that match.
 *
 * <p>A patch never leaves the picture: only pixels at least {@code radius} from every edge, the
 * <em>interior</em>, are matched, and only to interior pixels. The other pixels get the offset of
 * the nearest interior pixel (docs/published-defects.md, D9).
 */
public final class MatchGrid {

  public final int width;
  public final int height;
  public final int[] field;
  public final int[] cost;

  public MatchGrid(int width, int height) {
    this(width, height, new int[width * height], new int[width * height]);
  }

  /** Creates a grid over arrays of at least {@code width * height} elements, which it shares. */
  public MatchGrid(int width, int height, int[] field, int[] cost) {
    this.width = width;
    this.height = height;
    this.field = field;
    this.cost = cost;
  }

  public void setIdentity() {
    for (int y = 0, i = 0; y < height; y++) {
      for (int x = 0; x < width; x++, i++) {
        field[i] = pack(x, y);
      }
    }
  }

  /** Starts from the field of the next coarser level: doubles each match and adds the parity. */
  public void setFromCoarser(MatchGrid coarser) {
    for (int y = 0, i = 0; y < height; y++) {
      for (int x = 0; x < width; x++, i++) {
        int match = coarser.field[(y >> 1) * coarser.width + (x >> 1)];
        int sourceX = Math.min(2 * packedX(match) + (x & 1), width - 1);
        int sourceY = Math.min(2 * packedY(match) + (y & 1), height - 1);
        field[i] = pack(sourceX, sourceY);
      }
    }
  }

  /** Moves matches of interior pixels that lie too close to an edge into the interior. */
  public void clampToInterior(int radius) {
    for (int y = radius; y < height - radius; y++) {
      for (int x = radius; x < width - radius; x++) {
        int match = field[y * width + x];
        int sourceX = clamp(packedX(match), radius, width - 1 - radius);
        int sourceY = clamp(packedY(match), radius, height - 1 - radius);
        field[y * width + x] = pack(sourceX, sourceY);
      }
    }
  }

  /** Gives every pixel outside of the interior the offset of the nearest pixel inside. */
  public void extendToBorder(int radius) {
    for (int y = 0; y < height; y++) {
      int insideY = clamp(y, radius, height - 1 - radius);
      boolean innerRow = y == insideY;
      for (int x = 0; x < width; x++) {
        int insideX = clamp(x, radius, width - 1 - radius);
        if (innerRow && x == insideX) {
          x = width - 1 - radius; // jump over the interior of this row
          continue;
        }
        int match = field[insideY * width + insideX];
        int sourceX = packedX(match) + x - insideX;
        int sourceY = packedY(match) + y - insideY;
        field[y * width + x] = pack(sourceX, sourceY);
      }
    }
  }

  private static int clamp(int value, int min, int max) {
    return Math.min(Math.max(value, min), max);
  }
}
