package org.diffsynth.patchmatch.agreement;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link MovedRows} with the Vector API: the 16 places that cubic convolution reads are gathered
 * for as many pixels as fill a vector. Pixels that fill no vector are left to {@link
 * ScalarMovedRows}.
 */
final class VectorMovedRows implements MovedRows {

  private static final boolean WIDE = ShortVector.SPECIES_PREFERRED.vectorBitSize() >= 512;
  private static final VectorSpecies<Float> FLOATS =
      WIDE ? FloatVector.SPECIES_512 : FloatVector.SPECIES_256;
  private static final VectorSpecies<Integer> INTS =
      WIDE ? IntVector.SPECIES_512 : IntVector.SPECIES_256;
  private static final VectorSpecies<Short> HALF =
      WIDE ? ShortVector.SPECIES_256 : ShortVector.SPECIES_128;
  private static final int LANES = INTS.length();
  private static final IntVector LANE = IntVector.zero(INTS).addIndex(1);

  private final int width;
  private final int height;
  private final int whole;
  private final ScalarMovedRows rest;

  // For the pixels of one vector: where the 4 by 4 taps lie and how much they count.
  private final int[] columns = new int[4 * LANES];
  private final int[] lines = new int[4 * LANES];
  private final float[] across = new float[4 * LANES];
  private final float[] down = new float[4 * LANES];
  private final int[] index = new int[LANES];

  /** First of the 4 by 4 places of the first pixel if those of the others lie next to it, or −1. */
  private int together;

  private final float[] found = new float[3 * LANES];

  VectorMovedRows(int width, int height) {
    this.width = width;
    this.height = height;
    this.whole = width - width % LANES;
    this.rest = new ScalarMovedRows(width, height);
  }

  @Override
  public void errors(int[] guide, SteadyingNeighbour neighbour, int y, int[] errors) {
    int[] other = neighbour.guide().rgb();
    for (int x = 0, i = y * width; x < whole; x += LANES, i += LANES) {
      moveTo(x, y, i, neighbour.motion());
      readGuide(other);
      IntVector texel = IntVector.fromArray(INTS, guide, i);
      FloatVector red = found(0).sub(toFloats(texel.and(0xFF)));
      FloatVector green = found(1).sub(toFloats(texel.lanewise(VectorOperators.LSHR, 8).and(0xFF)));
      FloatVector blue = found(2).sub(toFloats(texel.lanewise(VectorOperators.LSHR, 16)));
      FloatVector error = red.mul(red).add(green.mul(green)).add(blue.mul(blue));
      error.add(0.5f).min((float) Steadying.LARGEST_ERROR).intoArray(found, 0);
      for (int k = 0; k < LANES; k++) { // JDK 17 has no instruction for a vector of them
        errors[i + k] = (int) found[k];
      }
    }
    rest.errors(guide, neighbour, whole, y, errors);
  }

  @Override
  public void add(
      PackedPicture own, PackedPicture moved, Motion motion, int y, int[] errors, Sums sums) {
    for (int x = 0, i = y * width; x < whole; x += LANES, i += LANES) {
      moveTo(x, y, i, motion);
      readPicture(moved);
      FloatVector half = FloatVector.broadcast(FLOATS, Steadying.HALF_WEIGHT);
      FloatVector weight = half.div(half.add(toFloats(IntVector.fromArray(INTS, errors, i))));
      IntVector redGreen = IntVector.fromArray(INTS, own.redGreen(), i);
      FloatVector red = toFloats(redGreen.and(0xFFFF));
      FloatVector green = toFloats(redGreen.lanewise(VectorOperators.LSHR, 16));
      FloatVector blue = toFloats(IntVector.fromArray(INTS, own.blue(), i));
      add(weight, sums.total(), i);
      add(weight.mul(found(0).sub(red)), sums.red(), i);
      add(weight.mul(found(1).sub(green)), sums.green(), i);
      add(weight.mul(found(2).sub(blue)), sums.blue(), i);
    }
    rest.add(own, moved, motion, whole, y, errors, sums);
  }

  private static void add(FloatVector more, float[] plane, int i) {
    FloatVector.fromArray(FLOATS, plane, i).add(more).intoArray(plane, i);
  }

  private static FloatVector toFloats(IntVector values) {
    return (FloatVector) values.convertShape(VectorOperators.I2F, FLOATS, 0);
  }

  private FloatVector found(int channel) {
    return FloatVector.fromArray(FLOATS, found, channel * LANES);
  }

  /** {@link CubicSampler#moveTo} for the pixels from (x, y) on. */
  private void moveTo(int x, int y, int i, Motion motion) {
    IntVector dx = shorts(motion.dxs(), i);
    IntVector dy = shorts(motion.dys(), i);
    IntVector wholeX = dx.lanewise(VectorOperators.ASHR, 5);
    IntVector wholeY = dy.lanewise(VectorOperators.ASHR, 5);
    int left = x + (motion.dx(i) >> 5) - 1;
    int top = y + (motion.dy(i) >> 5) - 1;
    if (left >= 0
        && left + LANES + 3 <= width
        && top >= 0
        && top + 4 <= height
        && wholeX.eq(motion.dx(i) >> 5).allTrue()
        && wholeY.eq(motion.dy(i) >> 5).allTrue()) {
      together = top * width + left;
    } else {
      together = -1;
      for (int k = 0; k < 4; k++) {
        wholeX.add(LANE).add(x - 1 + k).max(0).min(width - 1).intoArray(columns, k * LANES);
        wholeY.add(y - 1 + k).max(0).min(height - 1).mul(width).intoArray(lines, k * LANES);
      }
    }
    taps(dx, across);
    taps(dy, down);
  }

  private static IntVector shorts(short[] values, int i) {
    return (IntVector)
        ShortVector.fromArray(HALF, values, i).convertShape(VectorOperators.S2I, INTS, 0);
  }

  /** The taps of {@link CubicSampler}, computed as its table is. */
  private static void taps(IntVector moved, float[] taps) {
    FloatVector t = toFloats(moved.and(Motion.ONE - 1)).mul(1f / Motion.ONE);
    far(t.add(1f)).intoArray(taps, 0);
    near(t).intoArray(taps, LANES);
    near(t.neg().add(1f)).intoArray(taps, 2 * LANES);
    far(t.neg().add(2f)).intoArray(taps, 3 * LANES);
  }

  private static FloatVector near(FloatVector x) {
    return x.mul(1.25f).sub(2.25f).mul(x).mul(x).add(1f);
  }

  private static FloatVector far(FloatVector x) {
    return x.mul(-0.75f).add(3.75f).mul(x).sub(6f).mul(x).add(3f);
  }

  private void readGuide(int[] rgb) {
    FloatVector red = FloatVector.zero(FLOATS);
    FloatVector green = red;
    FloatVector blue = red;
    for (int line = 0; line < 4 * LANES; line += LANES) {
      FloatVector lineRed = FloatVector.zero(FLOATS);
      FloatVector lineGreen = lineRed;
      FloatVector lineBlue = lineRed;
      for (int column = 0; column < 4 * LANES; column += LANES) {
        IntVector texel = read(rgb, line, column);
        FloatVector tap = FloatVector.fromArray(FLOATS, across, column);
        lineRed = lineRed.add(tap.mul(toFloats(texel.and(0xFF))));
        lineGreen =
            lineGreen.add(tap.mul(toFloats(texel.lanewise(VectorOperators.LSHR, 8).and(0xFF))));
        lineBlue = lineBlue.add(tap.mul(toFloats(texel.lanewise(VectorOperators.LSHR, 16))));
      }
      FloatVector tap = FloatVector.fromArray(FLOATS, down, line);
      red = red.add(tap.mul(lineRed));
      green = green.add(tap.mul(lineGreen));
      blue = blue.add(tap.mul(lineBlue));
    }
    red.intoArray(found, 0);
    green.intoArray(found, LANES);
    blue.intoArray(found, 2 * LANES);
  }

  private void readPicture(PackedPicture picture) {
    int[] pairs = picture.redGreen();
    int[] blues = picture.blue();
    FloatVector red = FloatVector.zero(FLOATS);
    FloatVector green = red;
    FloatVector blue = red;
    for (int line = 0; line < 4 * LANES; line += LANES) {
      FloatVector lineRed = FloatVector.zero(FLOATS);
      FloatVector lineGreen = lineRed;
      FloatVector lineBlue = lineRed;
      for (int column = 0; column < 4 * LANES; column += LANES) {
        IntVector redGreen = read(pairs, line, column);
        IntVector third = read(blues, line, column);
        FloatVector tap = FloatVector.fromArray(FLOATS, across, column);
        lineRed = lineRed.add(tap.mul(toFloats(redGreen.and(0xFFFF))));
        lineGreen = lineGreen.add(tap.mul(toFloats(redGreen.lanewise(VectorOperators.LSHR, 16))));
        lineBlue = lineBlue.add(tap.mul(toFloats(third)));
      }
      FloatVector tap = FloatVector.fromArray(FLOATS, down, line);
      red = red.add(tap.mul(lineRed));
      green = green.add(tap.mul(lineGreen));
      blue = blue.add(tap.mul(lineBlue));
    }
    red.intoArray(found, 0);
    green.intoArray(found, LANES);
    blue.intoArray(found, 2 * LANES);
  }

  /**
   * Reads the elements of a plane at one of the 4 by 4 places of each pixel; they are loaded where
   * they lie side by side, and gathered elsewhere.
   */
  private IntVector read(int[] plane, int line, int column) {
    if (together >= 0) {
      return IntVector.fromArray(INTS, plane, together + (line * width + column) / LANES);
    }
    IntVector.fromArray(INTS, lines, line)
        .add(IntVector.fromArray(INTS, columns, column))
        .intoArray(index, 0);
    return IntVector.fromArray(INTS, plane, 0, index, 0);
  }
}
