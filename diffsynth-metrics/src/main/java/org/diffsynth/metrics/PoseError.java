package org.diffsynth.metrics;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.internal.text.Text;
import org.diffsynth.pose.KeyPoint;
import org.diffsynth.pose.Pose;
import org.diffsynth.pose.PosePerson;
import org.diffsynth.pose.internal.Assignment;

/**
 * Pose error (Pose-MSE): the distance between the joints of a generated video and those of its
 * driving video.
 *
 * <p>The error is the mean of (Δx / width)² + (Δy / height)² over all joints that both videos have;
 * it has no unit, because distances are divided by the size of the frame. In each frame, people are
 * paired so that the sum of their errors is smallest. A joint that is missing in one of the videos
 * does not count in the error, only in the detection rate. Always read both values together: a
 * video without people has no error at all.
 *
 * @param mse mean error over all joints, frames and people; at least 0, lower is better; NaN if no
 *     joint was found in both videos
 * @param perJoint mean error of each of the 18 joints, in the COCO order of OpenPose; lower is
 *     better; NaN for a joint that was never found in both videos
 * @param detectionRate share of the joints of the driving video that were found in the generated
 *     video; in [0, 1], higher is better; NaN if the driving video has no joints
 * @param points number of joints that were found in both videos
 */
public record PoseError(double mse, List<Double> perJoint, double detectionRate, long points) {

  /** Creates a {@code PoseError} with immutable copies of the given collections. */
  public PoseError {
    perJoint = List.copyOf(perJoint);
  }

  /**
   * Measures the pose error of a generated video. Hands and faces are ignored.
   *
   * @param generated people of each frame of the generated video, in pixels
   * @param driving people of each frame of the driving video, in pixels; the same number of frames,
   *     scaled to the size of the generated video
   * @param width columns of the frames, at least 1
   * @param height rows of the frames, at least 1
   */
  public static PoseError between(List<Pose> generated, List<Pose> driving, int width, int height) {
    if (generated.size() != driving.size()) {
      throw new IllegalArgumentException(
          Text.format(
              "generated and driving must have the same number of frames, but had %d and %d",
              generated.size(), driving.size()));
    }
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException(
          "width and height must be at least 1, but were " + width + "x" + height);
    }
    Sums sums = new Sums(width, height);
    for (int frame = 0; frame < driving.size(); frame++) {
      sums.add(generated.get(frame).people(), driving.get(frame).people());
    }
    return sums.result();
  }

  private static final class Sums {

    private final double width;
    private final double height;
    private final double[] squares = new double[PosePerson.BODY_POINTS];
    private final long[] pairs = new long[PosePerson.BODY_POINTS];
    private long wanted;

    Sums(double width, double height) {
      this.width = width;
      this.height = height;
    }

    void add(List<PosePerson> generated, List<PosePerson> driving) {
      double[][] cost = new double[driving.size()][generated.size()];
      for (int i = 0; i < cost.length; i++) {
        for (int j = 0; j < generated.size(); j++) {
          cost[i][j] = cost(driving.get(i).body18(), generated.get(j).body18());
        }
      }
      int[] partner = Assignment.minimal(cost);
      for (int i = 0; i < driving.size(); i++) {
        List<KeyPoint> truth = driving.get(i).body18();
        wanted += truth.stream().filter(KeyPoint::isPresent).count();
        if (partner[i] >= 0) {
          addPair(truth, generated.get(partner[i]).body18());
        }
      }
    }

    private void addPair(List<KeyPoint> truth, List<KeyPoint> found) {
      for (int joint = 0; joint < Math.min(truth.size(), found.size()); joint++) {
        if (truth.get(joint).isPresent() && found.get(joint).isPresent()) {
          squares[joint] += squared(truth.get(joint), found.get(joint));
          pairs[joint]++;
        }
      }
    }

    private double cost(List<KeyPoint> truth, List<KeyPoint> found) {
      double sum = 0;
      int common = 0;
      for (int joint = 0; joint < Math.min(truth.size(), found.size()); joint++) {
        if (truth.get(joint).isPresent() && found.get(joint).isPresent()) {
          sum += squared(truth.get(joint), found.get(joint));
          common++;
        }
      }
      return common == 0 ? Assignment.FORBIDDEN : sum / common;
    }

    private double squared(KeyPoint a, KeyPoint b) {
      double dx = (a.x() - b.x()) / width;
      double dy = (a.y() - b.y()) / height;
      return dx * dx + dy * dy;
    }

    PoseError result() {
      double sum = 0;
      long points = 0;
      List<Double> perJoint = new ArrayList<>();
      for (int joint = 0; joint < squares.length; joint++) {
        sum += squares[joint];
        points += pairs[joint];
        perJoint.add(pairs[joint] == 0 ? Double.NaN : squares[joint] / pairs[joint]);
      }
      return new PoseError(
          points == 0 ? Double.NaN : sum / points,
          perJoint,
          wanted == 0 ? Double.NaN : (double) points / wanted,
          points);
    }
  }
}
