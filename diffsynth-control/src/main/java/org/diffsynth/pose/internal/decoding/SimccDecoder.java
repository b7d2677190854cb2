package org.diffsynth.pose.internal.decoding;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.pose.BoundingBox;
import org.diffsynth.pose.KeyPoint;
import org.diffsynth.pose.PosePerson;

/**
 * Turns the two outputs of a SimCC network, as of DWPose and RTMPose, into key points: for each
 * point one row of scores over columns and one over rows of the network's input, finer than pixels.
 *
 * <p>A point lies at the largest score of both rows, moved between bins by a quadratic fit; its
 * confidence is the smaller of both scores.
 *
 * @param splitRatio bins per pixel of the network's input; above 0; 2 for DWPose and RTMPose
 * @param minConfidence points below are missing; in [0, 1]; 0.3 in DWPose
 * @see <a href="https://arxiv.org/abs/2107.03332">Li et al. 2022, SimCC</a>
 * @see <a href="https://arxiv.org/abs/2307.15880">Yang et al. 2023, DWPose</a>
 */
public record SimccDecoder(double splitRatio, double minConfidence) {

  /** DWPose's: two bins per pixel, points below 0.3 missing. */
  public static final SimccDecoder DWPOSE = new SimccDecoder(2, 0.3);

  /** Points of COCO-WholeBody: 17 of the body, 6 of the feet, 68 of the face, 21 of each hand. */
  public static final int WHOLE_BODY_POINTS = 133;

  /** Where OpenPose's 18 joints lie among COCO's 17; the neck, -1, is made from the shoulders. */
  private static final int[] COCO_OF_OPENPOSE = {
    0, -1, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3
  };

  private static final int LEFT_SHOULDER = 5;
  private static final int RIGHT_SHOULDER = 6;
  private static final int FACE_START = 23;
  private static final int LEFT_HAND_START = 91;
  private static final int RIGHT_HAND_START = 112;

  /** Checks the ranges. */
  public SimccDecoder {
    if (!(splitRatio > 0 && splitRatio < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("splitRatio must be above 0, was " + splitRatio);
    }
    if (!(minConfidence >= 0 && minConfidence <= 1)) {
      throw new IllegalArgumentException("minConfidence must be in [0, 1], was " + minConfidence);
    }
  }

  /**
   * The points of one person.
   *
   * @param columns shape {@code (points, binsX)}: scores over columns
   * @param rows shape {@code (points, binsY)}: scores over rows
   * @param points number of points
   * @param crop what the network saw; its width is {@code binsX / splitRatio} pixels of the input
   * @return {@code points} key points in pixels of the picture
   */
  public List<KeyPoint> decode(float[] columns, float[] rows, int points, BoundingBox crop) {
    if (points < 1
        || columns.length == 0
        || columns.length % points != 0
        || rows.length == 0
        || rows.length % points != 0) {
      throw new IllegalArgumentException(
          "columns and rows must have as many scores for each of %d points, got %d and %d"
              .formatted(points, columns.length, rows.length));
    }
    int binsX = columns.length / points;
    int binsY = rows.length / points;
    List<KeyPoint> found = new ArrayList<>();
    for (int i = 0; i < points; i++) {
      int atX = largest(columns, i * binsX, binsX);
      int atY = largest(rows, i * binsY, binsY);
      double confidence = Math.min(columns[atX], rows[atY]);
      if (!(confidence > 0 && confidence >= minConfidence)) {
        found.add(KeyPoint.MISSING);
        continue;
      }
      double x = (atX - i * binsX + between(columns, atX, i * binsX, binsX)) / splitRatio;
      double y = (atY - i * binsY + between(rows, atY, i * binsY, binsY)) / splitRatio;
      found.add(
          new KeyPoint(
              crop.left() + x * crop.width() * splitRatio / binsX,
              crop.top() + y * crop.height() * splitRatio / binsY,
              confidence));
    }
    return found;
  }

  private static int largest(float[] scores, int start, int length) {
    int at = start;
    for (int i = start + 1; i < start + length; i++) {
      if (scores[i] > scores[at]) {
        at = i;
      }
    }
    return at;
  }

  private static double between(float[] scores, int at, int start, int length) {
    return at == start || at == start + length - 1 ? 0 : HeatMapPeaks.vertex(scores, at, 1);
  }

  /**
   * The 133 points of COCO-WholeBody as OpenPose's parts: the neck is the middle of the shoulders,
   * missing if one of them is; the feet are left out.
   */
  public static PosePerson toOpenPose(List<KeyPoint> wholeBody) {
    if (wholeBody.size() != WHOLE_BODY_POINTS) {
      throw new IllegalArgumentException(
          "wholeBody must have %d points, got %d".formatted(WHOLE_BODY_POINTS, wholeBody.size()));
    }
    List<KeyPoint> body = new ArrayList<>();
    for (int coco : COCO_OF_OPENPOSE) {
      body.add(
          coco < 0
              ? middle(wholeBody.get(LEFT_SHOULDER), wholeBody.get(RIGHT_SHOULDER))
              : wholeBody.get(coco));
    }
    return new PosePerson(
        body,
        wholeBody.subList(FACE_START, LEFT_HAND_START),
        wholeBody.subList(LEFT_HAND_START, RIGHT_HAND_START),
        wholeBody.subList(RIGHT_HAND_START, WHOLE_BODY_POINTS));
  }

  private static KeyPoint middle(KeyPoint a, KeyPoint b) {
    return a.isPresent() && b.isPresent()
        ? new KeyPoint(
            (a.x() + b.x()) / 2, (a.y() + b.y()) / 2, Math.min(a.confidence(), b.confidence()))
        : KeyPoint.MISSING;
  }
}
