package org.diffsynth.pose.internal.decoding;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.diffsynth.internal.text.Text;
import org.diffsynth.pose.KeyPoint;
import org.diffsynth.pose.Pose;
import org.diffsynth.pose.PosePerson;
import org.diffsynth.pose.internal.decoding.HeatMapPeaks.Peak;

/**
 * Decodes the two outputs of the OpenPose body network, heat maps and part affinity fields, into
 * people.
 *
 * <p>The decoder works bottom-up, for all people at once:
 *
 * <ol>
 *   <li>Joints are the local maxima of the heat maps, placed between samples by a quadratic fit.
 *   <li>Each pair of joints that may form a limb gets a score: the mean of the affinity field along
 *       the line between them, at ten sample points, projected on the direction of the line
 *       (equations 10 and 11 of the paper). A penalty is subtracted for limbs longer than half the
 *       picture. The score must be positive, and eight of the ten samples must exceed {@code
 *       limbThreshold}.
 *   <li>The limbs are accepted in the order of their scores; each joint belongs to one limb of a
 *       kind (section 2.4).
 *   <li>Limbs with a common joint form a person. People with fewer than four joints or with a mean
 *       score below 0.4 are dropped.
 * </ol>
 *
 * <table>
 *   <caption>Notation</caption>
 *   <tr><th>paper<th>code
 *   <tr><td>S, confidence maps<td>{@code heat}
 *   <tr><td>L, part affinity fields<td>{@code affinity}
 *   <tr><td>E, line integral of L between two joints<td>{@code score}
 * </table>
 *
 * @param jointThreshold smallest value of a peak that is a joint; in (0, 1), default 0.1
 * @param limbThreshold smallest value of the affinity field along a limb; in (0, 1), default 0.05
 * @see <a href="https://arxiv.org/abs/1611.08050">Cao et al. 2017, Realtime multi-person 2D pose
 *     estimation using part affinity fields, section 2</a>
 */
public record OpenPoseDecoder(double jointThreshold, double limbThreshold) {

  /** The published thresholds, 0.1 and 0.05. */
  public static final OpenPoseDecoder DEFAULT = new OpenPoseDecoder(0.1, 0.05);

  /** Number of heat maps that are read: one for each of the 18 joints in the COCO order. */
  public static final int HEAT_PLANES = PosePerson.BODY_POINTS;

  /**
   * Number of planes of the part affinity fields, 38: x and y for each of the 19 kinds of limbs.
   */
  public static final int AFFINITY_PLANES = 38;

  /** For each kind of limb: its two joints and its first affinity plane, in order of assembly. */
  private static final int[][] PAIRS = {
    {1, 2, 12}, {1, 5, 20}, {2, 3, 14}, {3, 4, 16}, {5, 6, 22}, {6, 7, 24}, {1, 8, 0},
    {8, 9, 2}, {9, 10, 4}, {1, 11, 6}, {11, 12, 8}, {12, 13, 10}, {1, 0, 28}, {0, 14, 30},
    {14, 16, 34}, {0, 15, 32}, {15, 17, 36}, {2, 16, 18}, {5, 17, 26}
  };

  private static final int SAMPLES = 10;
  private static final int ENOUGH_SAMPLES = 8;

  /**
   * Creates a {@code OpenPoseDecoder} from its components.
   *
   * @throws IllegalArgumentException if a component is outside its documented range
   */
  public OpenPoseDecoder {
    if (!(jointThreshold > 0 && jointThreshold < 1 && limbThreshold > 0 && limbThreshold < 1)) {
      throw new IllegalArgumentException(
          Text.format(
              "jointThreshold and limbThreshold must be in (0, 1), but were %s and %s",
              jointThreshold, limbThreshold));
    }
  }

  /**
   * Decodes the people in one picture.
   *
   * @param heat {@code (planes, mapHeight, mapWidth)}; planes after the 18th, such as the
   *     background, are ignored
   * @param affinity {@code (38, mapHeight, mapWidth)}
   * @param mapWidth columns of a map
   * @param mapHeight rows of a map
   * @param width columns of the picture that the maps cover, in pixels
   * @param height rows of the picture that the maps cover, in pixels
   * @return bodies of 18 points in pixels of the picture; confidences are the values of the peaks
   */
  public Pose decode(
      float[] heat, float[] affinity, int mapWidth, int mapHeight, int width, int height) {
    int size = mapWidth * mapHeight;
    if (mapWidth < 1 || mapHeight < 1 || heat.length < HEAT_PLANES * size) {
      throw new IllegalArgumentException(
          Text.format(
              "heat must have at least %d planes of %dx%d samples, but had %d samples",
              HEAT_PLANES, mapWidth, mapHeight, heat.length));
    }
    if (affinity.length != AFFINITY_PLANES * size) {
      throw new IllegalArgumentException(
          Text.format(
              "affinity must have %d planes of %dx%d samples, but had %d samples",
              AFFINITY_PLANES, mapWidth, mapHeight, affinity.length));
    }
    List<List<Peak>> joints = new ArrayList<>();
    for (int joint = 0; joint < HEAT_PLANES; joint++) {
      joints.add(HeatMapPeaks.of(heat, joint * size, mapWidth, mapHeight, jointThreshold));
    }
    BodyAssembly bodies = new BodyAssembly(joints);
    for (int i = 0; i < PAIRS.length; i++) {
      int from = PAIRS[i][0];
      int to = PAIRS[i][1];
      Field field = new Field(affinity, PAIRS[i][2] * size, mapWidth, mapHeight);
      // The last two kinds, shoulder to ear, only connect existing bodies.
      boolean mayBegin = i < PAIRS.length - 2;
      for (Limb limb : limbs(joints.get(from), joints.get(to), field)) {
        bodies.add(from, limb.from, to, limb.to, limb.score, mayBegin);
      }
    }
    double scaleX = (double) width / mapWidth;
    double scaleY = (double) height / mapHeight;
    return new Pose(
        bodies.finished().stream()
            .map(
                body ->
                    PosePerson.ofBody(
                        body.stream().map(peak -> keyPoint(peak, scaleX, scaleY)).toList()))
            .toList());
  }

  private static KeyPoint keyPoint(Peak peak, double scaleX, double scaleY) {
    return peak == BodyAssembly.NO_JOINT
        ? KeyPoint.MISSING
        : new KeyPoint(
            (peak.x() + 0.5) * scaleX - 0.5, (peak.y() + 0.5) * scaleY - 0.5, peak.value());
  }

  /** A limb from peak {@code from} of one joint to peak {@code to} of the other. */
  private record Limb(int from, int to, double score) {}

  /** Limbs in descending order of their scores; each peak belongs to at most one limb. */
  private List<Limb> limbs(List<Peak> from, List<Peak> to, Field field) {
    List<Limb> candidates = new ArrayList<>();
    for (int i = 0; i < from.size(); i++) {
      for (int j = 0; j < to.size(); j++) {
        double score = score(from.get(i), to.get(j), field);
        if (score > 0) {
          candidates.add(new Limb(i, j, score));
        }
      }
    }
    candidates.sort(Comparator.comparingDouble(Limb::score).reversed());
    boolean[] fromUsed = new boolean[from.size()];
    boolean[] toUsed = new boolean[to.size()];
    List<Limb> limbs = new ArrayList<>();
    for (Limb limb : candidates) {
      if (!fromUsed[limb.from] && !toUsed[limb.to]) {
        fromUsed[limb.from] = true;
        toUsed[limb.to] = true;
        limbs.add(limb);
      }
    }
    return limbs;
  }

  /** Mean affinity along the line minus the penalty; 0 if the peaks do not form a limb. */
  private double score(Peak from, Peak to, Field field) {
    double dx = to.x() - from.x();
    double dy = to.y() - from.y();
    double length = Math.sqrt(dx * dx + dy * dy);
    if (length == 0) {
      return 0;
    }
    double sum = 0;
    int good = 0;
    for (int i = 0; i < SAMPLES; i++) {
      double share = (double) i / (SAMPLES - 1);
      double value =
          field.along(from.x() + share * dx, from.y() + share * dy, dx / length, dy / length);
      sum += value;
      good += value > limbThreshold ? 1 : 0;
    }
    double penalty = Math.min(0.5 * field.height / length - 1, 0);
    return good >= ENOUGH_SAMPLES ? Math.max(0, sum / SAMPLES + penalty) : 0;
  }

  /** The two affinity planes, x and y, of one kind of limb. */
  private record Field(float[] planes, int start, int width, int height) {

    /**
     * Returns the component of the part affinity field in a direction, with bilinear interpolation
     * between samples.
     */
    double along(double x, double y, double directionX, double directionY) {
      int left = (int) Math.min(Math.max(x, 0), width - 1);
      int top = (int) Math.min(Math.max(y, 0), height - 1);
      int right = Math.min(left + 1, width - 1);
      int bottom = Math.min(top + 1, height - 1);
      double fx = Math.min(Math.max(x - left, 0), 1);
      double fy = Math.min(Math.max(y - top, 0), 1);
      double result = 0;
      for (int c = 0; c < 2; c++) {
        int plane = start + c * width * height;
        double upper =
            planes[plane + top * width + left] * (1 - fx)
                + planes[plane + top * width + right] * fx;
        double lower =
            planes[plane + bottom * width + left] * (1 - fx)
                + planes[plane + bottom * width + right] * fx;
        result += (upper * (1 - fy) + lower * fy) * (c == 0 ? directionX : directionY);
      }
      return result;
    }
  }
}
