package org.diffsynth.diffusion;

import org.diffsynth.frame.FrameSize;

/**
 * How large pictures go through the VAE: in square tiles that overlap, so that memory depends on
 * the tile and not on the picture.
 *
 * <p>Of each overlap, the outer quarter of either tile is context only and is thrown away; over the
 * half between, one tile fades into the other. So what a tile does at its edge is never seen, and
 * where the VAE looks no further than a quarter of the overlap the result is that of the whole
 * picture. What a VAE knows of the whole picture besides, the mean and variance in its
 * normalisations, is shared by all tiles where a backend can reach it: then tiles do not differ in
 * tone. It is estimated, so the result is near that of the whole picture, not equal; decoding takes
 * twice the work.
 *
 * <p>Sizes are of pictures, in pixels. The choice depends on nothing but the size of the picture,
 * so the same request gives the same frames on every machine.
 *
 * @param tile side of a tile, a multiple of 64 from 64 to 4096; more costs memory, less costs
 *     overlap
 * @param overlap how far neighbouring tiles overlap at least, a multiple of 32 from 32 to half a
 *     tile
 * @param above pictures of more pixels than this are taken in tiles, at least 0; those that fit in
 *     one tile never are
 */
public record VaeTiling(int tile, int overlap, long above) {

  /** Tiles of 512 that overlap by 128, for pictures of more than 1024 by 1024 pixels. */
  public static final VaeTiling AUTO = new VaeTiling(512, 128, 1024 * 1024);

  /** Every picture as a whole. */
  public static final VaeTiling NONE = new VaeTiling(512, 128, Long.MAX_VALUE);

  private static final int TILE_MULTIPLE = 64;
  private static final int MAX_TILE = 4096;
  private static final int OVERLAP_MULTIPLE = 32;

  /** Checks the ranges. */
  public VaeTiling {
    if (tile < TILE_MULTIPLE || tile > MAX_TILE || tile % TILE_MULTIPLE != 0) {
      throw new IllegalArgumentException(
          "tile must be a multiple of %d in [%d, %d], was %d"
              .formatted(TILE_MULTIPLE, TILE_MULTIPLE, MAX_TILE, tile));
    }
    if (overlap < OVERLAP_MULTIPLE || overlap > tile / 2 || overlap % OVERLAP_MULTIPLE != 0) {
      throw new IllegalArgumentException(
          "overlap must be a multiple of %d in [%d, %d], half a tile, was %d"
              .formatted(OVERLAP_MULTIPLE, OVERLAP_MULTIPLE, tile / 2, overlap));
    }
    if (above < 0) {
      throw new IllegalArgumentException("above must be at least 0, was " + above);
    }
  }

  /** Every picture that is larger than a tile. */
  public static VaeTiling of(int tile, int overlap) {
    return new VaeTiling(tile, overlap, 0);
  }

  /** The same tiles, for pictures of more pixels than this. */
  public VaeTiling above(long pixels) {
    return new VaeTiling(tile, overlap, pixels);
  }

  /** Whether a picture of this size is taken in tiles. */
  public boolean tiles(FrameSize size) {
    return size.pixels() > above && (size.width() > tile || size.height() > tile);
  }
}
