package org.diffsynth.pose.internal.decoding;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.diffsynth.annotator.internal.Plane;
import org.diffsynth.pose.KeyPoint;
import org.diffsynth.pose.internal.decoding.HeatMapPeaks.Peak;

/**
 * Turns heat maps of one hand or one face, one map for each point, into key points: what OpenPose's
 * hand and face networks need.
 *
 * <p>A point lies at the largest sample of its map, placed between samples by a quadratic fit; its
 * confidence is that sample. With a {@code regionBlur} a map is first cut into regions, where its
 * blurred copy exceeds the threshold, and the largest sample of the region with the largest sum is
 * taken: a single bright sample then loses against a broad hill.
 *
 * @param threshold smallest value of a point; below, it is missing; in (0, 1)
 * @param regionBlur standard deviation of the Gaussian that regions are found with, in samples of a
 *     map, at most 32; 0 for no regions
 * @see <a href="https://arxiv.org/abs/1704.07809">Simon et al. 2017, Hand keypoint detection in
 *     single images using multiview bootstrapping, section 3</a>
 */
public record HeatMapDecoder(double threshold, double regionBlur) {

  /** OpenPose's: points below 0.05 are missing, no regions. */
  public static final HeatMapDecoder DEFAULT = new HeatMapDecoder(0.05, 0);

  private static final double MAX_BLUR = 32;

  /** Checks the ranges. */
  public HeatMapDecoder {
    if (!(threshold > 0 && threshold < 1)) {
      throw new IllegalArgumentException("threshold must be in (0, 1), was " + threshold);
    }
    if (!(regionBlur >= 0 && regionBlur <= MAX_BLUR)) {
      throw new IllegalArgumentException(
          "regionBlur must be in [0, %s], was %s".formatted(MAX_BLUR, regionBlur));
    }
  }

  /**
   * The points of one hand or face.
   *
   * @param heat shape {@code (maps, mapHeight, mapWidth)}, row by row; maps after {@code points},
   *     as the background, are not read
   * @param points number of points
   * @param mapWidth columns of a map
   * @param mapHeight rows of a map
   * @param width columns of the picture that the maps cover
   * @param height rows of the picture
   * @return {@code points} key points in pixels of the picture
   */
  public List<KeyPoint> decode(
      float[] heat, int points, int mapWidth, int mapHeight, int width, int height) {
    int size = mapWidth * mapHeight;
    if (points < 1 || mapWidth < 1 || mapHeight < 1 || heat.length < points * size) {
      throw new IllegalArgumentException(
          "heat must have at least %d maps of %dx%d samples, got %d samples"
              .formatted(points, mapWidth, mapHeight, heat.length));
    }
    double scaleX = (double) width / mapWidth;
    double scaleY = (double) height / mapHeight;
    List<KeyPoint> found = new ArrayList<>();
    for (int i = 0; i < points; i++) {
      float[] map = Arrays.copyOfRange(heat, i * size, (i + 1) * size);
      int at = largest(map, mapWidth, mapHeight);
      if (at < 0 || !(map[at] > threshold)) {
        found.add(KeyPoint.MISSING);
      } else {
        Peak peak = HeatMapPeaks.at(map, 0, at, mapWidth, mapHeight);
        found.add(
            new KeyPoint(
                (peak.x() + 0.5) * scaleX - 0.5, (peak.y() + 0.5) * scaleY - 0.5, peak.value()));
      }
    }
    return found;
  }

  /** Where the point lies; -1 if no region exceeds the threshold. */
  private int largest(float[] map, int width, int height) {
    if (regionBlur == 0) {
      int at = 0;
      for (int i = 1; i < map.length; i++) {
        at = map[i] > map[at] ? i : at;
      }
      return at;
    }
    float[] blurred = new Plane(width, height, map).blurred(regionBlur).values();
    boolean[] seen = new boolean[map.length];
    double largestSum = Double.NEGATIVE_INFINITY;
    int at = -1;
    for (int i = 0; i < map.length; i++) {
      if (!seen[i] && blurred[i] > threshold) {
        Region region = region(i, map, blurred, seen, width);
        if (region.sum > largestSum) {
          largestSum = region.sum;
          at = region.largest;
        }
      }
    }
    return at;
  }

  /** Sum of a region's samples, and where its largest is. */
  private record Region(double sum, int largest) {}

  /** What hangs together with a sample, corner to corner too. */
  private Region region(int start, float[] map, float[] blurred, boolean[] seen, int width) {
    Deque<Integer> open = new ArrayDeque<>(List.of(start));
    seen[start] = true;
    double sum = 0;
    int largest = start;
    while (!open.isEmpty()) {
      int at = open.pop();
      sum += map[at];
      largest = map[at] > map[largest] ? at : largest;
      int x = at % width;
      for (int dy = -width; dy <= width; dy += width) {
        for (int dx = Math.max(-1, -x); dx <= Math.min(1, width - 1 - x); dx++) {
          int next = at + dy + dx;
          if (next >= 0 && next < map.length && !seen[next] && blurred[next] > threshold) {
            seen[next] = true;
            open.push(next);
          }
        }
      }
    }
    return new Region(sum, largest);
  }
}
