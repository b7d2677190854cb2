package org.diffsynth.internal.blend;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.shots.KnownShots;
import org.diffsynth.internal.text.Text;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.spi.BlendSession;
import org.diffsynth.spi.BlendSession.Remap;
import org.diffsynth.spi.PatchMatcher;

/** A run of a plan that carries pictures and averages them. */
public final class CarryRun extends BlendRun<BlendSession, CarryActions> implements CarryActions {

  /** Remaps between two looks at the monitor; few, so that a cancelled run stops soon. */
  private static final int REMAPS_PER_CHECK = 64;

  /** Fewer remaps where the session keeps all their fields until they are in the cache. */
  private static final int CACHED_REMAPS_PER_CHECK = 16;

  private final Function<PlanStart, BlendPlan<CarryActions>> plans;
  private final int halo;
  private final Map<Integer, Frame> guides = new HashMap<>();
  private final FramesWithoutKey withoutKey = new FramesWithoutKey();
  private SortedMap<Integer, Frame> keys;
  private int firstOfShot;
  private int width;
  private int height;

  /** Creates a run that interpolates between key frames. */
  public CarryRun(PatchMatchOptions matching, ComputeOptions compute, Monitor monitor) {
    this(start -> null, 0, matching, compute, monitor);
  }

  /**
   * Creates a run of plans that carry pictures; each shot has its own plan.
   *
   * @param halo frames before a finished frame on which it depends
   */
  public CarryRun(
      Function<PlanStart, BlendPlan<CarryActions>> plans,
      int halo,
      PatchMatchOptions matching,
      ComputeOptions compute,
      Monitor monitor) {
    super(matching, compute, monitor);
    this.plans = plans;
    this.halo = halo;
  }

  @Override
  BlendPlan<CarryActions> plan(int first, PlanStart start) {
    firstOfShot = first;
    if (keys == null) {
      return plans.apply(start);
    }
    guides.clear();
    SortedSet<Integer> inShot = new TreeSet<>();
    int end = part() == null ? Integer.MAX_VALUE : part().shots().shotEnd(first);
    keys.subMap(first, end).keySet().forEach(key -> inShot.add(key - first));
    return new InterpolationPlan(inShot, start);
  }

  /** Returns the last key of the shot up to a frame, from which the frame is carried. */
  @Override
  int firstRead(KnownShots shots, int from) {
    if (keys == null) {
      return shots.before(from, halo);
    }
    SortedMap<Integer, Frame> before = keys.subMap(shots.shotStart(from), from + 1);
    return before.isEmpty() ? from : before.lastKey();
  }

  /** Gives the run the key frames, before {@link #usePart}. */
  public void useKeys(SortedMap<Integer, Frame> keyFrames) {
    keys = keyFrames;
  }

  /** Logs one warning that names the frames of shots without a key frame, if there are any. */
  public static void warnWithoutKey(KnownShots shots, SortedSet<Integer> keys) {
    List<Integer> starts = new ArrayList<>();
    for (int frame = 1; frame < shots.size(); frame++) {
      if (shots.isStart(frame)) {
        starts.add(frame);
      }
    }
    FramesWithoutKey.of(starts, keys, shots.size()).warn();
  }

  /**
   * Reads the guide to its end and fills in the frames between the key frames; see {@code
   * KeyframeInterpolation.apply}.
   */
  public void interpolate(FrameSource guide, SortedMap<Integer, Frame> keyFrames, FrameSink output)
      throws IOException {
    keys = keyFrames;
    long frames = guide.format().frameCount();
    boolean known = knownStarts() != null && frames > 0;
    if (known) {
      FramesWithoutKey.of(knownStarts(), new TreeSet<>(keys.keySet()), frames).warn();
    }
    CarryRun run = this;
    try (run) {
      run.useOverlap();
      run.open("interpolate", guide.format(), output);
      for (Frame frame = guide.read(); frame != null; frame = guide.read()) {
        push(frame, keys.get(framesRead()));
      }
      finish();
    }
    if (!known) {
      withoutKey.warn();
    }
    if (keyFrames.lastKey() >= framesRead()) {
      throw new IllegalArgumentException(
          Text.format(
              "key frame %d lies beyond the guide, which has %d frames",
              keyFrames.lastKey(), framesRead()));
    }
  }

  /**
   * Returns false: the guide of a flash is not a finished picture, so a picture is carried to it.
   */
  @Override
  boolean leavesOutFlashes() {
    return keys == null;
  }

  /** Keeps the guide as long as the shot may turn out to have no key frame. */
  @Override
  void arrived(int frame, Pair pair) {
    if (keys != null) {
      if (pair.style() != null) {
        guides.clear();
      } else if (keys.subMap(firstOfShot, firstOfShot + frame + 1).isEmpty()) {
        guides.put(frame, pair.guide());
      }
    }
  }

  @Override
  void dropped(int frame) {
    guides.remove(frame);
  }

  @Override
  BlendSession open(PatchMatcher engine, int frameWidth, int frameHeight) {
    width = frameWidth;
    height = frameHeight;
    BlendSession whole = engine.openSession(width, height);
    SmallGuides small = openSmallGuides(engine, width, height);
    return small == null ? whole : new SmallGuideBlend(whole, small);
  }

  @Override
  CarryActions actions() {
    return this;
  }

  @Override
  void close(BlendSession opened) {
    opened.close();
  }

  @Override
  void putGuide(int frame, Frame guide) {
    session().putGuide(frame, guide);
  }

  @Override
  void forget(int frame) {
    session().dropFrame(frame);
  }

  @Override
  public void dropField(int source, int target) {
    session().dropField(source, target);
  }

  @Override
  void putStyle(int frame, Frame style) {
    session().putPicture(PictureId.style(frame), style);
  }

  @Override
  public void remap(List<Remap> batch) {
    int step = cachedFields() == null ? REMAPS_PER_CHECK : CACHED_REMAPS_PER_CHECK;
    for (int start = 0; start < batch.size(); start += step) {
      monitor.checkCancelled();
      List<Remap> part = batch.subList(start, Math.min(start + step, batch.size()));
      if (cachedFields() == null) {
        session().remap(part);
      } else {
        remapWithCache(part, cachedFields());
      }
    }
    report();
  }

  private void remapWithCache(List<Remap> batch, CachedFields cached) {
    List<Remap> known = new ArrayList<>();
    List<Remap> unknown = new ArrayList<>();
    List<Remap> tooMany = new ArrayList<>();
    for (Remap remap : batch) {
      if (cached.restore(remap.source(), remap.target(), session(), frames())) {
        known.add(remap);
      } else if (cached.hasRoom(width, height)) {
        unknown.add(remap.keepingField());
      } else {
        tooMany.add(remap);
      }
    }
    session().remap(unknown);
    session().remap(tooMany);
    for (Remap remap : unknown) {
      cached.store(remap.source(), remap.target(), session(), frames());
    }
    session().carry(known);
    for (Remap remap : batch) {
      if (!remap.keepField()) {
        session().dropField(remap.source(), remap.target());
      }
    }
  }

  @Override
  public void add(long picture, long sum, int weight) {
    session().add(picture, sum, weight);
  }

  @Override
  public void finish(long sum, long picture) {
    session().finish(sum, picture);
  }

  @Override
  public void output(int frame, long sum) throws IOException {
    monitor.checkCancelled();
    write(frame, session().takeLater(sum));
  }

  @Override
  public void outputKey(int frame) throws IOException {
    writeUnchanged(frame, keys.get(frames().inClip(frame)));
  }

  @Override
  public void outputGuide(int frame) throws IOException {
    withoutKey.add(frames().inClip(frame));
    writeUnchanged(frame, guides.get(frame));
  }

  @Override
  public void dropPicture(long picture) {
    session().dropPicture(picture);
  }
}
