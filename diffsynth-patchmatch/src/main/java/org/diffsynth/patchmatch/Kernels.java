package org.diffsynth.patchmatch;

/** The innermost loops of the fast engine, in a form that suits some hardware. */
interface Kernels {

  /** What they run on, for people: {@code "CPU, 512-bit vectors"}. */
  String device();

  /** Exact sums of squared differences over patches of a radius. */
  PatchError error(Texels source, Texels target, int radius);
}
