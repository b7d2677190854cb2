package org.diffsynth.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.diffsynth.frame.Frame;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpticalFlowTest {

  private static final int MARGIN = 24;

  @ParameterizedTest
  @CsvSource({"0, 0", "3, 0", "0, -2", "5, 4", "-11, 6"})
  void shiftedTexture_isFoundToATenthOfAPixel(int dx, int dy) {
    Frame from = TestFrames.window(160, 120, 500, 500, 4);
    Frame to = TestFrames.window(160, 120, 500 - dx, 500 - dy, 4);
    FlowField flow = OpticalFlow.between(from, to);
    assertThat(flow.width()).isEqualTo(160);
    assertThat(flow.height()).isEqualTo(120);
    double[] errors =
        IntStream.range(MARGIN, 120 - MARGIN)
            .boxed()
            .flatMapToDouble(
                y ->
                    IntStream.range(MARGIN, 160 - MARGIN)
                        .mapToDouble(x -> Math.hypot(flow.dx(x, y) - dx, flow.dy(x, y) - dy)))
            .sorted()
            .toArray();
    assertThat(errors[errors.length / 2]).as("median error").isLessThan(0.1);
    assertThat(errors[errors.length * 95 / 100]).as("95 % of errors").isLessThan(0.5);
  }

  @Test
  void plainPicture_doesNotMove() {
    FlowField flow =
        OpticalFlow.between(TestFrames.plain(64, 48, 90), TestFrames.plain(64, 48, 90));
    assertThat(flow.dx(30, 20)).isZero();
    assertThat(flow.dy(30, 20)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"16, 16", "17, 33", "9, 12", "5, 5"})
  void smallAndOddPictures_work(int width, int height) {
    Frame frame = TestFrames.texture(width, height, 2);
    FlowField flow = OpticalFlow.between(frame, frame);
    assertThat(flow.dx(width - 1, height - 1)).isFinite();
    assertThat(Math.abs(flow.dx(width / 2, height / 2))).isLessThan(0.2f);
  }
}
