package org.diffsynth.patchmatch.agreement;

import org.diffsynth.patchmatch.engine.Texels;

/** {@link MovedRows} in plain Java. */
final class ScalarMovedRows implements MovedRows {

  private final int width;
  private final CubicSampler sampler;
  private final float[] found = new float[3];

  ScalarMovedRows(int width, int height) {
    this.width = width;
    this.sampler = new CubicSampler(width, height);
  }

  @Override
  public void errors(int[] guide, SteadyingNeighbour neighbour, int y, int[] errors) {
    errors(guide, neighbour, 0, y, errors);
  }

  /** As {@link MovedRows#errors}, from column {@code first} on. */
  void errors(int[] guide, SteadyingNeighbour neighbour, int first, int y, int[] errors) {
    Motion motion = neighbour.motion();
    Texels other = neighbour.guide();
    for (int x = first; x < width; x++) {
      int i = y * width + x;
      sampler.moveTo(x, y, motion.dx(i), motion.dy(i));
      sampler.read(other, found);
      errors[i] = Steadying.guideError(found, guide[i]);
    }
  }

  @Override
  public void add(
      PackedPicture own, PackedPicture moved, Motion motion, int y, int[] errors, Sums sums) {
    add(own, moved, motion, 0, y, errors, sums);
  }

  /** As {@link MovedRows#add}, from column {@code first} on. */
  void add(
      PackedPicture own,
      PackedPicture moved,
      Motion motion,
      int first,
      int y,
      int[] errors,
      Sums sums) {
    for (int x = first; x < width; x++) {
      int i = y * width + x;
      sampler.moveTo(x, y, motion.dx(i), motion.dy(i));
      sampler.read(moved, found);
      float weight = Steadying.HALF_WEIGHT / (Steadying.HALF_WEIGHT + errors[i]);
      sums.total()[i] += weight;
      sums.red()[i] += weight * (found[0] - own.red(i));
      sums.green()[i] += weight * (found[1] - own.green(i));
      sums.blue()[i] += weight * (found[2] - own.blue(i));
    }
  }
}
