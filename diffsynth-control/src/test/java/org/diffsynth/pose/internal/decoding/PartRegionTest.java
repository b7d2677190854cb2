package org.diffsynth.pose.internal.decoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.diffsynth.pose.KeyPoint;
import org.diffsynth.pose.PosePerson;
import org.junit.jupiter.api.Test;

/** Regions by the published formulas, calculated by hand. */
class PartRegionTest {

  private static PosePerson person(Object... jointsAndPoints) {
    List<KeyPoint> body = new ArrayList<>(Collections.nCopies(18, KeyPoint.MISSING));
    for (int i = 0; i < jointsAndPoints.length; i += 3) {
      body.set(
          (int) jointsAndPoints[i],
          new KeyPoint((int) jointsAndPoints[i + 1], (int) jointsAndPoints[i + 2], 1));
    }
    return PosePerson.ofBody(body);
  }

  @Test
  void hand_liesBeyondTheWrist() {
    // Forearm of 100 pixels to the right: centre at 333, side 150.
    PosePerson left = person(5, 200, 100, 6, 200, 200, 7, 300, 200);
    assertThat(PartRegion.leftHand(left, 640, 480)).contains(new PartRegion(258, 125, 150));
    assertThat(PartRegion.rightHand(left, 640, 480)).isEmpty();
    // Upper arm of 200 pixels: 1.35 · 200 is more than 1.5 · 100.
    PosePerson right = person(2, 200, 0, 3, 200, 200, 4, 300, 200);
    assertThat(PartRegion.rightHand(right, 640, 480)).contains(new PartRegion(198, 65, 270));
  }

  @Test
  void hand_atTheEdge_isMovedAndMadeSmaller() {
    PosePerson person = person(5, 200, 100, 6, 200, 200, 7, 300, 200);
    assertThat(PartRegion.leftHand(person, 320, 240)).contains(new PartRegion(258, 125, 62));
    assertThat(PartRegion.leftHand(person, 270, 240)).isEmpty();
    PosePerson out = person(5, 100, 40, 6, 100, 10, 7, 60, 10);
    // Centre at (46.8, 10), side 60: the upper edge would lie at -20.
    assertThat(PartRegion.leftHand(out, 320, 240)).contains(new PartRegion(16, 0, 60));
  }

  @Test
  void hand_withoutAnElbow_isNotLookedFor() {
    assertThat(PartRegion.leftHand(person(5, 200, 100, 7, 300, 200), 640, 480)).isEmpty();
    PosePerson nobody = PosePerson.ofBody(List.of());
    assertThat(PartRegion.leftHand(nobody, 640, 480)).isEmpty();
    assertThat(PartRegion.face(nobody, 640, 480)).isEmpty();
  }

  @Test
  void face_reachesThreeEyesOrOneAndAHalfEars() {
    PosePerson eyes = person(0, 300, 200, 14, 290, 188, 15, 310, 189);
    assertThat(PartRegion.face(eyes, 640, 480)).contains(new PartRegion(264, 164, 72));
    PosePerson ear = person(0, 300, 200, 14, 290, 188, 17, 340, 200);
    assertThat(PartRegion.face(ear, 640, 480)).contains(new PartRegion(240, 140, 120));
    assertThat(PartRegion.face(ear, 330, 480)).contains(new PartRegion(240, 140, 90));
    assertThat(PartRegion.face(person(0, 300, 200), 640, 480)).isEmpty();
    assertThat(PartRegion.face(person(14, 300, 200), 640, 480)).isEmpty();
  }

  @Test
  void body25_isReadInItsOwnOrder() {
    List<KeyPoint> body = new ArrayList<>(Collections.nCopies(25, KeyPoint.MISSING));
    body.set(0, new KeyPoint(300, 200, 1));
    body.set(15, new KeyPoint(290, 188, 1));
    Optional<PartRegion> face = PartRegion.face(PosePerson.ofBody(body), 640, 480);
    assertThat(face).contains(new PartRegion(264, 164, 72));
  }

  @Test
  void box_outOfRange_namesTheRule() {
    assertThatThrownBy(() -> new PartRegion(-1, 0, 30)).hasMessageContaining("at least 0");
    assertThatThrownBy(() -> new PartRegion(0, 0, 19)).hasMessageContaining("side at least 20");
  }
}
