package org.diffsynth.internal.blend;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
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

  private SortedMap<Integer, Frame> keys;
  private int width;
  private int height;

  /** Creates a run of a plan that carries pictures, over one video. */
  public CarryRun(
      BlendPlan<CarryActions> plan,
      PatchMatchOptions matching,
      ComputeOptions compute,
      Monitor monitor) {
    super(plan, matching, compute, monitor);
  }

  /**
   * Reads the guide to its end and fills in the frames between the key frames; see {@code
   * KeyframeInterpolation.apply}.
   */
  public void interpolate(FrameSource guide, SortedMap<Integer, Frame> keyFrames, FrameSink output)
      throws IOException {
    keys = keyFrames;
    run("interpolate", guide.format(), output, () -> readGuide(guide));
    if (keyFrames.lastKey() >= framesRead()) {
      throw new IllegalArgumentException(
          Text.format(
              "key frame %d lies beyond the guide, which has %d frames",
              keyFrames.lastKey(), framesRead()));
    }
  }

  private boolean readGuide(FrameSource guide) throws IOException {
    Frame guideFrame = guide.read();
    if (guideFrame == null) {
      return false;
    }
    session().putGuide(framesRead(), guideFrame);
    Frame key = keys.get(framesRead());
    if (key != null) {
      putStyle(framesRead(), key);
    }
    return true;
  }

  @Override
  BlendSession open(PatchMatcher matcher, int frameWidth, int frameHeight) {
    width = frameWidth;
    height = frameHeight;
    return matcher.openSession(width, height);
  }

  @Override
  CarryActions actions() {
    return this;
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
      if (cached.restore(remap.source(), remap.target(), session())) {
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
      cached.store(remap.source(), remap.target(), session());
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
    write(session().take(sum));
  }

  @Override
  public void outputKey(int frame) throws IOException {
    write(keys.get(frame));
  }

  @Override
  public void dropPicture(long picture) {
    session().dropPicture(picture);
  }
}
