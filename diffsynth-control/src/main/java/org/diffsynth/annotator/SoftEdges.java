package org.diffsynth.annotator;

import java.util.List;
import org.diffsynth.annotator.internal.Plane;
import org.diffsynth.control.Annotator;
import org.diffsynth.frame.Frame;

/**
 * Soft edges without a model: the gradient of the luma at several scales, white on black, for a
 * soft-edge ControlNet where no HED, PiDiNet or TEED model is at hand.
 *
 * <p>The strength r is the mean over the sigmas of σ·|∇(Gσ ∗ luma)|, which for a step of height h
 * is about 0.4·h at every scale. Strengths above {@code low} that hang together with one above
 * {@code high} stay; brightness is 255·(1 − exp(−(r − low) / gain)), so that an edge which just
 * passes the threshold does not jump. Nothing is scaled by the frame's own maximum: that is what
 * makes such pictures flicker. Adding to all samples changes nothing. Holds no memory; may serve
 * several clips and threads.
 *
 * @param sigmas scales in pixels; one or more, each in [0.5, 32]
 * @param low strength, on the scale 0 to 255, below which there is no edge; at least 0
 * @param high strength that an edge must reach somewhere; at least {@code low}
 * @param gain strength above {@code low} that is shown at 63 % brightness; above 0
 */
public record SoftEdges(List<Double> sigmas, double low, double high, double gain)
    implements Annotator {

  /** Scales of 1, 2 and 4 pixels for pictures with a shorter side of about 512. */
  public static final SoftEdges DEFAULT = new SoftEdges(List.of(1.0, 2.0, 4.0), 2, 8, 16);

  /** Copies the list and checks the ranges. */
  public SoftEdges {
    sigmas = List.copyOf(sigmas);
    if (sigmas.isEmpty() || sigmas.stream().anyMatch(sigma -> !(sigma >= 0.5 && sigma <= 32))) {
      throw new IllegalArgumentException(
          "sigmas must be one or more, each in [0.5, 32], were " + sigmas);
    }
    if (!(low >= 0 && high >= low && high < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "thresholds must be at least 0, the low one first, were %s and %s".formatted(low, high));
    }
    if (!(gain > 0 && gain < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("gain must be above 0, was " + gain);
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

  /** Adds the length of the gradient, from central differences, times a weight. */
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
