package org.diffsynth.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.DataFormatException;
import org.diffsynth.frame.Frame;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FrameBytesTest {

  @ParameterizedTest
  @EnumSource(Frame.Depth.class)
  void frames_ofEveryDepth_areStoredWithoutLoss(Frame.Depth depth) throws DataFormatException {
    SplittableRandom random = new SplittableRandom(3);
    try (FrameBytes bytes = new FrameBytes()) {
      for (int[] size : new int[][] {{1, 1}, {1, 5}, {7, 1}, {33, 21}}) {
        Frame smooth = TestFrames.texture(size[0], size[1], 4).as(depth);
        short[] samples = new short[3 * size[0] * size[1]];
        for (int i = 0; i < samples.length; i++) {
          samples[i] = (short) random.nextInt();
        }
        Frame noise = Frame.ofRgb16(size[0], size[1], samples).as(depth);
        for (Frame frame : new Frame[] {smooth, noise}) {
          ByteBuffer packed = bytes.pack(frame);
          byte[] copy = Arrays.copyOf(packed.array(), packed.limit());
          assertThat(bytes.unpack(copy, depth, frame.size())).isEqualTo(frame);
          assertThatThrownBy(
                  () -> bytes.unpack(Arrays.copyOf(copy, copy.length / 2), depth, frame.size()))
              .isInstanceOf(DataFormatException.class);
        }
      }
    }
  }
}
