package org.diffsynth.pose.internal.decoding;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.diffsynth.pose.KeyPoint;
import org.diffsynth.pose.Pose;
import org.diffsynth.pose.PosePerson;
import org.diffsynth.pose.internal.decoding.HeatMapPeaks.Peak;

/**
 * Turns the two outputs of the OpenPose body network, heat maps and part affinity fields, into
 * people.
 *
 * <p>Joints are the peaks of the heat maps, placed between samples by a quadratic fit. Two joints
 * make a limb where the affinity field between them points from one to the other: the mean of ten
 * samples along the line, less a penalty for limbs longer than half the picture, must be positive,
 * and eight of the ten must exceed {@code limbThreshold}. The best limbs are taken first, each
 * joint once, and limbs with common joints make a person; those with fewer than four joints or a
 * mean score below 0.4 are dropped.
 *
 * @param jointThreshold smallest value of a peak; in (0, 1)
 * @param limbThreshold smallest share of the affinity along the limb; in (0, 1)
 * @see <a href="https://arxiv.org/abs/1611.08050">Cao et al. 2017, Realtime multi-person 2D pose
 *     estimation using part affinity fields, section 2</a>
 */
public record OpenPoseDecoder(double jointThreshold, double limbThreshold) {

  /** The published thresholds, 0.1 and 0.05. */
  public static final OpenPoseDecoder DEFAULT = new OpenPoseDecoder(0.1, 0.05);

  /** Planes of the heat maps that are read: one for each of the 18 joints in the COCO order. */
  public static final int HEAT_PLANES = PosePerson.BODY_POINTS;

  /** Planes of the part affinity fields: x and y for each of 19 pairs of joints. */
  public static final int AFFINITY_PLANES = 38;

  /** Joints of each pair and the first of its two planes, in the order of assembly. */
  private static final int[][] PAIRS = {
    {1, 2, 12}, {1, 5, 20}, {2, 3, 14}, {3, 4, 16}, {5, 6, 22}, {6, 7, 24}, {1, 8, 0},
    {8, 9, 2}, {9, 10, 4}, {1, 11, 6}, {11, 12, 8}, {12, 13, 10}, {1, 0, 28}, {0, 14, 30},
    {14, 16, 34}, {0, 15, 32}, {15, 17, 36}, {2, 16, 18}, {5, 17, 26}
  };

  private static final int SAMPLES = 10;
  private static final int ENOUGH_SAMPLES = 8;

  /** Checks the ranges. */
  public OpenPoseDecoder {
    if (!(jointThreshold > 0 && jointThreshold < 1 && limbThreshold > 0 && limbThreshold < 1)) {
      throw new IllegalArgumentException(
          "thresholds must be in (0, 1), were %s and %s".formatted(jointThreshold, limbThreshold));
    }
  }

  /**
   * The people in one picture.
   *
   * @param heat shape {@code (planes, mapHeight, mapWidth)}, row by row; planes after the 18th, as
   *     the background, are not read
   * @param affinity shape {@code (38, mapHeight, mapWidth)}
   * @param mapWidth columns of a map
   * @param mapHeight rows of a map
   * @param width columns of the picture that the maps cover
   * @param height rows of the picture
   * @return bodies of 18 points in pixels of the picture; confidences are the values of the peaks
   */
  public Pose decode(
      float[] heat, float[] affinity, int mapWidth, int mapHeight, int width, int height) {
    int size = mapWidth * mapHeight;
    if (mapWidth < 1 || mapHeight < 1 || heat.length < HEAT_PLANES * size) {
      throw new IllegalArgumentException(
          "heat must have at least %d planes of %dx%d samples, got %d samples"
              .formatted(HEAT_PLANES, mapWidth, mapHeight, heat.length));
    }
    if (affinity.length != AFFINITY_PLANES * size) {
      throw new IllegalArgumentException(
          "affinity must have %d planes of %dx%d samples, got %d samples"
              .formatted(AFFINITY_PLANES, mapWidth, mapHeight, affinity.length));
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
      // The last two pairs, ear to shoulder, only tie together what is there.
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

  /** Joint {@code from} of the one list to joint {@code to} of the other. */
  private record Limb(int from, int to, double score) {}

  /** Best first, each joint in one limb only. */
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
    boolean[] fromTaken = new boolean[from.size()];
    boolean[] toTaken = new boolean[to.size()];
    List<Limb> limbs = new ArrayList<>();
    for (Limb limb : candidates) {
      if (!fromTaken[limb.from] && !toTaken[limb.to]) {
        fromTaken[limb.from] = true;
        toTaken[limb.to] = true;
        limbs.add(limb);
      }
    }
    return limbs;
  }

  /** Mean affinity along the line less the penalty; 0 if there is no limb. */
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

  /** The two planes of one pair. */
  private record Field(float[] planes, int start, int width, int height) {

    /** The field's part in a direction, between samples bilinear. */
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
