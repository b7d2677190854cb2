package org.diffsynth.app.settings;

/** What happened to a video, and what that asks for. */
public enum Damage {
  /** The released settings. */
  BLUR(0.3, 1),
  /** More is made anew, and the ControlNet sees means of 4 × 4 pixels, without the noise. */
  NOISE(0.4, 4),
  /** Between the two: artefacts of coding are smaller than its blocks. */
  COMPRESSION(0.35, 2);

  private final double strength;
  private final int tile;

  Damage(double strength, int tile) {
    this.strength = strength;
    this.tile = tile;
  }

  /** Strength. */
  public double strength() {
    return strength;
  }

  /** Tile. */
  public int tile() {
    return tile;
  }
}
