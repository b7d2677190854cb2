package org.diffsynth.annotator;

import java.util.List;
import org.diffsynth.annotator.internal.Plane;
import org.diffsynth.control.Annotator;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.text.Text;

/**
 * Finds soft edges without a model: the gradient of the luma at several scales, white on black. Use
 * it with a soft-edge ControlNet where no HED, PiDiNet or TEED model is available.
 *
 * <p>The strength r of an edge is the mean over the sigmas of σ·|∇(Gσ ∗ luma)|, where Gσ is a
 * Gaussian of standard deviation σ. A step of height h has a strength of about 0.4·h at every
 * scale. Pixels with r above {@code low} that are connected to a pixel with r above {@code high}
 * are edges; their brightness is 255·(1 − exp(−(r − low) / gain)), which grows from 0 without a
 * jump at the threshold. The result is not divided by the maximum of the frame, because that makes
 * edges flicker. Adding a constant to all samples does not change the result.
 *
 * <p>Immutable and without state: one object may serve several clips and threads.
 *
 * @param sigmas standard deviations of the Gaussians in pixels; one or more, each in [0.5, 32],
 *     default [1, 2, 4]. Larger values find softer edges
 * @param low strength below which there is no edge, on the scale 0 to 255; at least 0, default 2
 * @param high strength that an edge must reach at one of its pixels; at least {@code low}, default
 *     8. A larger value removes faint edges
 * @param gain strength above {@code low} that is shown at 63 % brightness; above 0, default 16. A
 *     smaller value gives brighter edges
 */
public record SoftEdges(List<Double> sigmas, double low, double high, double gain)
    implements Annotator {

  /** Scales of 1, 2 and 4 pixels, for pictures whose shorter side is about 512 pixels. */
  public static final SoftEdges DEFAULT = new SoftEdges(List.of(1.0, 2.0, 4.0), 2, 8, 16);

  /**
   * Copies the list and checks the ranges.
   *
   * @throws IllegalArgumentException if a value is out of range
   */
  public SoftEdges {
    sigmas = List.copyOf(sigmas);
    if (sigmas.isEmpty() || sigmas.stream().anyMatch(sigma -> !(sigma >= 0.5 && sigma <= 32))) {
      throw new IllegalArgumentException(
          "sigmas must be one or more values in [0.5, 32], but were " + sigmas);
    }
    if (!(low >= 0 && high >= low && high < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          Text.format("low and high must satisfy 0 <= low <= high, but were %s and %s", low, high));
    }
    if (!(gain > 0 && gain < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("gain must be finite and above 0, but was " + gain);
    }
  }

  @Override
  public Frame annotate(Frame frame) {
    Plane luma = Plane.luma(frame);
    float[] strength = new float[luma.values().length];
    for (double sigma : sigmas) {
      addGradient(luma.blurred(sigma), (float) (sigma / sigmas.size()), strength);
    }
    boolean[] candidate = new boolean[strength.length];
    boolean[] strong = new boolean[strength.length];
    for (int i = 0; i < strength.length; i++) {
      candidate[i] = strength[i] > low;
      strong[i] = strength[i] > high;
    }
    boolean[] kept = Hysteresis.connected(candidate, strong, luma.width());
    for (int i = 0; i < strength.length; i++) {
      strength[i] = kept[i] ? (float) (255 * (1 - StrictMath.exp((low - strength[i]) / gain))) : 0;
    }
    return new Plane(luma.width(), luma.height(), strength).toFrame();
  }

  /** Adds the weighted length of the gradient, which is computed by central differences. */
  private static void addGradient(Plane plane, float weight, float[] to) {
    int width = plane.width();
    int height = plane.height();
    float[] v = plane.values();
    for (int y = 0; y < height; y++) {
      int up = Math.max(0, y - 1) * width;
      int down = Math.min(height - 1, y + 1) * width;
      for (int x = 0; x < width; x++) {
        int row = y * width;
        float dx = (v[row + Math.min(width - 1, x + 1)] - v[row + Math.max(0, x - 1)]) / 2;
        float dy = (v[down + x] - v[up + x]) / 2;
        to[row + x] += weight * (float) Math.sqrt(dx * dx + dy * dy);
      }
    }
  }
}
