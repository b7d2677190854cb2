package org.diffsynth.patchmatch.agreement;

import org.diffsynth.patchmatch.engine.Texels;
import org.diffsynth.patchmatch.engine.WorkerPool;

/**
 * Lowers the detail of a guide to the detail that the styles of a window have in common, band by
 * band and place by place; see {@link SharedDetail} for the factors and {@link StyleDetail} for the
 * bands.
 *
 * <p>Bands are integers. The rest and the lowered bands, the coarsest first, are added in single
 * floats, one rounding per operation. The class serves the reference and the fast guide detail,
 * which differ in the box sums they pass in.
 */
final class GuideSoftening {

  private static final int BANDS = StyleDetail.BANDS;

  private final int width;
  private final int height;
  private final WorkerPool workers;
  private final BoxSum boxes;
  private final int[][] bands;

  GuideSoftening(int width, int height, WorkerPool workers, BoxSum boxes) {
    this.width = width;
    this.height = height;
    this.workers = workers;
    this.boxes = boxes;
    bands = new int[BANDS + 1][width * height];
  }

  /**
   * Returns the softened guide, 16-bit samples, three a pixel, and softens {@code agreed.guide()}
   * in place.
   */
  short[] apply(AgreedPicture agreed, Texels guide, SharedDetail shared) {
    short[] softened = new short[3 * width * height];
    short[] blended = agreed.guide();
    for (int channel = 0; channel < 3; channel++) {
      int c = channel;
      workers.runRows(
          height,
          (from, to) -> {
            for (int i = from * width; i < to * width; i++) {
              bands[0][i] = GuideDetail.guide16(guide, i, c);
            }
          });
      soften(shared, softened, c);
      workers.runRows(
          height,
          (from, to) -> {
            for (int i = from * width; i < to * width; i++) {
              bands[0][i] = blended[3 * i + c] & 0xFFFF;
            }
          });
      soften(shared, blended, c);
    }
    return softened;
  }

  private void soften(SharedDetail shared, short[] result, int channel) {
    StyleDetail.split(bands, BANDS, width, height, workers, boxes);
    workers.runRows(
        height,
        (from, to) -> {
          float[] value = new float[width];
          float[] kept = new float[width];
          for (int y = from; y < to; y++) {
            int start = y * width;
            for (int x = 0; x < width; x++) {
              value[x] = bands[BANDS][start + x];
            }
            for (int b = BANDS - 1; b >= 0; b--) {
              shared.readKept(b, y, kept);
              for (int x = 0; x < width; x++) {
                value[x] += kept[x] * bands[b][start + x];
              }
            }
            for (int x = 0; x < width; x++) {
              result[3 * (start + x) + channel] = Samples.round(value[x]);
            }
          }
        });
  }
}
