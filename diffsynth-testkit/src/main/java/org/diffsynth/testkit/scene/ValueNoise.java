package org.diffsynth.testkit.scene;

/**
 * Value noise: a smooth random texture from integer hashes. It uses only additions and
 * multiplications of doubles, so that it is identical on every machine.
 */
final class ValueNoise {

  private ValueNoise() {}

  /** Returns noise with features of size 1, in [0, 1]. */
  static double at(double x, double y, int seed) {
    double floorX = Math.floor(x);
    double floorY = Math.floor(y);
    int cellX = (int) floorX;
    int cellY = (int) floorY;
    double fx = fade(x - floorX);
    double fy = fade(y - floorY);
    double upper = lattice(cellX, cellY, seed) * (1 - fx) + lattice(cellX + 1, cellY, seed) * fx;
    double lower =
        lattice(cellX, cellY + 1, seed) * (1 - fx) + lattice(cellX + 1, cellY + 1, seed) * fx;
    return upper * (1 - fy) + lower * fy;
  }

  /** Returns the sum of octaves of halving size and strength, normalised to [0, 1]. */
  static double octaves(double x, double y, int seed, int count) {
    double sum = 0;
    double strength = 0.5;
    double total = 0;
    for (int octave = 0; octave < count; octave++) {
      sum += strength * at(x, y, seed + 101 * octave);
      total += strength;
      strength /= 2;
      x = 2 * x + 17.3;
      y = 2 * y + 5.7;
    }
    return sum / total;
  }

  /** Returns the random number of a lattice point, in [0, 1). */
  static double lattice(int x, int y, int seed) {
    int h = seed * 0x9E3779B1 ^ x * 0x85EBCA77 ^ y * 0xC2B2AE3D;
    h ^= h >>> 15;
    h *= 0x2C1B3C6D;
    h ^= h >>> 12;
    h *= 0x297A2D39;
    h ^= h >>> 15;
    return (h >>> 8) / 16777216.0;
  }

  private static double fade(double t) {
    return t * t * t * (t * (t * 6 - 15) + 10);
  }
}
