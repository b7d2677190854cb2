package org.diffsynth.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.diffsynth.pose.KeyPoint;
import org.diffsynth.pose.Pose;
import org.diffsynth.pose.PosePerson;
import org.junit.jupiter.api.Test;

class PoseErrorTest {

  private static final int WIDTH = 200;
  private static final int HEIGHT = 100;

  private static PosePerson at(double x, double y, int... missing) {
    List<KeyPoint> body = new ArrayList<>();
    for (int i = 0; i < 18; i++) {
      body.add(new KeyPoint(x + i, y + 2 * i, 0.5));
    }
    for (int joint : missing) {
      body.set(joint, KeyPoint.MISSING);
    }
    return PosePerson.ofBody(body);
  }

  private static Pose pose(PosePerson... people) {
    return new Pose(List.of(people));
  }

  @Test
  void error_ofAShift_isItsSquareInSharesOfTheSize() {
    PoseError error =
        PoseError.between(List.of(pose(at(14, 23))), List.of(pose(at(10, 20))), WIDTH, HEIGHT);
    assertThat(error.mse()).isCloseTo(0.02 * 0.02 + 0.03 * 0.03, within(1e-12));
    assertThat(error.perJoint()).hasSize(18).allMatch(e -> Math.abs(e - 0.0013) < 1e-12);
    assertThat(error.detectionRate()).isEqualTo(1);
    assertThat(error.points()).isEqualTo(18);
  }

  @Test
  void points_foundOnOneSide_countForTheRateOnly() {
    PoseError error =
        PoseError.between(
            List.of(pose(at(10, 20, 4, 7)), Pose.EMPTY),
            List.of(pose(at(10, 20, 0)), pose(at(10, 20))),
            WIDTH,
            HEIGHT);
    assertThat(error.mse()).isZero();
    assertThat(error.detectionRate()).isCloseTo(15.0 / 35, within(1e-12));
    assertThat(error.perJoint().get(4)).isNaN();
    assertThat(error.perJoint().get(0)).isNaN();
    assertThat(error.perJoint().get(1)).isZero();
  }

  @Test
  void people_inAnotherOrder_arePaired() {
    PoseError error =
        PoseError.between(
            List.of(pose(at(100, 20), at(50, 20), at(12, 20))),
            List.of(pose(at(10, 20), at(100, 20))),
            WIDTH,
            HEIGHT);
    assertThat(error.mse()).isCloseTo(0.5 * 0.01 * 0.01, within(1e-12));
    assertThat(error.detectionRate()).isEqualTo(1);
  }

  @Test
  void body25_besideBody18_isCompared() {
    List<KeyPoint> body = new ArrayList<>(at(10, 20).body());
    body.add(8, new KeyPoint(0, 0, 1));
    body.addAll(Collections.nCopies(6, new KeyPoint(0, 0, 1)));
    PoseError error =
        PoseError.between(
            List.of(pose(PosePerson.ofBody(body))), List.of(pose(at(10, 20))), WIDTH, HEIGHT);
    assertThat(error.mse()).isZero();
    assertThat(error.points()).isEqualTo(18);
  }

  @Test
  void nobody_isNoNumber_andUnequalLengthsAreNamed() {
    PoseError nobody = PoseError.between(List.of(Pose.EMPTY), List.of(Pose.EMPTY), 8, 8);
    assertThat(nobody.mse()).isNaN();
    assertThat(nobody.detectionRate()).isNaN();
    assertThatThrownBy(() -> PoseError.between(List.of(Pose.EMPTY), List.of(), 8, 8))
        .hasMessageContaining("1 and 0");
    assertThatThrownBy(() -> PoseError.between(List.of(), List.of(), 0, 8))
        .hasMessageContaining("0x8");
  }
}
