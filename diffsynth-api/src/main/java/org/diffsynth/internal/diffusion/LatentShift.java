package org.diffsynth.internal.diffusion;

import org.diffsynth.diffusion.Latents;

/**
 * Shifts latents by a distance in pixels of the picture, with the nearest sample and mirrored
 * edges.
 *
 * <p>Equals {@code grid_sample} of PyTorch with {@code mode="nearest", padding_mode="reflection",
 * align_corners=False} on the grid of the released Text2Video-Zero code.
 */
final class LatentShift {

  private LatentShift() {}

  /**
   * Returns latents shifted by a vector: the sample at position p is the sample of the given
   * latents at p + (dx, dy).
   *
   * @param dx distance in columns, in pixels of the picture
   * @param dy distance in rows, in pixels of the picture
   * @param pixels number of pixels of the picture per latent pixel, along each side
   */
  static Latents shifted(Latents latents, double dx, double dy, double pixels) {
    int width = latents.width();
    int height = latents.height();
    int[] columns = sources(width, dx, pixels);
    int[] rows = sources(height, dy, pixels);
    float[] from = latents.toArray();
    float[] to = new float[from.length];
    for (int plane = 0; plane < latents.frames() * latents.channels(); plane++) {
      int base = plane * width * height;
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          to[base + y * width + x] = from[base + rows[y] * width + columns[x]];
        }
      }
    }
    return Latents.of(latents.frames(), latents.channels(), height, width, to);
  }

  private static int[] sources(int side, double shift, double pixels) {
    int[] sources = new int[side];
    for (int i = 0; i < side; i++) {
      // The released grid counts pixels from their corners, the sampler counts from their centers.
      double wanted = i + shift / pixels - 0.5 / pixels;
      double mirrored = mirrored(wanted, side);
      sources[i] = (int) Math.rint(Math.min(Math.max(mirrored, 0), side - 1.0));
    }
    return sources;
  }

  /** Mirrors a position about the outer edges of the first and the last sample. */
  private static double mirrored(double place, int side) {
    double distance = Math.abs(place + 0.5);
    double rest = distance % side;
    boolean turned = (long) Math.floor(distance / side) % 2 != 0;
    return (turned ? side - rest : rest) - 0.5;
  }
}
