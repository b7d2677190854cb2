package org.diffsynth.cuda;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Video;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.spi.BlendSession.Remap;
import org.diffsynth.testkit.TestFrames;

/**
 * The batch that {@link GpuCheck} times: frames of a moving texture, all matched with the first and
 * carried to it, as a batch of BALANCED is.
 */
final class BatchWorkload implements AutoCloseable {

  /**
   * How many dp4a a pixel of a pair takes in all passes and levels, for these frames at 512 by 512;
   * {@link BatchWorkloadTest} counts them on the shim.
   */
  static final double DP4A_OF_PIXEL = 279;

  /** Different pairs there are. */
  static final int MOTIONS = 4;

  private final DeviceSession side;
  private final List<Remap> batch = new ArrayList<>();

  /** Brings the frames to the device, which the caller closes. */
  BatchWorkload(GpuDevice device, int size, int pairs) {
    side =
        new DeviceSession(
            device,
            PatchMatchOptions.DEFAULT,
            size,
            size,
            DeviceLimits.DEFAULT.budget(device),
            pairs);
    Video clip = frames(size, pairs);
    for (int i = 0; i <= pairs; i++) {
      short[] samples = clip.frame(i).toRgb16();
      side.putGuide(i, samples);
      if (i > 0) {
        side.putPicture(i, samples);
        batch.add(Remap.fresh(i, i, 0, 0, 1));
      }
    }
  }

  /** The first frame, and after it as many as there are pairs, of four motions that come again. */
  static Video frames(int size, int pairs) {
    Video clip = TestFrames.pan(MOTIONS + 1, size, size, 3, 2, 3);
    List<Frame> frames = new ArrayList<>();
    for (int i = 0; i <= pairs; i++) {
      frames.add(clip.frame(i == 0 ? 0 : 1 + (i - 1) % MOTIONS));
    }
    return Video.of(frames, clip.format().frameRate());
  }

  /** Queues the batch. */
  void run() {
    side.remap(batch);
  }

  /** Milliseconds a pair, the best of some rounds. */
  double millisOfPair(int rounds) {
    double best = Double.MAX_VALUE;
    for (int round = 0; round < rounds; round++) {
      side.synchronize();
      long start = System.nanoTime();
      run();
      side.synchronize();
      best = Math.min(best, (System.nanoTime() - start) / 1e6 / batch.size());
    }
    return best;
  }

  @Override
  public void close() {
    side.close();
  }
}
