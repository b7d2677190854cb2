package org.diffsynth.patchmatch.agreement;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link DetailKernels} with the Vector API. Covariances and variances are less than 2⁵³, so
 * doubles hold them exactly, and rounding them to floats gives what rounding long integers gives.
 */
final class VectorDetailKernels implements DetailKernels {

  private static final boolean WIDE = ShortVector.SPECIES_PREFERRED.vectorBitSize() >= 512;
  private static final VectorSpecies<Double> DOUBLES =
      WIDE ? DoubleVector.SPECIES_512 : DoubleVector.SPECIES_256;
  private static final VectorSpecies<Float> FLOATS =
      WIDE ? FloatVector.SPECIES_256 : FloatVector.SPECIES_128;
  private static final VectorSpecies<Integer> INTS =
      WIDE ? IntVector.SPECIES_256 : IntVector.SPECIES_128;
  private static final int LANES = INTS.length();

  private final ScalarDetailKernels rest = new ScalarDetailKernels();

  @Override
  public void slopes(Sums sums, int n, int from, int to, float[] slopes) {
    int i = from;
    for (; i + LANES <= to; i += LANES) {
      slope(
              centred(n, sums.xg(), sums.x(), sums.g(), i),
              centred(n, sums.gg(), sums.g(), sums.g(), i).add(noise(n)))
          .intoArray(slopes, i - from);
    }
    for (; i < to; i++) {
      slopes[i - from] = GuideDetail.slope(n, sums.x()[i], sums.g()[i], sums.xg()[i], sums.gg()[i]);
    }
  }

  @Override
  public void fit(Sums sums, int n, int from, int to, int[] explained) {
    int i = from;
    for (; i + LANES <= to; i += LANES) {
      FloatVector covariance = centred(n, sums.xg(), sums.x(), sums.g(), i);
      FloatVector guide = centred(n, sums.gg(), sums.g(), sums.g(), i).add(noise(n));
      FloatVector picture = centred(n, sums.xx(), sums.x(), sums.x(), i).add(noise(n));
      FloatVector slope = slope(covariance, guide);
      FloatVector positive = covariance.max(0f);
      FloatVector share = positive.div(guide).mul(positive.div(picture));
      truncate(share.mul(GuideDetail.SHARE_ONE).add(0.5f))
          .add(IntVector.fromArray(INTS, explained, i))
          .intoArray(explained, i);
      FloatVector x = floats(IntVector.fromArray(INTS, sums.x(), i));
      FloatVector g = floats(IntVector.fromArray(INTS, sums.g(), i));
      FloatVector offset = x.sub(slope.mul(g)).div((float) n);
      truncate(slope.mul(GuideDetail.SLOPE_ONE).add(0.5f)).intoArray(sums.xg(), i);
      floor(offset.mul(GuideDetail.OFFSET_ONE).add(0.5f)).intoArray(sums.gg(), i);
    }
    rest.fit(sums, n, i, to, explained);
  }

  private static float noise(int n) {
    return GuideDetail.NOISE * (n * n);
  }

  /** Returns n times a sum of products less the product of two sums. */
  private static FloatVector centred(int n, int[] products, int[] a, int[] b, int i) {
    DoubleVector centred =
        doubles(products, i).mul((double) n).sub(doubles(a, i).mul(doubles(b, i)));
    return (FloatVector) centred.convertShape(VectorOperators.D2F, FLOATS, 0);
  }

  private static DoubleVector doubles(int[] values, int i) {
    return (DoubleVector)
        IntVector.fromArray(INTS, values, i).convertShape(VectorOperators.I2D, DOUBLES, 0);
  }

  private static FloatVector slope(FloatVector covariance, FloatVector noisyVariance) {
    return covariance.div(noisyVariance).max(0f).min(GuideDetail.MOST_SLOPE);
  }

  private static FloatVector floats(IntVector values) {
    return (FloatVector) values.convert(VectorOperators.I2F, 0);
  }

  private static IntVector truncate(FloatVector values) {
    return (IntVector) values.convert(VectorOperators.F2I, 0);
  }

  /** Rounds down: where the truncated value is larger, the sign bit of the difference is set. */
  private static IntVector floor(FloatVector values) {
    IntVector truncated = truncate(values);
    IntVector below = values.sub(floats(truncated)).reinterpretAsInts();
    return truncated.add(below.lanewise(VectorOperators.ASHR, 31));
  }
}
