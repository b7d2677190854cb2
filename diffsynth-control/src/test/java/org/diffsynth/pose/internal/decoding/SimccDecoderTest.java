package org.diffsynth.pose.internal.decoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.pose.BoundingBox;
import org.diffsynth.pose.KeyPoint;
import org.diffsynth.pose.PosePerson;
import org.junit.jupiter.api.Test;

class SimccDecoderTest {

  private static final int INPUT_WIDTH = 288;
  private static final int INPUT_HEIGHT = 384;

  private static void paint(float[] scores, int start, int bins, double at, double height) {
    for (int i = 0; i < bins; i++) {
      scores[start + i] = (float) (height * Math.exp(-(i - at) * (i - at) / (2 * 6 * 6)));
    }
  }

  @Test
  void decode_ofKnownPoints_findsThemBetweenBins() {
    BoundingBox crop = new BoundingBox(-20, 30, 144, 192);
    int points = 40;
    float[] columns = new float[points * 2 * INPUT_WIDTH];
    float[] rows = new float[points * 2 * INPUT_HEIGHT];
    double[][] truth = new double[points][];
    for (int i = 0; i < points; i++) {
      truth[i] = new double[] {-10 + 3.137 * i, 40 + 4.211 * i};
      // The crop is half as large as the input of the network, and a pixel has two bins.
      paint(columns, i * 2 * INPUT_WIDTH, 2 * INPUT_WIDTH, (truth[i][0] + 20) * 4, 0.8);
      paint(rows, i * 2 * INPUT_HEIGHT, 2 * INPUT_HEIGHT, (truth[i][1] - 30) * 4, 0.6);
    }
    List<KeyPoint> found = SimccDecoder.DWPOSE.decode(columns, rows, points, crop);
    assertThat(found).hasSize(points);
    for (int i = 0; i < points; i++) {
      assertThat(found.get(i).x()).isCloseTo(truth[i][0], within(0.01));
      assertThat(found.get(i).y()).isCloseTo(truth[i][1], within(0.01));
      assertThat(found.get(i).confidence()).isCloseTo(0.6, within(0.01));
    }
  }

  @Test
  void decode_ofUnsurePoints_leavesThemOut() {
    float[] columns = new float[3 * 20];
    float[] rows = new float[3 * 20];
    paint(columns, 0, 20, 4, 0.9);
    paint(rows, 0, 20, 4, 0.2);
    paint(columns, 20, 20, 0, 0.9);
    paint(rows, 20, 20, 19, 0.9);
    List<KeyPoint> found =
        SimccDecoder.DWPOSE.decode(columns, rows, 3, new BoundingBox(0, 0, 10, 10));
    assertThat(found.get(0)).isEqualTo(KeyPoint.MISSING);
    assertThat(found.get(1).x()).isZero();
    assertThat(found.get(1).y()).isCloseTo(9.5, within(1e-9));
    assertThat(found.get(2)).isEqualTo(KeyPoint.MISSING);
  }

  @Test
  void toOpenPose_ofWholeBody_putsPartsWhereOpenPoseHasThem() {
    List<KeyPoint> whole = new ArrayList<>();
    for (int i = 0; i < 133; i++) {
      whole.add(new KeyPoint(i, 2 * i, 0.5));
    }
    PosePerson person = SimccDecoder.toOpenPose(whole);
    double[] order = {0, 5.5, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3};
    for (int i = 0; i < 18; i++) {
      assertThat(person.body().get(i).x()).as("joint %d", i).isEqualTo(order[i]);
    }
    assertThat(person.face()).hasSize(68);
    assertThat(person.face().get(0).x()).isEqualTo(23);
    assertThat(person.leftHand().get(0).x()).isEqualTo(91);
    assertThat(person.rightHand().get(20).x()).isEqualTo(132);
    whole.set(5, KeyPoint.MISSING);
    assertThat(SimccDecoder.toOpenPose(whole).body().get(1)).isEqualTo(KeyPoint.MISSING);
  }

  @Test
  void decode_ofWrongShapes_namesThem() {
    BoundingBox crop = new BoundingBox(0, 0, 1, 1);
    assertThatThrownBy(() -> SimccDecoder.DWPOSE.decode(new float[7], new float[6], 3, crop))
        .hasMessageContaining("but had 7 and 6 scores");
    assertThatThrownBy(() -> SimccDecoder.toOpenPose(List.of())).hasMessageContaining("133");
    assertThatThrownBy(() -> new SimccDecoder(0, 0)).hasMessageContaining("splitRatio");
    assertThatThrownBy(() -> new BoundingBox(0, 0, 0, 1)).hasMessageContaining("above 0");
  }
}
