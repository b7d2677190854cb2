package org.diffsynth.patchmatch.agreement;

import org.diffsynth.patchmatch.engine.Texels;
import org.diffsynth.patchmatch.engine.WorkerPool;

/**
 * Lowers the detail of a guide to the detail that the style has, band by band and place by place.
 * Without this step, {@link GuideDetail} would add the detail of a sharp guide to a soft style,
 * such as a watercolour, where the detail looks like grain.
 *
 * <p>A picture is split into three bands of detail and a rest, by box means over 3, then 7, then 15
 * pixels. Around each pixel (17 by 17 pixels, mean of the three channels) a band of the guide keeps
 * the larger of two factors, each limited to 1:
 *
 * <ul>
 *   <li>(1.6·s_b / s)⁴, where s_b is the slope of the regression of the agreed picture on the
 *       blended guide in this band, and s is the slope in the rest. A blurred style has small
 *       slopes in the fine bands. A style that lost up to a third of the guide's contrast keeps the
 *       band, because frames that were processed differently are on average softer than the truth.
 *   <li>((E_b − 9) / (s²·G_b))³, where E_b and G_b are the variances of the bands of the frame's
 *       own style and of the blended guide, in 8-bit units. A style with strong texture of its own,
 *       even one that changes from frame to frame, keeps the band. Weak grain does not count.
 * </ul>
 *
 * <p>All sums are integers: brightness has 1535 levels, so that sums of products over 289 pixels
 * are exact. Factors are single floats with one rounding per operation, in the order written. The
 * class serves the reference and the fast guide detail, which differ in the box sums they pass in.
 */
final class GuideSoftening {

  /** Radii of the box means; each mean is computed from the one before. */
  private static final int[] RADII = {1, 3, 7};

  private static final int BANDS = RADII.length;

  /** Slopes are measured over squares of this radius. */
  private static final int RADIUS = 8;

  private static final int COUNT = (2 * RADIUS + 1) * (2 * RADIUS + 1);

  /** Bits that the sum of three 16-bit samples loses. */
  private static final int SHIFT = 7;

  /** An 8-bit variance of one in the units of brightness: 6 units per level, squared. */
  private static final float LEVEL = 36f;

  /** Variance of noise in a band. */
  private static final float BAND_NOISE = 0.5f * LEVEL * COUNT;

  /** Variance of noise in the rest, times COUNT². */
  private static final float REST_NOISE = 10f * LEVEL * COUNT * COUNT;

  /** Smallest slope of the rest. */
  private static final float LEAST_SLOPE = 0.02f;

  /** Slope of a band, relative to the rest, that keeps the band: 1 / 1.6. */
  private static final float TOLERANCE = 1.6f;

  /** Variance of the style in a band that may be grain. */
  private static final float GRAIN = 9f * LEVEL * COUNT;

  private final int width;
  private final int height;
  private final WorkerPool workers;
  private final BoxSum boxes;
  private final float[][] lowering;
  private final int[][] bands = new int[BANDS + 1][];
  private final int[][] guideBands = new int[BANDS + 1][];
  private final int[] products;
  private final int[] squares;
  private final int[] own;
  private final float[] rest;

  GuideSoftening(int width, int height, WorkerPool workers, BoxSum boxes) {
    this.width = width;
    this.height = height;
    this.workers = workers;
    this.boxes = boxes;
    int size = width * height;
    for (int b = 0; b <= BANDS; b++) {
      bands[b] = new int[size];
      guideBands[b] = new int[size];
    }
    lowering = new float[BANDS][size];
    products = new int[size];
    squares = new int[size];
    own = new int[size];
    rest = new float[size];
  }

  private interface IntAt {
    int at(int i);
  }

  private interface Pixel {
    void visit(int i);
  }

  private void forEachPixel(Pixel pixel) {
    workers.runRows(
        height,
        (from, to) -> {
          for (int i = from * width; i < to * width; i++) {
            pixel.visit(i);
          }
        });
  }

  /**
   * Returns the softened guide, 16-bit samples, three a pixel, and softens {@code agreed.guide()}
   * in place.
   *
   * @param style the frame's own style, 16-bit samples, three a pixel
   */
  short[] apply(AgreedPicture agreed, Texels guide, SharedDetail shared) {
    measure(shared);
    short[] softened = new short[3 * width * height];
    for (int channel = 0; channel < 3; channel++) {
      int c = channel;
      soften(i -> GuideDetail.guide16(guide, i, c), softened, c);
      short[] blended = agreed.guide();
      soften(i -> blended[3 * i + c] & 0xFFFF, blended, c);
    }
    return softened;
  }

  private void measure(SharedDetail shared) {
    forEachPixel(
        i -> {
          for (int b = 0; b < BANDS; b++) {
            lowering[b][i] = 1f - shared.at(shared.kept[b], i % width, i / width);
          }
        });
  }

  /** Splits a picture into bands, the finest first, and the rest. */
  private void split(IntAt picture, int[][] result) {
    forEachPixel(i -> result[0][i] = picture.at(i));
    for (int b = 0; b < BANDS; b++) {
      int[] fine = result[b];
      int[] coarse = result[b + 1];
      System.arraycopy(fine, 0, coarse, 0, fine.length);
      boxes.apply(coarse, RADII[b]);
      int count = (2 * RADII[b] + 1) * (2 * RADII[b] + 1);
      forEachPixel(
          i -> {
            coarse[i] = (coarse[i] + count / 2) / count;
            fine[i] -= coarse[i];
          });
    }
  }

  private void soften(IntAt picture, short[] result, int channel) {
    split(picture, bands);
    forEachPixel(
        i -> {
          float value = bands[BANDS][i];
          for (int b = BANDS - 1; b >= 0; b--) {
            value += bands[b][i] - lowering[b][i] * bands[b][i];
          }
          result[3 * i + channel] = Samples.round(value);
        });
  }
}
