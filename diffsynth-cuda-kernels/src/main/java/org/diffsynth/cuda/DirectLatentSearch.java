package org.diffsynth.cuda;

import org.diffsynth.spi.PatchMatcher;

/**
 * Compares latents with the kernel nearest_latents, which reads the latents themselves and needs no
 * further memory.
 *
 * @param device device to compute on; not closed by this object
 */
record DirectLatentSearch(GpuDevice device) implements LatentSearchMethod {

  /** Source columns of one thread: LATENT_COLUMNS of latents.cu. */
  private static final int SOURCE_COLUMNS = 8;

  @Override
  public void findNearest(
      long sources, long targets, long nearest, int width, int height, int batch) {
    int columns = width - PatchMatcher.LATENT_PATCH + 1;
    int rows = height - PatchMatcher.LATENT_PATCH + 1;
    int groups = (columns + SOURCE_COLUMNS - 1) / SOURCE_COLUMNS;
    device.launch(
        Kernel.NEAREST_LATENTS,
        Grid.pixels(columns, groups * rows, batch),
        sources,
        targets,
        nearest,
        width,
        height);
  }

  @Override
  public void close() {}
}
