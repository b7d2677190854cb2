package org.diffsynth.pose.internal.decoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SplittableRandom;
import org.diffsynth.pose.KeyPoint;
import org.junit.jupiter.api.Test;

/** Heat maps like the training targets of the hand and face networks, at 1/8 size. */
class HeatMapDecoderTest {

  private static final int STRIDE = 8;
  private static final int WIDTH = 46;
  private static final int HEIGHT = 40;
  private static final int SIZE = WIDTH * HEIGHT;

  private static float[] maps(double[][] points) {
    float[] heat = new float[points.length * SIZE];
    for (int k = 0; k < points.length; k++) {
      paint(heat, k, points[k][0], points[k][1], 1, 1);
    }
    return heat;
  }

  private static void paint(float[] heat, int map, double x, double y, double sigma, double high) {
    for (int i = 0; i < SIZE; i++) {
      double dx = i % WIDTH - ((x + 0.5) / STRIDE - 0.5);
      double dy = i / WIDTH - ((y + 0.5) / STRIDE - 0.5);
      double value = high * Math.exp(-(dx * dx + dy * dy) / (2 * sigma * sigma));
      heat[map * SIZE + i] = (float) Math.max(heat[map * SIZE + i], value);
    }
  }

  private static List<KeyPoint> decode(HeatMapDecoder decoder, float[] heat) {
    return decoder.decode(heat, heat.length / SIZE, WIDTH, HEIGHT, WIDTH * STRIDE, HEIGHT * STRIDE);
  }

  @Test
  void decode_ofKnownPoints_findsThemToAQuarterPixel() {
    SplittableRandom random = new SplittableRandom(5);
    double[][] truth = new double[70][];
    for (int k = 0; k < truth.length; k++) {
      truth[k] = new double[] {random.nextDouble(12, 350), random.nextDouble(12, 300)};
    }
    float[] heat = maps(truth);
    for (int i = 0; i < heat.length; i++) {
      heat[i] += (float) (random.nextDouble(-1, 1) * 5e-4);
    }
    for (double blur : new double[] {0, 1}) {
      double farthest = 0;
      List<KeyPoint> found = decode(new HeatMapDecoder(0.05, blur), heat);
      for (int k = 0; k < truth.length; k++) {
        farthest = Math.max(farthest, Math.abs(found.get(k).x() - truth[k][0]));
        farthest = Math.max(farthest, Math.abs(found.get(k).y() - truth[k][1]));
      }
      System.out.printf("part maps, blur %.0f: points found within %.4f px%n", blur, farthest);
      assertThat(farthest).isLessThan(0.25);
    }
  }

  @Test
  void decode_ofASpikeBesideAHill_takesTheHillWhereRegionsAreAskedFor() {
    float[] heat = maps(new double[][] {{100, 100}});
    paint(heat, 0, 99.5, 99.5, 3, 0.6);
    heat[20 * WIDTH + 40] = 2;
    KeyPoint spike = decode(HeatMapDecoder.DEFAULT, heat).get(0);
    assertThat((int) spike.x() / STRIDE).isEqualTo(40);
    KeyPoint hill = decode(new HeatMapDecoder(0.05, 1), heat).get(0);
    assertThat(hill.distance(new KeyPoint(100, 100, 1))).isLessThan(1);
  }

  @Test
  void decode_ofAPointAtTheEdge_staysInThePicture() {
    KeyPoint corner = decode(HeatMapDecoder.DEFAULT, maps(new double[][] {{0, 319}})).get(0);
    assertThat(corner.x()).isBetween(-0.5, 8.0);
    assertThat(corner.y()).isBetween(311.0, 319.5);
    KeyPoint same = decode(new HeatMapDecoder(0.05, 1), maps(new double[][] {{0, 319}})).get(0);
    assertThat(same).isEqualTo(corner);
  }

  @Test
  void decode_ofEmptyMaps_findsNothing() {
    for (double blur : new double[] {0, 3}) {
      assertThat(decode(new HeatMapDecoder(0.05, blur), new float[2 * SIZE]))
          .containsExactly(KeyPoint.MISSING, KeyPoint.MISSING);
    }
  }

  @Test
  void decode_ofWrongShapes_namesThem() {
    assertThatThrownBy(() -> HeatMapDecoder.DEFAULT.decode(new float[SIZE], 2, WIDTH, HEIGHT, 8, 8))
        .hasMessageContaining("heat must have at least 2 maps of 46x40 samples, but had 1840");
    assertThatThrownBy(() -> new HeatMapDecoder(1, 0)).hasMessageContaining("threshold must be in");
    assertThatThrownBy(() -> new HeatMapDecoder(0.1, -1)).hasMessageContaining("regionBlur");
  }
}
