package org.diffsynth.patchmatch.engine;

/**
 * Random numbers that depend only on where they are used, so that every engine, thread and batch
 * draws the same ones: 32-bit integer hashes of (seed, source, target, level, iteration, probe) and
 * of the pixel.
 *
 * <p>The mixing step is the finaliser of MurmurHash3 by Austin Appleby (public domain).
 */
public final class CounterRandom {

  private CounterRandom() {}

  /** Returns the key of one probe of one pass over a level. */
  public static int key(long seed, int source, int target, int level, int iteration, int probe) {
    int key = mix((int) seed);
    key = mix(key ^ (int) (seed >>> 32));
    key = mix(key ^ source);
    key = mix(key ^ target);
    key = mix(key ^ (level << 16 | iteration << 8 | probe));
    return key;
  }

  /** Returns the random number of pixel (x, y) under a key. */
  public static int at(int key, int x, int y) {
    return mix(key ^ (y << 16 | x));
  }

  /** Maps 16 random bits to an integer in [-radius, radius]. */
  public static int offset(int random16, int radius) {
    return (random16 * (2 * radius + 1) >>> 16) - radius;
  }

  public static int mix(int h) {
    h ^= h >>> 16;
    h *= 0x85EBCA6B;
    h ^= h >>> 13;
    h *= 0xC2B2AE35;
    return h ^ h >>> 16;
  }
}
