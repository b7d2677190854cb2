package org.diffsynth.patchmatch.fast;

import static org.diffsynth.match.NearestNeighborField.pack;
import static org.diffsynth.match.NearestNeighborField.packedX;
import static org.diffsynth.match.NearestNeighborField.packedY;

import java.util.Arrays;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.diffsynth.patchmatch.engine.MatchGrid;
import org.diffsynth.patchmatch.engine.Texels;

/**
 * Kernels for the Vector API. Only this class names the incubating module, so nothing else fails
 * where Java has not loaded it.
 *
 * <h2>The computation</h2>
 *
 * <p>Nearly all the time of a search goes into one question: what is the sum of squared differences
 * of two patches of 5 by 5 pixels, at places that nobody can foresee? Row by row that is five reads
 * of 5 pixels from each picture, which fill no vector. {@link PatchStrips} therefore stores, for
 * each pixel, the 15 samples of the column of 5 pixels below it in 16 consecutive bytes: a
 * <em>strip</em>. A patch is 5 strips side by side, 80 consecutive bytes, and every patch starts at
 * a strip.
 *
 * <pre>
 *   bytes     |0       15|16      31|32      47|48      63|64      79|
 *   strips    | column 0 | column 1 | column 2 | column 3 | column 4 |
 *   256 bits  |  step 0  |  step 1  |  step 2  |  step 3  |  step 4  |
 *   512 bits  |       step 0        |       step 1        | step 2   | half masked
 * </pre>
 *
 * <p>A step reads bytes, widens them to 16 bits, subtracts, squares and adds. Samples are stored
 * less 128, so widening a signed byte keeps differences. A difference is at most 255, its square at
 * most 65,025, which is exact in 16 unsigned bits. Two squares are added as 32-bit integers by
 * splitting each pair of 16-bit lanes into its lower and upper half. Byte 15 of every strip is 0 in
 * both pictures and adds nothing. All sums are exact, so the result does not depend on the vector
 * size.
 *
 * <p>A patch of another size has several bands of strips, 5 rows each. The last band has fewer
 * rows, and with vectors of two strips the last strip of a band fills half a vector: masks of 0 and
 * −1 take out what lies outside of the patch.
 *
 * <h2>What keeps it fast</h2>
 *
 * <ul>
 *   <li><b>Species are constants.</b> C2 removes the vector objects only if it knows the species
 *       while it compiles; so {@link #BITS}, and everything derived from it, is static and final,
 *       and a processor is served by the branch that its constant {@link #WIDE} selects.
 *   <li><b>Compiled methods stay small.</b> C2 gives up inlining when the graph of a method reaches
 *       its node limit; vectors beyond that point live on the heap, tens of times slower. Hence
 *       {@code AnySize.of} is written out in full and is too long to be inlined into its callers,
 *       and {@link FastEngine} calls its passes through an interface with three implementations.
 *   <li><b>No branch on what cannot be foreseen.</b> Whether a random probe wins is a coin toss, so
 *       {@code FiveByFive.offer} selects the winner by masks. For the same reason 5 by 5 patches
 *       are always summed to the end: leaving early costs more in wrong predictions than it saves.
 *   <li><b>Bounds checks are constant too.</b> Arrays have room before the first and after the last
 *       strip, so that whole vectors can be read at every place.
 * </ul>
 *
 * <p>{@link ScalarKernels} gives the same sums in plain Java; a test compares both for every
 * radius.
 */
final class VectorKernels implements Kernels {

  /** Bits of the vectors the processor works with; constant, or C2 would not know the species. */
  private static final int BITS = Math.min(ShortVector.SPECIES_PREFERRED.vectorBitSize(), 512);

  private static final boolean WIDE = BITS == 512;
  private static final VectorSpecies<Long> LONGS =
      WIDE ? LongVector.SPECIES_256 : LongVector.SPECIES_128;
  private static final VectorSpecies<Short> SHORTS =
      WIDE ? ShortVector.SPECIES_512 : ShortVector.SPECIES_256;
  private static final VectorSpecies<Integer> INTS =
      WIDE ? IntVector.SPECIES_512 : IntVector.SPECIES_256;

  /** Longs of strips that fill a vector once they are widened. */
  private static final int STEP = LONGS.length();

  private final StripCache cache;

  /**
   * Creates kernels for the vectors of this processor.
   *
   * @param cache strips of the pictures that the kernels compare
   * @throws UnsupportedOperationException if the processor's vectors are too short
   */
  VectorKernels(StripCache cache) {
    if (BITS < 256) {
      throw new UnsupportedOperationException(
          "vectors of 256 bits are needed, the processor's have " + BITS);
    }
    this.cache = cache;
  }

  @Override
  public String device() {
    return "CPU, " + BITS + "-bit vectors";
  }

  @Override
  public FastPatchError error(Texels source, Texels target, int radius) {
    return radius == 2 ? new FiveByFive(source, target) : new AnySize(source, target, radius);
  }

  @Override
  public void forget(Texels texels) {
    cache.forget(texels);
  }

  @Override
  public void addRows(
      int[] sums, int to, int[] samples, int from, int stride, int rows, int[] weights, int count) {
    for (int i = 0; i < count; i += INTS.length()) {
      IntVector times = IntVector.fromArray(INTS, weights, i);
      for (int row = 0, t = to + i, s = from + i; row < rows; row++, t += stride, s += stride) {
        IntVector.fromArray(INTS, samples, s)
            .mul(times)
            .add(IntVector.fromArray(INTS, sums, t))
            .intoArray(sums, t);
      }
    }
  }

  @Override
  public void addColumns(
      int[] target, int t, int[] source, int s, int stride, int rows, int count, int[] sums) {
    for (int i = 0; i < count; i += INTS.length()) {
      squares(target, t + i, source, s + i).intoArray(sums, i);
    }
    for (int row = 1; row < rows; row++) {
      t += stride;
      s += stride;
      for (int i = 0; i < count; i += INTS.length()) {
        squares(target, t + i, source, s + i)
            .add(IntVector.fromArray(INTS, sums, i))
            .intoArray(sums, i);
      }
    }
  }

  /** Squared differences of 16 texels. */
  private static IntVector squares(int[] a, int i, int[] b, int j) {
    IntVector left = IntVector.fromArray(INTS, a, i);
    IntVector right = IntVector.fromArray(INTS, b, j);
    IntVector red = left.and(0xFF).sub(right.and(0xFF));
    IntVector green =
        left.lanewise(VectorOperators.LSHR, 8)
            .and(0xFF)
            .sub(right.lanewise(VectorOperators.LSHR, 8).and(0xFF));
    IntVector blue =
        left.lanewise(VectorOperators.LSHR, 16).sub(right.lanewise(VectorOperators.LSHR, 16));
    return red.mul(red).add(green.mul(green)).add(blue.mul(blue));
  }

  /** Index of the strip of a pixel. */
  private static int strip(int width, int x, int y) {
    return PatchStrips.FIRST + PatchStrips.LONGS * (y * width + x);
  }

  /** Strips as signed samples of 16 bits: two, or one where vectors are short. */
  private static ShortVector widen(long[] strips, int i) {
    return (ShortVector)
        LongVector.fromArray(LONGS, strips, i)
            .reinterpretAsBytes()
            .convertShape(VectorOperators.B2S, SHORTS, 0);
  }

  /** Squares of differences, at most 255² and so exact in 16 unsigned bits, summed in pairs. */
  private static IntVector squares(ShortVector differences) {
    IntVector squares = differences.mul(differences).reinterpretAsInts();
    return squares.and(0xFFFF).add(squares.lanewise(VectorOperators.LSHR, 16));
  }

  /** Five strips of five rows. */
  private final class FiveByFive extends FastGuideError {

    private static final int OUTSIDE = -1; // no match: 65535 is beyond the widest picture
    private static final ShortVector FIFTH = firstStrip();

    private final long[] source;
    private final long[] target;
    private final int width;

    FiveByFive(Texels source, Texels target) {
      super(VectorKernels.this, source, target, 2, Integer.MAX_VALUE);
      this.source = cache.get(source).longs();
      this.target = cache.get(target).longs();
      this.width = source.width();
    }

    @Override
    int of(int x, int y, int sourceX, int sourceY, int bound) {
      return error(strip(width, x - 2, y - 2), strip(width, sourceX - 2, sourceY - 2));
    }

    @Override
    void probeRow(MatchGrid grid, int y, int radius, int[][] moves) {
      int rows = grid.height - 4;
      for (int[] probe : moves) {
        int t = strip(width, 0, y - 2);
        for (int i = y * width + 2, x = 2; x < width - 2; i++, x++, t += PatchStrips.LONGS) {
          int candidate = move(grid.field[i], probe[x], rows);
          if (candidate != OUTSIDE && grid.cost[i] > 0) {
            offer(grid, i, candidate, error(t, topLeft(width, candidate)));
          }
        }
      }
    }

    @Override
    void measureRow(MatchGrid grid, int y, int radius, int[] costs) {
      int t = strip(width, 0, y - 2);
      for (int i = y * width + 2, x = 2; x < width - 2; i++, x++, t += PatchStrips.LONGS) {
        grid.cost[i] = error(t, topLeft(width, grid.field[i]));
      }
    }

    /** The error of the patches whose first strips are {@code t} and {@code s}. */
    private int error(int t, int s) {
      if (WIDE) {
        return squares(widen(target, t).sub(widen(source, s)))
            .add(squares(widen(target, t + 4).sub(widen(source, s + 4))))
            .add(squares(widen(target, t + 8).sub(widen(source, s + 8)).and(FIFTH)))
            .reduceLanes(VectorOperators.ADD);
      }
      IntVector sums = squares(widen(target, t).sub(widen(source, s)));
      for (int i = 2; i < 10; i += 2) {
        sums = sums.add(squares(widen(target, t + i).sub(widen(source, s + i))));
      }
      return sums.reduceLanes(VectorOperators.ADD);
    }

    /** A match moved, or {@link #OUTSIDE}. */
    private int move(int match, int move, int rows) {
      int x = packedX(match) + (short) move;
      int y = packedY(match) + (move >> 16);
      return Integer.compareUnsigned(x - 2, width - 4) >= 0
              || Integer.compareUnsigned(y - 2, rows) >= 0
          ? OUTSIDE
          : pack(x, y);
    }

    /** Takes a better match without a branch: which ones win cannot be foreseen. */
    private static void offer(MatchGrid grid, int i, int candidate, int cost) {
      int match = grid.field[i];
      int present = grid.cost[i];
      int won = cost - present >> 31;
      grid.field[i] = match ^ (match ^ candidate) & won;
      grid.cost[i] = present + (cost - present & won);
    }

    /** Index of the first strip of the patch around a packed pixel. */
    private static int topLeft(int width, int pixel) {
      return strip(width, packedX(pixel) - 2, packedY(pixel) - 2);
    }

    private static ShortVector firstStrip() {
      short[] ones = new short[32];
      Arrays.fill(ones, 0, 16, (short) -1);
      return ShortVector.fromArray(SHORTS, ones, 0);
    }
  }

  /** Any radius: strips of five rows side by side, and as many such bands as it takes. */
  private final class AnySize extends FastGuideError {

    // Where the masks begin: all rows of a band or those of the last, both strips or the first.
    private static final int WHOLE = 0;
    private static final int LAST_BAND = 64;
    private static final int HALF = 32;

    private final long[] source;
    private final long[] target;
    private final int width;
    private final int radius;
    private final int bands;
    private final int lastStrip;
    private final short[] masks = new short[128];

    AnySize(Texels source, Texels target, int radius) {
      super(VectorKernels.this, source, target, radius, 3);
      this.source = cache.get(source).longs();
      this.target = cache.get(target).longs();
      this.width = source.width();
      this.radius = radius;
      int side = 2 * radius + 1;
      this.bands = (side + PatchStrips.ROWS - 1) / PatchStrips.ROWS;
      this.lastStrip = (side - 1) * PatchStrips.LONGS;
      int rowsOfLastBand = side - (bands - 1) * PatchStrips.ROWS;
      for (int i = 0; i < 32; i++) {
        short inLastBand = (short) (i % 16 < 3 * rowsOfLastBand ? -1 : 0);
        masks[WHOLE + i] = -1;
        masks[WHOLE + HALF + i] = (short) (i < 16 ? -1 : 0);
        masks[LAST_BAND + i] = inLastBand;
        masks[LAST_BAND + HALF + i] = i < 16 ? inLastBand : 0;
      }
    }

    /**
     * Returns the cost of one match. The code is written out in full, and so too long to be
     * inlined: callers that inline several such kernels exceed the node limit of the C2 compiler,
     * and the vectors after that point live on the heap, which is tens of times slower.
     */
    @Override
    int of(int x, int y, int sourceX, int sourceY, int bound) {
      int t = strip(width, x - radius, y - radius);
      int s = strip(width, sourceX - radius, sourceY - radius);
      int step = width * PatchStrips.ROWS * PatchStrips.LONGS;
      int sum = 0;
      for (int band = 0; band < bands; band++, t += step, s += step) {
        int mask = band < bands - 1 ? WHOLE : LAST_BAND;
        ShortVector rows = ShortVector.fromArray(SHORTS, masks, mask);
        ShortVector half = ShortVector.fromArray(SHORTS, masks, mask + HALF);
        ShortVector left =
            (ShortVector)
                LongVector.fromArray(LONGS, target, t + lastStrip)
                    .reinterpretAsBytes()
                    .convertShape(VectorOperators.B2S, SHORTS, 0);
        ShortVector right =
            (ShortVector)
                LongVector.fromArray(LONGS, source, s + lastStrip)
                    .reinterpretAsBytes()
                    .convertShape(VectorOperators.B2S, SHORTS, 0);
        ShortVector difference = left.sub(right).and(half);
        IntVector squares = difference.mul(difference).reinterpretAsInts();
        IntVector sums = squares.and(0xFFFF).add(squares.lanewise(VectorOperators.LSHR, 16));
        for (int i = 0; i < lastStrip; i += STEP) {
          left =
              (ShortVector)
                  LongVector.fromArray(LONGS, target, t + i)
                      .reinterpretAsBytes()
                      .convertShape(VectorOperators.B2S, SHORTS, 0);
          right =
              (ShortVector)
                  LongVector.fromArray(LONGS, source, s + i)
                      .reinterpretAsBytes()
                      .convertShape(VectorOperators.B2S, SHORTS, 0);
          difference = left.sub(right).and(rows);
          squares = difference.mul(difference).reinterpretAsInts();
          sums = sums.add(squares.and(0xFFFF)).add(squares.lanewise(VectorOperators.LSHR, 16));
        }
        sum += sums.reduceLanes(VectorOperators.ADD);
        if (sum >= bound) {
          return sum;
        }
      }
      return sum;
    }
  }
}
