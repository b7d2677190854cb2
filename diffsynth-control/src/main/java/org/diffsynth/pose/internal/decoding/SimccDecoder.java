package org.diffsynth.pose.internal.decoding;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.internal.text.Text;
import org.diffsynth.pose.BoundingBox;
import org.diffsynth.pose.KeyPoint;
import org.diffsynth.pose.PosePerson;

/**
 * Decodes the two outputs of a SimCC network, such as DWPose and RTMPose, into key points.
 *
 * <p>SimCC treats the position of a key point as two classifications: each column and each row of
 * the input of the network is divided into {@code splitRatio} bins, and the network gives one score
 * per bin, for columns and for rows. A key point lies at the bin with the largest score in each
 * direction, refined between bins by a quadratic fit. Its confidence is the smaller of both scores.
 *
 * <table>
 *   <caption>Notation of Li et al. 2022, section 3</caption>
 *   <tr><th>paper<th>code
 *   <tr><td>k, splitting factor<td>{@code splitRatio}
 *   <tr><td>W·k and H·k, numbers of bins<td>{@code binsX}, {@code binsY}
 *   <tr><td>o_x, o_y, output vectors<td>{@code columns}, {@code rows}
 *   <tr><td>argmax(o) / k, position in pixels of the input<td>{@code x}, {@code y}
 * </table>
 *
 * @param splitRatio bins per pixel of the input of the network; finite and above 0. 2 for DWPose
 *     and RTMPose
 * @param minConfidence points with a smaller confidence are missing; in [0, 1]. 0.3 for DWPose
 * @see <a href="https://arxiv.org/abs/2107.03332">Li et al. 2022, SimCC: a simple coordinate
 *     classification perspective for human pose estimation</a>
 * @see <a href="https://arxiv.org/abs/2307.15880">Yang et al. 2023, Effective whole-body pose
 *     estimation with two-stages distillation (DWPose)</a>
 */
public record SimccDecoder(double splitRatio, double minConfidence) {

  /** The settings of DWPose: two bins per pixel, points below 0.3 are missing. */
  public static final SimccDecoder DWPOSE = new SimccDecoder(2, 0.3);

  /**
   * Number of points of COCO-WholeBody, 133: body 17, feet 6, face 68, left hand 21, right hand 21.
   */
  public static final int WHOLE_BODY_POINTS = 133;

  /** Index in COCO of each of OpenPose's 18 joints; -1 for the neck, which COCO lacks. */
  private static final int[] COCO_OF_OPENPOSE = {
    0, -1, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3
  };

  private static final int LEFT_SHOULDER = 5;
  private static final int RIGHT_SHOULDER = 6;
  private static final int FACE_START = 23;
  private static final int LEFT_HAND_START = 91;
  private static final int RIGHT_HAND_START = 112;

  /**
   * Creates a {@code SimccDecoder} from its components.
   *
   * @throws IllegalArgumentException if a component is outside its documented range
   */
  public SimccDecoder {
    if (!(splitRatio > 0 && splitRatio < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "splitRatio must be finite and above 0, but was " + splitRatio);
    }
    if (!(minConfidence >= 0 && minConfidence <= 1)) {
      throw new IllegalArgumentException(
          "minConfidence must be in [0, 1], but was " + minConfidence);
    }
  }

  /**
   * Decodes the key points of one person.
   *
   * @param columns {@code (points, binsX)}: scores of the columns
   * @param rows {@code (points, binsY)}: scores of the rows
   * @param points number of key points
   * @param crop the part of the picture that the network has seen, in pixels. It was scaled to
   *     {@code binsX / splitRatio} × {@code binsY / splitRatio} pixels
   * @return {@code points} key points in pixels of the picture
   */
  public List<KeyPoint> decode(float[] columns, float[] rows, int points, BoundingBox crop) {
    if (points < 1
        || columns.length == 0
        || columns.length % points != 0
        || rows.length == 0
        || rows.length % points != 0) {
      throw new IllegalArgumentException(
          Text.format(
              "columns and rows must have the same number of scores for each of %d points, but had %d and %d scores",
              points, columns.length, rows.length));
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
      double x = (atX - i * binsX + vertex(columns, atX, i * binsX, binsX)) / splitRatio;
      double y = (atY - i * binsY + vertex(rows, atY, i * binsY, binsY)) / splitRatio;
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

  private static double vertex(float[] scores, int at, int start, int length) {
    return at == start || at == start + length - 1 ? 0 : HeatMapPeaks.vertex(scores, at, 1);
  }

  /**
   * Converts the 133 points of COCO-WholeBody to the parts of OpenPose. The neck is the middle of
   * the shoulders, and is missing if a shoulder is missing. The points of the feet are dropped.
   *
   * @param wholeBody 133 key points
   */
  public static PosePerson toOpenPose(List<KeyPoint> wholeBody) {
    if (wholeBody.size() != WHOLE_BODY_POINTS) {
      throw new IllegalArgumentException(
          Text.format(
              "wholeBody must have %d points, but had %d", WHOLE_BODY_POINTS, wholeBody.size()));
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
