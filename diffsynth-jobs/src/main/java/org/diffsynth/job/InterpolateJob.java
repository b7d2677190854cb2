package org.diffsynth.job;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.diffsynth.deflicker.KeyframeInterpolation;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.blend.CarryRun;
import org.diffsynth.internal.blend.PartEnd;
import org.diffsynth.internal.blend.PartRuns;
import org.diffsynth.internal.shots.KnownShots;
import org.diffsynth.internal.shots.ShotAnalysis;
import org.diffsynth.internal.text.Text;

/**
 * Interpolation between key frames as a job. The frames are those of {@link
 * KeyframeInterpolation#apply(FrameSource, Map, FrameSink, Monitor)}.
 *
 * <p>A process that begins between two key frames reads the guide from the earlier key frame on,
 * but computes no frame before its first.
 */
public final class InterpolateJob extends JobTask {

  private final KeyframeInterpolation interpolation;
  private final JobInput guide;
  private final SortedMap<Integer, Frame> keys;
  private final Frame.Depth depth;

  private InterpolateJob(
      KeyframeInterpolation interpolation,
      JobInput guide,
      SortedMap<Integer, Frame> keys,
      Frame.Depth depth,
      Map<String, String> further) {
    super(further);
    this.interpolation = interpolation;
    this.guide = guide;
    this.keys = keys;
    this.depth = depth;
  }

  /**
   * Returns the interpolation between key frames.
   *
   * @param guide the steady video that the key frames were made from
   * @param keyFrames finished frames by their number in the guide, counted from 0; at least one, of
   *     the guide's size
   * @throws IllegalArgumentException if {@code keyFrames} is empty or has a negative number
   */
  public static InterpolateJob of(
      KeyframeInterpolation interpolation, JobInput guide, Map<Integer, Frame> keyFrames) {
    SortedMap<Integer, Frame> keys = new TreeMap<>(keyFrames);
    if (keys.isEmpty() || keys.firstKey() < 0) {
      throw new IllegalArgumentException(
          "key frames must be at least one, with numbers of at least 0, but were " + keys.keySet());
    }
    return new InterpolateJob(
        Objects.requireNonNull(interpolation, "interpolation"),
        Objects.requireNonNull(guide, "guide"),
        keys,
        null,
        Map.of());
  }

  /**
   * Returns a copy of this job whose finished frames are stored with the given depth. Default: key
   * frames keep theirs, and all others have 16 bits.
   */
  public InterpolateJob withDepth(Frame.Depth newDepth) {
    Objects.requireNonNull(newDepth, "depth");
    return new InterpolateJob(interpolation, guide, keys, newDepth, further());
  }

  /**
   * Returns a copy of this job with a further setting. A job with another value of the setting
   * counts as other work; for settings with which the caller reads the inputs.
   */
  public InterpolateJob withSetting(String name, String value) {
    return new InterpolateJob(interpolation, guide, keys, depth, furtherWith(name, value));
  }

  @Override
  String name() {
    return "interpolate";
  }

  @Override
  Frame.Depth depth() {
    return depth;
  }

  @Override
  Map<String, String> ownSettings() {
    return Map.of(
        "matching", interpolation.matching().toString(),
        "cuts", interpolation.shots().toString());
  }

  @Override
  List<JobInput> inputs() {
    return List.of(guide, new JobInput("key frames", Fingerprint.of(keys), guide.opener()));
  }

  @Override
  ShotAnalysis analysis() {
    return interpolation.shots().starts().map(ShotAnalysis::of).orElseGet(ShotAnalysis::automatic);
  }

  @Override
  ClipScan newScan(long frameCount, Monitor monitor) {
    return new ClipScan(analysis(), false, true, frameCount, monitor);
  }

  @Override
  long frameCount() throws IOException {
    try (FrameSource guides = guide.opener().open()) {
      return guides.format().frameCount();
    }
  }

  @Override
  boolean read(int from, PartScan.Frames frames, Monitor monitor) throws IOException {
    try (FrameSource guides = guide.opener().openAt(from)) {
      keys.forEach(
          (number, key) -> {
            if (!key.size().equals(guides.format().size())) {
              throw new IllegalArgumentException(
                  Text.format(
                      "key frame %d must have the guide's size %s, but was %s",
                      number, guides.format().size(), key.size()));
            }
          });
      for (int read = from; ; read++) {
        Frame frame = guides.read();
        if (frame == null) {
          return true;
        }
        if (!frames.add(frame, keys.get(read))) {
          return false;
        }
      }
    }
  }

  @Override
  void checkScanned(KnownShots shots) {
    if (keys.lastKey() >= shots.size()) {
      throw new IllegalArgumentException(
          Text.format(
              "key frame %d lies beyond the guide, which has %d frames",
              keys.lastKey(), shots.size()));
    }
    CarryRun.warnWithoutKey(shots, new TreeSet<>(keys.keySet()));
  }

  @Override
  void compute(KnownShots shots, int from, FrameSink sink, PartEnd end, Monitor monitor)
      throws IOException {
    CarryRun run = new CarryRun(interpolation.matching(), interpolation.compute(), monitor);
    run.useKeys(keys);
    run.usePart(shots, from);
    try (FrameSource guides = guide.opener().openAt(run.firstFrame())) {
      PartRuns.interpolate(run, keys, guides, sink, end);
    }
  }
}
