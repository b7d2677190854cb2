package org.diffsynth.pose.internal.decoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.diffsynth.pose.KeyPoint;
import org.diffsynth.pose.Pose;
import org.diffsynth.pose.PosePerson;
import org.junit.jupiter.api.Test;

/** Heat maps and affinity fields like the training targets of the network, at 1/8 size. */
class OpenPoseDecoderTest {

  private static final int STRIDE = 8;
  private static final int MAP_WIDTH = 60;
  private static final int MAP_HEIGHT = 48;
  private static final int SIZE = MAP_WIDTH * MAP_HEIGHT;

  /** Index of the x plane of each pair of joints, in the published order of the fields. */
  private static final int[][] FIELDS = {
    {1, 8}, {8, 9}, {9, 10}, {1, 11}, {11, 12}, {12, 13}, {1, 2}, {2, 3}, {3, 4}, {2, 16}, {1, 5},
    {5, 6}, {6, 7}, {5, 17}, {1, 0}, {0, 14}, {0, 15}, {14, 16}, {15, 17}
  };

  private final float[] heat = new float[19 * SIZE];
  private final float[] affinity = new float[38 * SIZE];

  private static double[][] person(double x, double y) {
    double[][] at = {
      {0, -60},
      {0, -35},
      {-28, -34},
      {-40, 0},
      {-52, 33},
      {28, -35},
      {41, 2},
      {50, 30},
      {-15, 40},
      {-18, 85},
      {-20, 125},
      {15, 41},
      {19, 84},
      {21, 126},
      {-8, -68},
      {8, -67},
      {-17, -63},
      {17, -64}
    };
    for (double[] joint : at) {
      joint[0] += x;
      joint[1] += y;
    }
    return at;
  }

  private void paint(double[][] person) {
    for (int joint = 0; joint < 18; joint++) {
      double mapX = (person[joint][0] + 0.5) / STRIDE - 0.5;
      double mapY = (person[joint][1] + 0.5) / STRIDE - 0.5;
      for (int i = 0; i < SIZE; i++) {
        double dx = i % MAP_WIDTH - mapX;
        double dy = i / MAP_WIDTH - mapY;
        float value = (float) Math.exp(-(dx * dx + dy * dy) / 2);
        heat[joint * SIZE + i] = Math.max(heat[joint * SIZE + i], value);
      }
    }
    for (int field = 0; field < FIELDS.length; field++) {
      paintLimb(field, person[FIELDS[field][0]], person[FIELDS[field][1]]);
    }
  }

  private void paintLimb(int field, double[] from, double[] to) {
    double dx = (to[0] - from[0]) / STRIDE;
    double dy = (to[1] - from[1]) / STRIDE;
    double length = Math.hypot(dx, dy);
    for (int i = 0; i < SIZE; i++) {
      double px = i % MAP_WIDTH - ((from[0] + 0.5) / STRIDE - 0.5);
      double py = i / MAP_WIDTH - ((from[1] + 0.5) / STRIDE - 0.5);
      double along = (px * dx + py * dy) / length;
      double across = Math.abs(px * dy - py * dx) / length;
      if (along >= -1 && along <= length + 1 && across <= 1) {
        affinity[2 * field * SIZE + i] = (float) (dx / length);
        affinity[(2 * field + 1) * SIZE + i] = (float) (dy / length);
      }
    }
  }

  private Pose decode() {
    return OpenPoseDecoder.DEFAULT.decode(
        heat, affinity, MAP_WIDTH, MAP_HEIGHT, MAP_WIDTH * STRIDE, MAP_HEIGHT * STRIDE);
  }

  private static double farthest(PosePerson found, double[][] truth) {
    double farthest = 0;
    for (int i = 0; i < 18; i++) {
      KeyPoint point = found.body().get(i);
      assertThat(point.isPresent()).as("joint %d", i).isTrue();
      farthest =
          Math.max(
              farthest,
              Math.max(Math.abs(point.x() - truth[i][0]), Math.abs(point.y() - truth[i][1])));
    }
    return farthest;
  }

  @Test
  void decode_ofOnePerson_findsJointsToAQuarterPixel() {
    SplittableRandom random = new SplittableRandom(3);
    double farthest = 0;
    for (int round = 0; round < 5; round++) {
      OpenPoseDecoderTest maps = new OpenPoseDecoderTest();
      double[][] truth = person(150 + 100 * random.nextDouble(), 120 + 60 * random.nextDouble());
      maps.paint(truth);
      for (int i = 0; i < maps.heat.length; i++) {
        // Noise as large as the rounding of half precision.
        maps.heat[i] += (float) (random.nextDouble(-1, 1) * 5e-4);
      }
      Pose pose = maps.decode();
      assertThat(pose.people()).hasSize(1);
      farthest = Math.max(farthest, farthest(pose.people().get(0), truth));
    }
    System.out.printf("heat maps at 1/8 size: joints found within %.4f px%n", farthest);
    assertThat(farthest).isLessThan(0.25);
  }

  @Test
  void decode_ofTwoPeopleWhoCross_keepsThemApart() {
    // The people stand so close that their arms and shoulders overlap.
    for (double distance : new double[] {120, 70, 45}) {
      OpenPoseDecoderTest maps = new OpenPoseDecoderTest();
      double[][] left = person(200, 150);
      double[][] right = person(200 + distance, 156);
      maps.paint(left);
      maps.paint(right);
      List<PosePerson> people = new ArrayList<>(maps.decode().people());
      assertThat(people).as("distance %s", distance).hasSize(2);
      if (people.get(0).body().get(1).x() > people.get(1).body().get(1).x()) {
        people.add(people.remove(0));
      }
      // Two neighbouring peaks shift each other a little.
      assertThat(farthest(people.get(0), left)).isLessThan(2);
      assertThat(farthest(people.get(1), right)).isLessThan(2);
    }
  }

  @Test
  void decode_ofAHalfHiddenPerson_leavesJointsOut() {
    double[][] truth = person(200, 150);
    paint(truth);
    for (int joint : new int[] {9, 10, 12, 13}) {
      for (int i = 0; i < SIZE; i++) {
        heat[joint * SIZE + i] = 0;
      }
    }
    List<KeyPoint> body = decode().people().get(0).body();
    for (int joint = 0; joint < 18; joint++) {
      boolean hidden = joint == 9 || joint == 10 || joint == 12 || joint == 13;
      assertThat(body.get(joint).isPresent()).as("joint %d", joint).isEqualTo(!hidden);
    }
    assertThat(body.get(1).confidence()).isCloseTo(1, within(0.2));
  }

  @Test
  void decode_ofEmptyMaps_findsNobody() {
    assertThat(decode()).isEqualTo(Pose.EMPTY);
  }

  @Test
  void decode_ofWrongShapes_namesThem() {
    assertThatThrownBy(
            () ->
                OpenPoseDecoder.DEFAULT.decode(
                    new float[10], affinity, MAP_WIDTH, MAP_HEIGHT, 8, 8))
        .hasMessageContaining("heat must have at least 18 planes of 60x48");
    assertThatThrownBy(
            () -> OpenPoseDecoder.DEFAULT.decode(heat, new float[10], MAP_WIDTH, MAP_HEIGHT, 8, 8))
        .hasMessageContaining("affinity must have 38 planes");
    assertThatThrownBy(() -> new OpenPoseDecoder(0, 0.1))
        .hasMessageContaining("jointThreshold and limbThreshold");
  }
}
