package org.diffsynth.cuda;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Video;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.spi.BlendSession.Remap;
import org.diffsynth.testkit.TestFrames;

/**
 * The batch that {@link GpuCheck} times: frames of a moving texture that are all matched with the
 * first frame and carried to it, like a batch of the mode BALANCED.
 */
final class BatchWorkload implements AutoCloseable {

  /**
   * Number of dp4a instructions per pixel of a pair, over all passes and levels, for these frames
   * at 512 by 512 pixels. {@link BatchWorkloadTest} counts them on the shim.
   */
  static final double DP4A_OF_PIXEL = 279;

  /** Number of different motions in the batch. */
  static final int MOTIONS = 4;

  private final DeviceSession session;
  private final List<Remap> batch = new ArrayList<>();

  /** Uploads the frames to a device, which the caller closes after this object. */
  BatchWorkload(GpuDevice device, int size, int pairs) {
    session =
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
      session.putGuide(i, samples);
      if (i > 0) {
        session.putPicture(i, samples);
        batch.add(Remap.fresh(i, i, 0, 0, 1));
      }
    }
  }

  /** Returns a first frame, followed by one frame for each pair, with four motions in turn. */
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
    session.remap(batch);
  }

  /** Milliseconds a pair, the best of some rounds. */
  double millisOfPair(int rounds) {
    double best = Double.MAX_VALUE;
    for (int round = 0; round < rounds; round++) {
      session.synchronize();
      long start = System.nanoTime();
      run();
      session.synchronize();
      best = Math.min(best, (System.nanoTime() - start) / 1e6 / batch.size());
    }
    return best;
  }

  @Override
  public void close() {
    session.close();
  }
}
