package org.diffsynth.pose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Key points that OpenPose found in a real clip, with synthetic disturbances: Gaussian jitter of 2
 * pixels, a tenth of the points dropped, and two frames without people. A copy of the person walks
 * in from the right and crosses the person.
 */
class PoseClipTest {

  private static final Path CLIP =
      Path.of(System.getProperty("diffsynth.clips", "")).resolve("openpose_json");
  private static final double JITTER = 2;
  private static final double PATH_OF_COPY = 12;

  private static List<Pose> clean;
  private static PoseTrack noisy;
  private static PoseTrack steady;

  @BeforeAll
  static void readAndDisturb() throws IOException {
    assumeTrue(
        Files.isDirectory(CLIP),
        "SKIPPED: no real key points in " + CLIP + "; set the system property diffsynth.clips");
    clean = new ArrayList<>();
    List<Pose> disturbed = new ArrayList<>();
    Random random = new Random(11);
    List<Pose> read = PoseJson.readFolder(CLIP);
    for (int frame = 0; frame < read.size(); frame++) {
      PosePerson person = read.get(frame).people().get(0);
      PosePerson copy = moved(person, 280 - PATH_OF_COPY * frame);
      clean.add(new Pose(List.of(person, copy)));
      PosePerson one = disturbed(person, random);
      PosePerson other = disturbed(copy, random);
      disturbed.add(
          frame == 9 || frame == 30
              ? Pose.EMPTY
              : new Pose(random.nextBoolean() ? List.of(one, other) : List.of(other, one)));
    }
    noisy = PoseTrack.of(disturbed);
    steady = noisy.filled(5).smoothed(SavitzkyGolay.DEFAULT);
  }

  private static PosePerson moved(PosePerson person, double dx) {
    return person.withPoints(
        person.points().stream()
            .map(p -> p.isPresent() ? new KeyPoint(p.x() + dx, p.y(), p.confidence()) : p)
            .toList());
  }

  private static PosePerson disturbed(PosePerson person, Random random) {
    return person.withPoints(
        person.points().stream()
            .map(
                p ->
                    !p.isPresent() || random.nextInt(10) == 0
                        ? KeyPoint.MISSING
                        : new KeyPoint(
                            p.x() + JITTER * random.nextGaussian(),
                            p.y() + JITTER * random.nextGaussian(),
                            p.confidence()))
            .toList());
  }

  /** Index of the person in the clean clip, recognised by the position in the first frame. */
  private static int cleanIndex(PoseTrack track, int person) {
    KeyPoint neck = track.person(person, 0).orElseThrow().body().get(1);
    return Math.abs(neck.x() - 161) < 100 ? 0 : 1;
  }

  /** Deviation of a point from the clean point, per frame; null if either is missing. */
  private static double[][] deviation(PoseTrack track, int person, int point) {
    double[][] result = new double[track.frames()][];
    int index = cleanIndex(track, person);
    for (int frame = 0; frame < result.length; frame++) {
      KeyPoint truth = clean.get(frame).people().get(index).points().get(point);
      KeyPoint found =
          track.person(person, frame).map(p -> p.points().get(point)).orElse(KeyPoint.MISSING);
      if (truth.isPresent() && found.isPresent()) {
        result[frame] = new double[] {found.x() - truth.x(), found.y() - truth.y()};
      }
    }
    return result;
  }

  private static int points() {
    return clean.get(0).people().get(0).points().size();
  }

  private interface Measured {
    /** Measured value of a point, per frame; null where the point is missing. */
    double[][] of(int person, int point);
  }

  /**
   * Root mean square over x and y of both people, of the points from {@code first} to {@code end}.
   */
  private static double rms(int first, int end, Measured measured) {
    double sum = 0;
    long count = 0;
    for (int person = 0; person < 2; person++) {
      for (int point = first; point < end; point++) {
        for (double[] value : measured.of(person, point)) {
          if (value != null) {
            sum += value[0] * value[0] + value[1] * value[1];
            count += 2;
          }
        }
      }
    }
    return Math.sqrt(sum / count);
  }

  private static double[][] path(PoseTrack track, int person, int point) {
    double[][] path = new double[track.frames()][];
    for (int frame = 0; frame < path.length; frame++) {
      KeyPoint found =
          track.person(person, frame).map(p -> p.points().get(point)).orElse(KeyPoint.MISSING);
      path[frame] = found.isPresent() ? new double[] {found.x(), found.y()} : null;
    }
    return path;
  }

  /** Jitter: second differences of the path, in pixels per frame squared. */
  private static double[][] tremble(PoseTrack track, int person, int point) {
    double[][] p = path(track, person, point);
    double[][] result = new double[p.length][];
    for (int t = 2; t < p.length; t++) {
      if (p[t] != null && p[t - 1] != null && p[t - 2] != null) {
        result[t] =
            new double[] {
              p[t][0] - 2 * p[t - 1][0] + p[t - 2][0], p[t][1] - 2 * p[t - 1][1] + p[t - 2][1]
            };
      }
    }
    return result;
  }

  @Test
  void persons_whoCross_areNotSwapped() {
    assertThat(noisy.persons()).isEqualTo(2);
    for (int person = 0; person < 2; person++) {
      for (int point = 0; point < points(); point++) {
        for (double[] e : deviation(noisy, person, point)) {
          if (e != null) {
            assertThat(Math.hypot(e[0], e[1])).isLessThan(6 * JITTER);
          }
        }
      }
    }
  }

  @Test
  void jitter_afterSmoothing_isDownByMoreThanSixtyPerCent() {
    assertSteadier("all points", 0, points());
    assertSteadier("body", 0, 25);
    assertSteadier("face", 25, 95);
    assertSteadier("hands", 95, 137);
  }

  private static void assertSteadier(String part, int first, int end) {
    double before = rms(first, end, (person, point) -> tremble(noisy, person, point));
    double after = rms(first, end, (person, point) -> tremble(steady, person, point));
    double own = rms(first, end, (person, point) -> tremble(PoseTrack.of(clean), person, point));
    System.out.printf(
        "%s: jitter %.2f -> %.2f px, without the disturbance %.2f px%n", part, before, after, own);
    assertThat(after).as(part).isLessThan(0.4 * before);
  }

  /** Change of the error from frame to frame, which does not depend on the motion. */
  @Test
  void addedJitter_afterSmoothing_isDownByMoreThanSixtyPerCent() {
    PoseTrack smoothTruth = PoseTrack.of(clean).smoothed(SavitzkyGolay.DEFAULT);
    for (int[] part : new int[][] {{0, points()}, {0, 25}, {25, 95}, {95, 137}}) {
      double before =
          rms(part[0], part[1], (person, point) -> steps(deviation(noisy, person, point)));
      double after =
          rms(part[0], part[1], (person, point) -> steps(difference(smoothTruth, person, point)));
      System.out.printf(
          "points %d to %d: added jitter %.2f -> %.2f px%n", part[0], part[1], before, after);
      assertThat(after).isLessThan(0.4 * before);
    }
  }

  private static double[][] steps(double[][] values) {
    double[][] result = new double[values.length][];
    for (int t = 1; t < values.length; t++) {
      if (values[t] != null && values[t - 1] != null) {
        double[] now = values[t];
        double[] before = values[t - 1];
        result[t] = new double[] {now[0] - before[0], now[1] - before[1]};
      }
    }
    return result;
  }

  /** Deviation of the steady path from the smoothed clean path. */
  private static double[][] difference(PoseTrack smoothTruth, int person, int point) {
    double[][] found = path(steady, person, point);
    double[][] wanted = path(smoothTruth, cleanIndex(steady, person), point);
    double[][] result = new double[found.length][];
    for (int t = 0; t < found.length; t++) {
      if (found[t] != null && wanted[t] != null) {
        result[t] = new double[] {found[t][0] - wanted[t][0], found[t][1] - wanted[t][1]};
      }
    }
    return result;
  }

  @Test
  void smoothing_doesNotMoveBodyAndFaceAwayFromTheTruth() {
    // The limit for hands is weaker: OpenPose's own hands jump by 40 pixels per frame.
    assertCloser("body", 0, 25);
    assertCloser("face", 25, 95);
  }

  private static void assertCloser(String part, int first, int end) {
    double before = rms(first, end, (person, point) -> deviation(noisy, person, point));
    double after = rms(first, end, (person, point) -> deviation(steady, person, point));
    System.out.printf("%s: distance to the truth %.2f -> %.2f px%n", part, before, after);
    assertThat(after).as(part).isLessThan(0.7 * before);
  }

  @Test
  void crossCorrelation_withTheTruth_peaksWithoutLag() {
    int best = Integer.MIN_VALUE;
    double highest = Double.NEGATIVE_INFINITY;
    for (int lag = -5; lag <= 5; lag++) {
      double sum = 0;
      for (int person = 0; person < 2; person++) {
        for (int point = 0; point < points(); point++) {
          sum += correlation(person, point, lag);
        }
      }
      if (sum > highest) {
        highest = sum;
        best = lag;
      }
    }
    System.out.printf("cross-correlation with the truth is highest at a lag of %d frames%n", best);
    assertThat(best).isZero();
  }

  /** Correlation of velocities in y, which the path of the copy does not change. */
  private static double correlation(int person, int point, int lag) {
    double sum = 0;
    int index = cleanIndex(steady, person);
    for (int t = 7; t < steady.frames() - 6; t++) {
      KeyPoint[] truth = new KeyPoint[2];
      KeyPoint[] found = new KeyPoint[2];
      for (int i = 0; i < 2; i++) {
        truth[i] = clean.get(t - 1 + i).people().get(index).points().get(point);
        found[i] =
            steady
                .person(person, t - 1 + i + lag)
                .map(p -> p.points().get(point))
                .orElse(KeyPoint.MISSING);
        if (!truth[i].isPresent() || !found[i].isPresent()) {
          return 0;
        }
      }
      sum += (truth[1].y() - truth[0].y()) * (found[1].y() - found[0].y());
    }
    return sum;
  }
}
