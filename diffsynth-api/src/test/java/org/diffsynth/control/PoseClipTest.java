package org.diffsynth.control;

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
 * Key points that OpenPose found in a real clip, made to tremble: Gaussian jitter of 2 pixels, one
 * point in ten dropped, nobody at all in two frames. A copy of the person walks in from the right
 * and through him.
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
        "SKIPPED, no real key points: set diffsynth.clips, not in " + CLIP);
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

  /** The number of the person in the list of the clean clip: told by where he is at the start. */
  private static int cleanIndex(PoseTrack track, int person) {
    KeyPoint neck = track.person(person, 0).orElseThrow().body().get(1);
    return Math.abs(neck.x() - 161) < 100 ? 0 : 1;
  }

  /** Deviation in x and y of a point from the clean one, by frame; null where one is missing. */
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

  /** Root mean square of what remains of the jitter after {@code differences} differences. */
  private static double jitter(PoseTrack track, int differences) {
    double sum = 0;
    long count = 0;
    for (int person = 0; person < 2; person++) {
      for (int point = 0; point < points(); point++) {
        double[][] e = deviation(track, person, point);
        for (int t = 2; t < e.length; t++) {
          if (e[t] == null || e[t - 1] == null || e[t - 2] == null) {
            continue;
          }
          for (int c = 0; c < 2; c++) {
            double value = differences == 0 ? e[t][c] : e[t][c] - 2 * e[t - 1][c] + e[t - 2][c];
            sum += value * value;
            count++;
          }
        }
      }
    }
    return Math.sqrt(sum / count);
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
    double before = jitter(noisy, 2);
    double after = jitter(steady, 2);
    double errorBefore = jitter(noisy, 0);
    double errorAfter = jitter(steady, 0);
    System.out.printf(
        "jitter (second difference) %.2f -> %.2f px, distance to the truth %.2f -> %.2f px%n",
        before, after, errorBefore, errorAfter);
    assertThat(after).isLessThan(0.4 * before);
    assertThat(errorAfter).isLessThan(0.65 * errorBefore);
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
    assertThat(best).isZero();
  }

  /** Of speeds in y, which the walk of the copy does not touch. */
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
