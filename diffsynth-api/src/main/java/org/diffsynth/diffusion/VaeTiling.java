package org.diffsynth.diffusion;

import org.diffsynth.frame.FrameSize;
import org.diffsynth.internal.text.Text;

/**
 * How large pictures are encoded and decoded by the VAE: in overlapping square tiles, so that the
 * required memory depends on the tile instead of the picture.
 *
 * <p>In each overlap, the outer quarter of either tile is context only and is discarded; over the
 * half in between, one tile is faded into the other. If the VAE's receptive field is at most a
 * quarter of the overlap, the result equals that of the whole picture. The mean and variance of
 * group normalisations depend on the whole picture; a backend that can reach them estimates them
 * once and shares them between all tiles, so that tiles have one tone. The result is then close to
 * that of the whole picture, and decoding takes about twice the time.
 *
 * <p>Sizes are in pixels. Only the size of a picture decides whether tiles are used, so that a
 * request gives the same frames on every machine.
 *
 * @param tile side of a tile, a multiple of 64 in [64, 4096]; default 512. Larger tiles need more
 *     memory, smaller ones more time for overlaps
 * @param overlap minimum overlap of neighbouring tiles, a multiple of 32 in [32, tile/2]; default
 *     128, which is recommended
 * @param maxWholePixels largest number of pixels of a picture that is processed as a whole, at
 *     least 0; default 1024 · 1024. A picture that fits in one tile is never tiled
 */
public record VaeTiling(int tile, int overlap, long maxWholePixels) {

  /** Tiles of 512 pixels with an overlap of 128, for pictures above 1024 · 1024 pixels. */
  public static final VaeTiling AUTO = new VaeTiling(512, 128, 1024 * 1024);

  /** Switches tiling off: every picture is processed as a whole. */
  public static final VaeTiling NONE = new VaeTiling(512, 128, Long.MAX_VALUE);

  private static final int TILE_MULTIPLE = 64;
  private static final int MAX_TILE = 4096;
  private static final int OVERLAP_MULTIPLE = 32;

  /**
   * Creates a {@code VaeTiling} from its components.
   *
   * @throws IllegalArgumentException if a component is outside its documented range
   */
  public VaeTiling {
    if (tile < TILE_MULTIPLE || tile > MAX_TILE || tile % TILE_MULTIPLE != 0) {
      throw new IllegalArgumentException(
          Text.format(
              "tile must be a multiple of %d in [%d, %d], but was %d",
              TILE_MULTIPLE, TILE_MULTIPLE, MAX_TILE, tile));
    }
    if (overlap < OVERLAP_MULTIPLE || overlap > tile / 2 || overlap % OVERLAP_MULTIPLE != 0) {
      throw new IllegalArgumentException(
          Text.format(
              "overlap must be a multiple of %d in [%d, %d], half a tile, but was %d",
              OVERLAP_MULTIPLE, OVERLAP_MULTIPLE, tile / 2, overlap));
    }
    if (maxWholePixels < 0) {
      throw new IllegalArgumentException(
          "maxWholePixels must be at least 0, but was " + maxWholePixels);
    }
  }

  /** Creates a tiling for every picture that is larger than one tile. */
  public static VaeTiling of(int tile, int overlap) {
    return new VaeTiling(tile, overlap, 0);
  }

  /** Returns a copy of this tiling with the given limit for pictures processed as a whole. */
  public VaeTiling withMaxWholePixels(long pixels) {
    return new VaeTiling(tile, overlap, pixels);
  }

  /** Returns whether a picture of the given size is processed in tiles. */
  public boolean tiles(FrameSize size) {
    return size.pixels() > maxWholePixels && (size.width() > tile || size.height() > tile);
  }
}
