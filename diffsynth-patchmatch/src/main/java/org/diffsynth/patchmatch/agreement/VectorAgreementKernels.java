package org.diffsynth.patchmatch.agreement;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.diffsynth.patchmatch.engine.Texels;

/**
 * {@link AgreementKernels} with the Vector API: all sources of as many pixels as fill a vector
 * before the next pixels, so that sums stay in registers.
 *
 * <p>Species are static and final, and kernels are separate methods, so that C2 keeps vectors off
 * the heap. Only this class of the package names the incubating module.
 */
final class VectorAgreementKernels implements AgreementKernels {

  private static final int RADIUS = Agreement.ERROR_RADIUS;
  private static final boolean WIDE = ShortVector.SPECIES_PREFERRED.vectorBitSize() >= 512;
  private static final VectorSpecies<Float> FLOATS =
      WIDE ? FloatVector.SPECIES_512 : FloatVector.SPECIES_256;
  private static final VectorSpecies<Integer> INTS =
      WIDE ? IntVector.SPECIES_512 : IntVector.SPECIES_256;
  private static final VectorSpecies<Short> SHORTS =
      WIDE ? ShortVector.SPECIES_512 : ShortVector.SPECIES_256;

  /** As many shorts as a vector has floats. */
  private static final VectorSpecies<Short> HALF =
      WIDE ? ShortVector.SPECIES_256 : ShortVector.SPECIES_128;

  private static final int LANES = FLOATS.length();
  private static final float OFFSET = 32768f;

  private static FloatVector floats(short[] samples, int x) {
    return ((FloatVector)
            ShortVector.fromArray(HALF, samples, x).convertShape(VectorOperators.S2F, FLOATS, 0))
        .add(OFFSET);
  }

  private static FloatVector toFloats(IntVector values) {
    return (FloatVector) values.convertShape(VectorOperators.I2F, FLOATS, 0);
  }

  @Override
  public void lineErrors(
      int[] found, int[] target, int targetStart, int width, int[] scratch, int[] sums) {
    int whole = width - width % LANES;
    for (int x = 0; x < whole; x += LANES) {
      IntVector a = IntVector.fromArray(INTS, found, x);
      IntVector b = IntVector.fromArray(INTS, target, targetStart + x);
      IntVector red = a.and(0xFF).sub(b.and(0xFF));
      IntVector green =
          a.lanewise(VectorOperators.LSHR, 8)
              .and(0xFF)
              .sub(b.lanewise(VectorOperators.LSHR, 8).and(0xFF));
      IntVector blue =
          a.lanewise(VectorOperators.LSHR, 16).sub(b.lanewise(VectorOperators.LSHR, 16));
      red.mul(red).add(green.mul(green)).add(blue.mul(blue)).intoArray(scratch, x + RADIUS);
    }
    for (int x = whole; x < width; x++) {
      scratch[x + RADIUS] = Texels.squaredDifference(found[x], target[targetStart + x]);
    }
    ScalarAgreementKernels.extend(scratch, width);
    for (int x = 0; x < width; x += LANES) {
      IntVector.fromArray(INTS, scratch, x)
          .add(IntVector.fromArray(INTS, scratch, x + 1))
          .add(IntVector.fromArray(INTS, scratch, x + 2))
          .add(IntVector.fromArray(INTS, scratch, x + 3))
          .add(IntVector.fromArray(INTS, scratch, x + 4))
          .intoArray(sums, x);
    }
  }

  @Override
  public void weights(int[][] rows, int width, float[] weights) {
    for (int x = 0; x < width; x += LANES) {
      IntVector error =
          IntVector.fromArray(INTS, rows[0], x)
              .add(IntVector.fromArray(INTS, rows[1], x))
              .add(IntVector.fromArray(INTS, rows[2], x))
              .add(IntVector.fromArray(INTS, rows[3], x))
              .add(IntVector.fromArray(INTS, rows[4], x));
      FloatVector half = FloatVector.broadcast(FLOATS, Agreement.HALF_WEIGHT);
      half.div(half.add(toFloats(error))).intoArray(weights, x);
    }
  }

  @Override
  public void ownWeights(float[][] weights, int own, int width, float[] result) {
    for (int x = 0; x < width; x += LANES) {
      FloatVector best = FloatVector.broadcast(FLOATS, Agreement.LEAST_OWN_WEIGHT);
      for (int s = 0; s < weights.length; s++) {
        if (s != own) {
          best = best.max(FloatVector.fromArray(FLOATS, weights[s], x));
        }
      }
      best.intoArray(result, x);
    }
  }

  @Override
  public void median(
      MedianNetwork network,
      short[][][] offers,
      int channel,
      int width,
      short[][] scratch,
      float[] median) {
    for (int s = 0; s < offers.length; s++) {
      System.arraycopy(offers[s][channel], 0, scratch[s], 0, width);
    }
    int exchanges = network.exchanges();
    for (int x = 0; x < width; x += SHORTS.length()) {
      for (int k = 0; k < exchanges; k++) {
        short[] lower = scratch[network.lower(k)];
        short[] upper = scratch[network.upper(k)];
        ShortVector a = ShortVector.fromArray(SHORTS, lower, x);
        ShortVector b = ShortVector.fromArray(SHORTS, upper, x);
        a.min(b).intoArray(lower, x);
        a.max(b).intoArray(upper, x);
      }
    }
    short[] below = scratch[network.below()];
    short[] above = scratch[network.above()];
    for (int x = 0; x < width; x++) {
      median[x] = (below[x] + above[x] + 1 >> 1) + OFFSET;
    }
  }

  @Override
  public void shift(
      short[][][] offers,
      float[][] weights,
      int[][] guides,
      int width,
      float[][] centre,
      float[][] guide) {
    for (int x = 0; x < width; x += LANES) {
      if (guides == null) {
        shift(offers, weights, x, centre);
      } else {
        shiftWithGuide(offers, weights, guides, x, centre, guide);
      }
    }
  }

  private static FloatVector vote(
      FloatVector red, FloatVector green, FloatVector blue, float[] weights, int x) {
    FloatVector kernel = FloatVector.broadcast(FLOATS, Agreement.KERNEL);
    FloatVector near =
        kernel.div(kernel.add(red.mul(red).add(green.mul(green)).add(blue.mul(blue))));
    return near.mul(near).mul(FloatVector.fromArray(FLOATS, weights, x));
  }

  private static void shift(short[][][] offers, float[][] weights, int x, float[][] centre) {
    FloatVector red = FloatVector.fromArray(FLOATS, centre[0], x);
    FloatVector green = FloatVector.fromArray(FLOATS, centre[1], x);
    FloatVector blue = FloatVector.fromArray(FLOATS, centre[2], x);
    FloatVector total = FloatVector.zero(FLOATS);
    FloatVector movedRed = total;
    FloatVector movedGreen = total;
    FloatVector movedBlue = total;
    for (int s = 0; s < offers.length; s++) {
      FloatVector dr = floats(offers[s][0], x).sub(red);
      FloatVector dg = floats(offers[s][1], x).sub(green);
      FloatVector db = floats(offers[s][2], x).sub(blue);
      FloatVector vote = vote(dr, dg, db, weights[s], x);
      total = total.add(vote);
      movedRed = movedRed.add(vote.mul(dr));
      movedGreen = movedGreen.add(vote.mul(dg));
      movedBlue = movedBlue.add(vote.mul(db));
    }
    red.add(movedRed.div(total)).intoArray(centre[0], x);
    green.add(movedGreen.div(total)).intoArray(centre[1], x);
    blue.add(movedBlue.div(total)).intoArray(centre[2], x);
  }

  private static void shiftWithGuide(
      short[][][] offers,
      float[][] weights,
      int[][] guides,
      int x,
      float[][] centre,
      float[][] guide) {
    FloatVector red = FloatVector.fromArray(FLOATS, centre[0], x);
    FloatVector green = FloatVector.fromArray(FLOATS, centre[1], x);
    FloatVector blue = FloatVector.fromArray(FLOATS, centre[2], x);
    FloatVector total = FloatVector.zero(FLOATS);
    FloatVector movedRed = total;
    FloatVector movedGreen = total;
    FloatVector movedBlue = total;
    FloatVector guideRed = total;
    FloatVector guideGreen = total;
    FloatVector guideBlue = total;
    for (int s = 0; s < offers.length; s++) {
      FloatVector dr = floats(offers[s][0], x).sub(red);
      FloatVector dg = floats(offers[s][1], x).sub(green);
      FloatVector db = floats(offers[s][2], x).sub(blue);
      FloatVector vote = vote(dr, dg, db, weights[s], x);
      total = total.add(vote);
      movedRed = movedRed.add(vote.mul(dr));
      movedGreen = movedGreen.add(vote.mul(dg));
      movedBlue = movedBlue.add(vote.mul(db));
      IntVector texels = IntVector.fromArray(INTS, guides[s], x);
      guideRed = guideRed.add(vote.mul(toFloats(texels.and(0xFF))));
      guideGreen =
          guideGreen.add(vote.mul(toFloats(texels.lanewise(VectorOperators.LSHR, 8).and(0xFF))));
      guideBlue = guideBlue.add(vote.mul(toFloats(texels.lanewise(VectorOperators.LSHR, 16))));
    }
    red.add(movedRed.div(total)).intoArray(centre[0], x);
    green.add(movedGreen.div(total)).intoArray(centre[1], x);
    blue.add(movedBlue.div(total)).intoArray(centre[2], x);
    guideRed.div(total).intoArray(guide[0], x);
    guideGreen.div(total).intoArray(guide[1], x);
    guideBlue.div(total).intoArray(guide[2], x);
  }

  @Override
  public void distances(
      short[][][] offers, float[][] weights, int width, float[][] centre, float[] mean) {
    for (int x = 0; x < width; x += LANES) {
      FloatVector red = FloatVector.fromArray(FLOATS, centre[0], x);
      FloatVector green = FloatVector.fromArray(FLOATS, centre[1], x);
      FloatVector blue = FloatVector.fromArray(FLOATS, centre[2], x);
      FloatVector distance = FloatVector.zero(FLOATS);
      FloatVector total = distance;
      for (int s = 0; s < offers.length; s++) {
        FloatVector dr = floats(offers[s][0], x).sub(red);
        FloatVector dg = floats(offers[s][1], x).sub(green);
        FloatVector db = floats(offers[s][2], x).sub(blue);
        FloatVector weight = FloatVector.fromArray(FLOATS, weights[s], x);
        distance = distance.add(weight.mul(dr.mul(dr).add(dg.mul(dg)).add(db.mul(db))));
        total = total.add(weight);
      }
      distance.div(total).intoArray(mean, x);
    }
  }
}
