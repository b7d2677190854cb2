package org.diffsynth.patchmatch;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vector API kernels. Only this class names the incubating module, so that nothing else fails where
 * it is missing.
 */
final class VectorKernels implements Kernels {

  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_256;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_512;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;

  @Override
  public String device() {
    return "CPU, " + SHORTS.vectorBitSize() + "-bit vectors";
  }

  @Override
  public PatchError error(Texels source, Texels target, int radius) {
    long[] sourceStrips = source.strips().longs();
    long[] targetStrips = target.strips().longs();
    return radius == 2
        ? new FiveByFive(sourceStrips, targetStrips, source.width())
        : new AnySize(sourceStrips, targetStrips, source.width(), radius);
  }

  /** Differences of 32 samples, in 16 bits. */
  private static ShortVector difference(long[] a, int i, long[] b, int j) {
    ShortVector left =
        (ShortVector)
            LongVector.fromArray(LONGS, a, i)
                .reinterpretAsBytes()
                .convertShape(VectorOperators.B2S, SHORTS, 0);
    ShortVector right =
        (ShortVector)
            LongVector.fromArray(LONGS, b, j)
                .reinterpretAsBytes()
                .convertShape(VectorOperators.B2S, SHORTS, 0);
    return left.sub(right);
  }

  /** Squares of differences, at most 255² and so exact in 16 unsigned bits, summed in pairs. */
  private static IntVector squares(ShortVector differences) {
    IntVector squares = differences.mul(differences).reinterpretAsInts();
    return squares.and(0xFFFF).add(squares.lanewise(VectorOperators.LSHR, 16));
  }

  /** Five strips of five rows. */
  private static final class FiveByFive extends PatchError {

    private static final ShortVector FIFTH = firstStrip();

    private final long[] source;
    private final long[] target;
    private final int width;

    FiveByFive(long[] source, long[] target, int width) {
      this.source = source;
      this.target = target;
      this.width = width;
    }

    @Override
    int of(int x, int y, int sourceX, int sourceY, int bound) {
      int t = ((y - 2) * width + x - 2) * PatchStrips.LONGS;
      int s = ((sourceY - 2) * width + sourceX - 2) * PatchStrips.LONGS;
      return squares(difference(target, t, source, s))
          .add(squares(difference(target, t + 4, source, s + 4)))
          .add(squares(difference(target, t + 8, source, s + 8).and(FIFTH)))
          .reduceLanes(VectorOperators.ADD);
    }

    private static ShortVector firstStrip() {
      short[] ones = new short[32];
      java.util.Arrays.fill(ones, 0, 16, (short) -1);
      return ShortVector.fromArray(SHORTS, ones, 0);
    }
  }

  /** Any radius: strips of five rows side by side, and as many such bands as it takes. */
  private static final class AnySize extends PatchError {

    private final long[] source;
    private final long[] target;
    private final int width;
    private final int radius;
    private final int bands;
    private final int lastPair;
    private final short[] tails = new short[128];

    AnySize(long[] source, long[] target, int width, int radius) {
      this.source = source;
      this.target = target;
      this.width = width;
      this.radius = radius;
      int side = 2 * radius + 1;
      this.bands = (side + PatchStrips.ROWS - 1) / PatchStrips.ROWS;
      this.lastPair = (side - 1) * PatchStrips.LONGS;
      int rowsOfLastBand = side - (bands - 1) * PatchStrips.ROWS;
      for (int i = 0; i < 32; i++) {
        short inLastBand = (short) (i % 16 < 3 * rowsOfLastBand ? -1 : 0);
        tails[i] = -1;
        tails[32 + i] = (short) (i < 16 ? -1 : 0);
        tails[64 + i] = inLastBand;
        tails[96 + i] = i < 16 ? inLastBand : 0;
      }
    }

    @Override
    int of(int x, int y, int sourceX, int sourceY, int bound) {
      int t = ((y - radius) * width + x - radius) * PatchStrips.LONGS;
      int s = ((sourceY - radius) * width + sourceX - radius) * PatchStrips.LONGS;
      int step = width * PatchStrips.ROWS * PatchStrips.LONGS;
      int sum = 0;
      for (int band = 0; band < bands; band++, t += step, s += step) {
        int tail = band < bands - 1 ? 0 : 64;
        ShortVector rows = ShortVector.fromArray(SHORTS, tails, tail);
        IntVector sums = IntVector.zero(INTS);
        for (int i = 0; i < lastPair; i += 4) {
          sums = sums.add(squares(difference(target, t + i, source, s + i).and(rows)));
        }
        ShortVector last = ShortVector.fromArray(SHORTS, tails, tail + 32);
        sums = sums.add(squares(difference(target, t + lastPair, source, s + lastPair).and(last)));
        sum += sums.reduceLanes(VectorOperators.ADD);
        if (sum >= bound) {
          return sum;
        }
      }
      return sum;
    }
  }
}
