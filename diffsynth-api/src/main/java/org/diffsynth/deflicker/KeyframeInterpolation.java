package org.diffsynth.deflicker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.blend.CarryRun;
import org.diffsynth.internal.text.Text;
import org.diffsynth.match.PatchMatchOptions;

/**
 * Fills in the frames between a few finished key frames. The key frames are carried to the frames
 * between them along correspondences found in the guide, and the two neighboring keys are mixed by
 * their distance in time.
 *
 * <p>A key frame is written to the output unchanged. A frame is made from the key frames of its own
 * shot only; one key frame is enough for a shot. For a shot without a key frame, the frames of the
 * guide are written unchanged, and a warning names them. Memory holds the guide frames between two
 * keys. The frames between the keys have 16 bits per sample.
 *
 * @param matching search for correspondences
 * @param compute engine and threads that match and carry; never changes the result
 * @param shots where shots begin. Default {@link Shots#AUTO}
 */
public record KeyframeInterpolation(
    PatchMatchOptions matching, ComputeOptions compute, Shots shots) {

  /** Default matching on the fastest engine. */
  public static final KeyframeInterpolation DEFAULT =
      new KeyframeInterpolation(PatchMatchOptions.DEFAULT, ComputeOptions.AUTO, Shots.AUTO);

  /** Checks that no component is null. */
  public KeyframeInterpolation {
    Objects.requireNonNull(matching, "matching");
    Objects.requireNonNull(compute, "compute");
    Objects.requireNonNull(shots, "shots");
  }

  /** Returns a copy of this interpolation with the given search for correspondences. */
  public KeyframeInterpolation withMatching(PatchMatchOptions newMatching) {
    return new KeyframeInterpolation(newMatching, compute, shots);
  }

  /** Returns a copy of this interpolation with the given engine and threads. */
  public KeyframeInterpolation withCompute(ComputeOptions newCompute) {
    return new KeyframeInterpolation(matching, newCompute, shots);
  }

  /** Returns a copy of this interpolation with the given shots. */
  public KeyframeInterpolation withShots(Shots newShots) {
    return new KeyframeInterpolation(matching, compute, newShots);
  }

  /**
   * Returns a copy of this interpolation with {@code defaults} in place of every compute option
   * that it leaves automatic; see {@link ComputeOptions#withDefaults}.
   */
  public KeyframeInterpolation withDefaultCompute(ComputeOptions defaults) {
    return withCompute(compute.withDefaults(defaults));
  }

  /**
   * Interpolates a stream. Reads the guide to its end and writes one frame to {@code sink} for each
   * frame of the guide, in order. Does not commit the sink.
   *
   * @param guide the steady video that the key frames were made from
   * @param keyFrames finished frames by their number in the guide, counted from 0; at least one, of
   *     the guide's size
   * @param sink receives the frames
   * @param monitor receives the progress after every frame and is asked before every batch whether
   *     to cancel
   * @throws IllegalArgumentException if there is no key frame, or a key frame has another size than
   *     the guide or a number beyond its end
   * @throws java.util.concurrent.CancellationException if the monitor or an interrupt ends the run
   */
  public void apply(
      FrameSource guide, Map<Integer, Frame> keyFrames, FrameSink sink, Monitor monitor)
      throws IOException {
    SortedMap<Integer, Frame> keys = new TreeMap<>(keyFrames);
    checkKeys(keys, guide.format());
    CarryRun run = new CarryRun(matching, compute, monitor);
    shots.starts().ifPresent(run::useShots);
    run.interpolate(guide, keys, sink);
  }

  /** Interpolates a clip in memory; see the method for streams. */
  public Video apply(Video guide, Map<Integer, Frame> keyFrames) {
    Video.Collector result = Video.collector(guide.format().frameRate());
    try (FrameSource frames = guide.open()) {
      apply(frames, keyFrames, result, Monitor.NONE);
    } catch (IOException e) {
      throw new UncheckedIOException("reading frames in memory failed", e);
    }
    return result.toVideo();
  }

  private static void checkKeys(SortedMap<Integer, Frame> keys, VideoFormat guide) {
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("at least one key frame is needed, got none");
    }
    if (keys.firstKey() < 0) {
      throw new IllegalArgumentException(
          "key frames are counted from 0, got number " + keys.firstKey());
    }
    if (guide.frameCount() > 0 && keys.lastKey() >= guide.frameCount()) {
      throw new IllegalArgumentException(
          Text.format(
              "key frame %d lies beyond the guide, which has %d frames",
              keys.lastKey(), guide.frameCount()));
    }
    keys.forEach(
        (number, frame) -> {
          if (frame.width() != guide.width() || frame.height() != guide.height()) {
            throw new IllegalArgumentException(
                Text.format(
                    "key frame %d must have the guide's size %s, was %s",
                    number, guide.size(), frame.size()));
          }
        });
  }
}
