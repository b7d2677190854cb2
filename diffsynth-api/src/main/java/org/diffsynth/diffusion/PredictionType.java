package org.diffsynth.diffusion;

/** What a UNet was trained to give, in the words of its scheduler configuration. */
public enum PredictionType {

  /** The noise ε in x_t = √ᾱ·x₀ + √(1−ᾱ)·ε. */
  EPSILON,

  /** The velocity v = √ᾱ·ε − √(1−ᾱ)·x₀. */
  V_PREDICTION
}
