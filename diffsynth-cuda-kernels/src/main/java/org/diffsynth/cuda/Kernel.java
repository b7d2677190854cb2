package org.diffsynth.cuda;

import java.util.Locale;

/**
 * The CUDA kernels of the engine. The sources in src/main/cuda describe the arguments, the launch
 * and the meaning of each kernel.
 */
enum Kernel {
  EXPAND_PICTURE,
  HALVE_PICTURE,
  PACK_TEXELS,
  IDENTITY_FIELD,
  UPSCALE_FIELD,
  START_FIELD,
  CLAMP_TO_INTERIOR,
  EXTEND_TO_BORDER,
  TRANSPOSE_FIELD,
  MEASURE_AND_PROBE,
  SWEEP,
  VOTE_TEXELS,
  TRY_NEIGHBOUR,
  CARRY_AND_ADD,
  ADD_PICTURE,
  ADD_SUM,
  MEAN_PICTURE,
  MEAN_RGB,
  NEAREST_LATENTS,
  NEAREST_FIELD,
  UNFOLD_LATENTS,
  NEAREST_OF_PRODUCTS;

  /** Returns the name of the kernel in the module. */
  String entry() {
    return name().toLowerCase(Locale.ROOT);
  }
}
