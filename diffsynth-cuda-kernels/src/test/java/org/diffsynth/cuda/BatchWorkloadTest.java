package org.diffsynth.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How much work the pairs are that the GPU check times. */
class BatchWorkloadTest {

  private static final int SIZE = 512;

  @BeforeEach
  void shimIsThere() {
    assumeThat(ShimLibrary.missing()).isNull();
  }

  @Test
  void dp4a_ofAPair_areAsManyAsTheGpuCheckSays() {
    try (ShimDevice device = new ShimDevice("shim", 1L << 30);
        BatchWorkload work = new BatchWorkload(device, SIZE, BatchWorkload.MOTIONS)) {
      long before = ShimLibrary.dp4aCount();
      work.run();
      double ofPixel =
          (ShimLibrary.dp4aCount() - before) / (double) (BatchWorkload.MOTIONS * SIZE * SIZE);

      assertThat(ofPixel)
          .isCloseTo(BatchWorkload.DP4A_OF_PIXEL, within(0.02 * BatchWorkload.DP4A_OF_PIXEL));
    }
  }

  /** Each level has its pixels, and there are two passes of each kind a level. */
  @Test
  void bytes_ofAPair_areThoseOfAllPasses() {
    int size = 64; // levels of 64, 32, 16 pixels
    int pixels = 64 * 64 + 32 * 32 + 16 * 16;
    try (ShimDevice device = new ShimDevice("shim", 1L << 28)) {
      MemoryTraffic tally = new MemoryTraffic(device, 2);
      try (BatchWorkload work = new BatchWorkload(tally, size, 2)) {
        work.run();
      }
      int search = 8 + (20 + 24) + 4 * 16 + 4 * 16; // clamped, measured, probed, swept, turned
      int start = 5 * (64 * 64 + 32 * 32) + 4 * 16 * 16;
      assertThat(tally.bytes()).isEqualTo(2L * (search * pixels + start) + 64 * 64 * (24 + 32));
    }
  }
}
