package org.diffsynth.app.settings;

/** Kind of damage of a video that is restored. It decides two settings of the task. */
public enum Damage {

  /** Blurred or small: the released settings of the task. */
  BLUR(0.3, 1),

  /**
   * Noisy: more of the video is replaced, and the ControlNet sees means of 4 × 4 pixels without
   * noise.
   */
  NOISE(0.4, 4),

  /** Compressed: values between those of {@link #BLUR} and {@link #NOISE}. */
  COMPRESSION(0.35, 2);

  private final double strength;
  private final int tileSize;

  Damage(double strength, int tileSize) {
    this.strength = strength;
    this.tileSize = tileSize;
  }

  /** Returns the share of the video that is replaced, in (0, 1]. */
  public double strength() {
    return strength;
  }

  /** Returns the side of the squares of input pixels whose mean the tile ControlNet sees. */
  public int tileSize() {
    return tileSize;
  }
}
