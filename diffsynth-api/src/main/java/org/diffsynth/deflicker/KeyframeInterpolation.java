package org.diffsynth.deflicker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.blend.CarryRun;
import org.diffsynth.internal.blend.InterpolationPlan;
import org.diffsynth.match.PatchMatchOptions;

/**
 * Fills in the frames between a few finished key frames, by carrying the keys along matches found
 * in the guide and mixing two neighbouring keys by distance in time.
 *
 * <p>A key frame comes out exactly as it went in. One key is enough: it is carried to every other
 * frame. The guides between two keys are held in memory. Frames in between have 16 bits a sample.
 *
 * @param matching how correspondences are searched
 * @param engine which hardware works
 */
public record KeyframeInterpolation(PatchMatchOptions matching, Engine engine) {

  /** Default matching on the fastest engine. */
  public static final KeyframeInterpolation DEFAULT =
      new KeyframeInterpolation(PatchMatchOptions.DEFAULT, Engine.AUTO);

  /** Checks that both are given. */
  public KeyframeInterpolation {
    Objects.requireNonNull(matching, "matching");
    Objects.requireNonNull(engine, "engine");
  }

  /** The same with another way of matching. */
  public KeyframeInterpolation withMatching(PatchMatchOptions newMatching) {
    return new KeyframeInterpolation(newMatching, engine);
  }

  /** The same on another engine. The result is the same too. */
  public KeyframeInterpolation withEngine(Engine newEngine) {
    return new KeyframeInterpolation(matching, newEngine);
  }

  /**
   * Reads the guide to its end and writes as many frames to {@code sink}, in order. Does not commit
   * the sink.
   *
   * @param guide the steady video the key frames were made from
   * @param keyFrames finished frames by their number in the guide, counted from 0; at least one, of
   *     the guide's size
   * @param sink where frames go
   * @param monitor told after every frame, asked before every batch
   * @throws IllegalArgumentException if there is no key frame, or one has another size or lies
   *     beyond the guide's end
   * @throws java.util.concurrent.CancellationException if the monitor or an interrupt ends the run
   */
  public void apply(
      FrameSource guide, Map<Integer, Frame> keyFrames, FrameSink sink, Monitor monitor)
      throws IOException {
    SortedMap<Integer, Frame> keys = new TreeMap<>(keyFrames);
    checkKeys(keys, guide.format());
    InterpolationPlan plan = new InterpolationPlan(new TreeSet<>(keys.keySet()));
    new CarryRun(plan, matching, engine, monitor).interpolate(guide, keys, sink);
  }

  /** The same for a clip in memory. */
  public Video apply(Video guide, Map<Integer, Frame> keyFrames) {
    Video.Collector result = Video.collector(guide.format().frameRate());
    try (FrameSource frames = guide.open()) {
      apply(frames, keyFrames, result, Monitor.NONE);
    } catch (IOException e) {
      throw new UncheckedIOException("clips in memory cannot fail to be read", e);
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
          "key frame %d lies beyond the guide, which has %d frames"
              .formatted(keys.lastKey(), guide.frameCount()));
    }
    keys.forEach(
        (number, frame) -> {
          if (frame.width() != guide.width() || frame.height() != guide.height()) {
            throw new IllegalArgumentException(
                "key frame %d must have the guide's size %s, was %s"
                    .formatted(number, guide.size(), frame.size()));
          }
        });
  }
}
