package org.diffsynth.pose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PoseTrackTest {

  /** Eighteen points around a position, alike for all people: only motion distinguishes them. */
  private static PosePerson at(double x, double y) {
    List<KeyPoint> body = new ArrayList<>();
    for (int i = 0; i < 18; i++) {
      body.add(new KeyPoint(x + 7 * (i % 3), y + 10 * (i / 3), 0.9));
    }
    return PosePerson.ofBody(body);
  }

  private static PosePerson without(PosePerson person, int point) {
    List<KeyPoint> body = new ArrayList<>(person.body());
    body.set(point, KeyPoint.MISSING);
    return PosePerson.ofBody(body);
  }

  private static double x(PoseTrack track, int person, int frame) {
    return track.person(person, frame).orElseThrow().body().get(0).x();
  }

  @Test
  void track_ofTwoWhoWalkThroughEachOther_keepsTheirNumbers() {
    List<Pose> poses = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(1);
    for (int t = 0; t < 41; t++) {
      PosePerson right = at(5 * t + random.nextDouble(), 50);
      PosePerson left = at(203 - 5 * t + random.nextDouble(), 51);
      // One person hides the other for three frames; the order of the list is random.
      List<PosePerson> people = new ArrayList<>(List.of(right, left));
      if (t >= 19 && t <= 21) {
        people.remove(1);
      }
      if (random.nextBoolean()) {
        Collections.reverse(people);
      }
      poses.add(new Pose(people));
    }
    PoseTrack track = PoseTrack.of(poses);
    assertThat(track.persons()).isEqualTo(2);
    boolean firstGoesRight = x(track, 0, 0) < 100;
    for (int t = 0; t < 41; t++) {
      double right = x(track, firstGoesRight ? 0 : 1, t);
      assertThat(right).as("frame %d", t).isBetween(5.0 * t, 5.0 * t + 1);
    }
    assertThat(track.person(firstGoesRight ? 1 : 0, 20)).isEmpty();
    assertThat(x(track.filled(3), firstGoesRight ? 1 : 0, 20)).isCloseTo(103, within(1.0));
    assertThat(track.filled(2).person(firstGoesRight ? 1 : 0, 20)).isEmpty();
  }

  @Test
  void filled_gap_liesOnTheLineAndKeepsTheFrames() {
    List<Pose> poses = new ArrayList<>();
    for (int t = 0; t < 12; t++) {
      PosePerson person = at(3 * t, 2 * t);
      boolean gap = t == 0 || t == 4 || t == 5 || t == 8 || t == 9 || t == 10;
      poses.add(new Pose(List.of(gap ? without(person, 7) : person)));
    }
    PoseTrack track = PoseTrack.of(poses).filled(2);
    for (int t : new int[] {1, 2, 3, 4, 5, 6, 7, 11}) {
      KeyPoint point = track.person(0, t).orElseThrow().body().get(7);
      KeyPoint expected = at(3 * t, 2 * t).body().get(7);
      assertThat(point.x()).isCloseTo(expected.x(), within(1e-9));
      assertThat(point.y()).isCloseTo(expected.y(), within(1e-9));
    }
    for (int t : new int[] {0, 8, 9, 10}) {
      assertThat(track.person(0, t).orElseThrow().body().get(7)).isEqualTo(KeyPoint.MISSING);
      assertThat(track.person(0, t).orElseThrow().body().get(6).isPresent()).isTrue();
    }
  }

  @Test
  void smoothed_straightMotionWithMissingPoints_changesNothing() {
    // The published smoothing averaged missing points as zeros, and shifted by one frame.
    List<Pose> poses = new ArrayList<>();
    for (int t = 0; t < 30; t++) {
      PosePerson person = at(100 + 3 * t, 200 - 2 * t);
      poses.add(t == 12 ? Pose.EMPTY : new Pose(List.of(t % 7 == 3 ? without(person, 4) : person)));
    }
    PoseTrack track = PoseTrack.of(poses);
    PoseTrack smooth = track.smoothed(SavitzkyGolay.DEFAULT);
    assertThat(smooth.person(0, 12)).isEmpty();
    for (int t = 0; t < 30; t++) {
      Optional<PosePerson> before = track.person(0, t);
      Optional<PosePerson> after = smooth.person(0, t);
      assertThat(after.isPresent()).isEqualTo(before.isPresent());
      for (int i = 0; i < 18 && before.isPresent(); i++) {
        KeyPoint expected = before.get().body().get(i);
        KeyPoint found = after.orElseThrow().body().get(i);
        assertThat(found.isPresent()).isEqualTo(expected.isPresent());
        assertThat(found.distance(expected)).isLessThan(1e-9);
      }
    }
  }

  @Test
  void persons_whoLeaveOrJump_areNewOnes() {
    List<Pose> poses = new ArrayList<>();
    for (int t = 0; t < 40; t++) {
      poses.add(t >= 10 && t < 30 ? Pose.EMPTY : new Pose(List.of(at(50, 50))));
    }
    PoseTrack track = PoseTrack.of(poses);
    assertThat(track.frames()).isEqualTo(40);
    assertThat(track.persons()).isEqualTo(2);
    assertThat(track.poses()).isEqualTo(poses);
    PoseTrack cut =
        PoseTrack.of(List.of(new Pose(List.of(at(0, 0))), new Pose(List.of(at(300, 0)))));
    assertThat(cut.persons()).isEqualTo(2);
  }

  @Test
  void clips_withoutPeopleOrWithMixedLayouts_haveAnAnswer() {
    PoseTrack nobody = PoseTrack.of(List.of(Pose.EMPTY, Pose.EMPTY));
    assertThat(nobody.persons()).isZero();
    assertThat(nobody.filled(3).smoothed(SavitzkyGolay.DEFAULT).pose(1)).isEqualTo(Pose.EMPTY);
    PosePerson other = PosePerson.ofBody(Collections.nCopies(25, new KeyPoint(1, 1, 1)));
    assertThatThrownBy(
            () -> PoseTrack.of(List.of(new Pose(List.of(at(0, 0))), new Pose(List.of(other)))))
        .hasMessageContaining("25 in frame 1 and 18 before");
    assertThatThrownBy(() -> nobody.filled(-1)).hasMessageContaining("maxGap");
    assertThatThrownBy(() -> nobody.pose(2)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void handsOfOneFrame_areMissingInTheOthers() {
    PosePerson body = at(20, 20);
    List<KeyPoint> hand = Collections.nCopies(21, new KeyPoint(30, 30, 0.5));
    PosePerson both = new PosePerson(body.body(), List.of(), hand, List.of());
    PoseTrack track = PoseTrack.of(List.of(new Pose(List.of(both)), new Pose(List.of(body))));
    assertThat(track.persons()).isEqualTo(1);
    assertThat(track.person(0, 1).orElseThrow().leftHand())
        .hasSize(21)
        .containsOnly(KeyPoint.MISSING);
  }
}
