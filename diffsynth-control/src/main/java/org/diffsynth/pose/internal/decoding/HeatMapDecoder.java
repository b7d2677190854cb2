package org.diffsynth.pose.internal.decoding;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.diffsynth.annotator.internal.Plane;
import org.diffsynth.internal.text.Text;
import org.diffsynth.pose.KeyPoint;
import org.diffsynth.pose.internal.decoding.HeatMapPeaks.Peak;

/**
 * Decodes the heat maps of one hand or one face, one map per key point, into key points. The hand
 * and face networks of OpenPose give such maps.
 *
 * <p>A key point lies at the largest sample of its map, and is placed between samples by a
 * quadratic fit; its confidence is the value of this sample. With a {@code regionBlur} above 0, a
 * map is first segmented into the connected regions in which its blurred copy exceeds the
 * threshold, and the largest sample of the region with the largest sum wins. A single bright sample
 * then loses against a broad maximum.
 *
 * @param threshold smallest value of a key point; a point with a smaller value is missing; in (0,
 *     1), default 0.05
 * @param regionBlur standard deviation of the Gaussian by which the map is blurred, in samples of a
 *     map; 0 to 32, default 0, which disables the segmentation
 * @see <a href="https://arxiv.org/abs/1704.07809">Simon et al. 2017, Hand keypoint detection in
 *     single images using multiview bootstrapping, section 3</a>
 */
public record HeatMapDecoder(double threshold, double regionBlur) {

  /** The settings of OpenPose: points below 0.05 are missing, no segmentation into regions. */
  public static final HeatMapDecoder DEFAULT = new HeatMapDecoder(0.05, 0);

  private static final double MAX_BLUR = 32;

  /**
   * Creates a {@code HeatMapDecoder} from its components.
   *
   * @throws IllegalArgumentException if a component is outside its documented range
   */
  public HeatMapDecoder {
    if (!(threshold > 0 && threshold < 1)) {
      throw new IllegalArgumentException("threshold must be in (0, 1), but was " + threshold);
    }
    if (!(regionBlur >= 0 && regionBlur <= MAX_BLUR)) {
      throw new IllegalArgumentException(
          Text.format("regionBlur must be in [0, %s], but was %s", MAX_BLUR, regionBlur));
    }
  }

  /**
   * Decodes the key points of one hand or one face.
   *
   * @param heat {@code (maps, mapHeight, mapWidth)}; maps after the first {@code points}, such as a
   *     background map, are ignored
   * @param points number of key points
   * @param mapWidth columns of a map
   * @param mapHeight rows of a map
   * @param width columns of the picture that the maps cover, in pixels
   * @param height rows of the picture that the maps cover, in pixels
   * @return {@code points} key points in pixels of the picture
   */
  public List<KeyPoint> decode(
      float[] heat, int points, int mapWidth, int mapHeight, int width, int height) {
    int size = mapWidth * mapHeight;
    if (points < 1 || mapWidth < 1 || mapHeight < 1 || heat.length < points * size) {
      throw new IllegalArgumentException(
          Text.format(
              "heat must have at least %d maps of %dx%d samples, but had %d samples",
              points, mapWidth, mapHeight, heat.length));
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

  /** Index of the sample of the key point, or -1 if no region exceeds the threshold. */
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

  /** The sum of the samples of a region and the index of its largest sample. */
  private record Region(double sum, int largest) {}

  /** The region that is connected to a sample through any of eight neighbours. */
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
