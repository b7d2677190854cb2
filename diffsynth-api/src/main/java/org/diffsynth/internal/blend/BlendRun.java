package org.diffsynth.internal.blend;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.SortedMap;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.sharp.SharpBlender;
import org.diffsynth.match.FieldCache;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.SearchSchedule;
import org.diffsynth.spi.BlendSession;
import org.diffsynth.spi.PatchMatcher;
import org.diffsynth.spi.PatchMatchers;
import org.diffsynth.spi.Remap;

/** One run of a plan: reads frames, has an engine carry them, writes what is finished. */
public final class BlendRun {

  /** Remaps between two looks at the monitor; small, so that a run stops soon when asked to. */
  private static final int REMAPS_PER_CHECK = 64;

  /** Fewer where all their fields are kept until they are in the cache. */
  private static final int CACHED_REMAPS_PER_CHECK = 16;

  private final BlendPlan plan;
  private final PatchMatchOptions matching;
  private final ComputeOptions compute;
  private final Monitor monitor;
  private final Queue<BlendStep> queue = new ArrayDeque<>();
  private SortedMap<Integer, Frame> keys;
  private SharpBlender sharp;
  private FieldCache fields;
  private Object how;
  private int framesRead;
  private int framesDone;
  private int width;
  private int height;

  /** A run that has not begun; good for one call of one method. */
  public BlendRun(
      BlendPlan plan, PatchMatchOptions matching, ComputeOptions compute, Monitor monitor) {
    this.plan = plan;
    this.matching = matching;
    this.compute = compute;
    this.monitor = monitor;
  }

  /**
   * Takes fields from a cache and adds those it finds. Only for a plan whose fields depend on the
   * guide alone.
   *
   * @param manner all that they depend on besides the guide
   */
  public void useFields(FieldCache cache, Object manner) {
    fields = cache;
    how = manner;
  }

  /** Reads both sources to their end; see {@link org.diffsynth.deflicker.Deflicker#apply}. */
  public void deflicker(FrameSource guide, FrameSource style, FrameSink sink) throws IOException {
    checkAlike(guide.format(), style.format());
    run("deflicker", style.format(), sink, session -> readBoth(guide, style, session));
  }

  private boolean readBoth(FrameSource guide, FrameSource style, BlendSession session)
      throws IOException {
    Frame guideFrame = guide.read();
    Frame styleFrame = style.read();
    if (guideFrame == null && styleFrame == null) {
      return false;
    }
    if (guideFrame == null || styleFrame == null) {
      throw unequalLength(
          guideFrame == null ? framesRead : framesRead + 1 + countRest(guide),
          styleFrame == null ? framesRead : framesRead + 1 + countRest(style));
    }
    session.putGuide(framesRead, guideFrame);
    if (sharp == null || matching.schedule() == SearchSchedule.PUBLISHED) {
      session.putPicture(PictureId.style(framesRead), styleFrame); // else nothing is carried
    }
    if (sharp != null) {
      sharp.put(framesRead, guideFrame, styleFrame);
    }
    return true;
  }

  /**
   * Reads the guide to its end and fills in what lies between the key frames; see {@link
   * org.diffsynth.deflicker.KeyframeInterpolation#apply}.
   */
  public void interpolate(FrameSource guide, SortedMap<Integer, Frame> keyFrames, FrameSink sink)
      throws IOException {
    keys = keyFrames;
    run("interpolate", guide.format(), sink, session -> readGuide(guide, session));
    if (keyFrames.lastKey() >= framesRead) {
      throw new IllegalArgumentException(
          "key frame %d lies beyond the guide, which has %d frames"
              .formatted(keyFrames.lastKey(), framesRead));
    }
  }

  private boolean readGuide(FrameSource guide, BlendSession session) throws IOException {
    Frame guideFrame = guide.read();
    if (guideFrame == null) {
      return false;
    }
    session.putGuide(framesRead, guideFrame);
    Frame key = keys.get(framesRead);
    if (key != null) {
      session.putPicture(PictureId.style(framesRead), key);
    }
    return true;
  }

  /** Puts the next frame into the session, or says that there is none. */
  private interface NextFrame {
    boolean read(BlendSession session) throws IOException;
  }

  private void run(String stage, VideoFormat format, FrameSink sink, NextFrame next)
      throws IOException {
    width = format.width();
    height = format.height();
    ProgressClock clock = new ProgressClock(stage, format.frameCount(), monitor);
    try (PatchMatcher matcher = PatchMatchers.open(compute, matching);
        BlendSession session = matcher.openSession(format.width(), format.height());
        SharpBlender blender = sharpBlender(format)) {
      sharp = blender;
      monitor.checkCancelled();
      while (next.read(session)) {
        plan.arrive(framesRead, queue::add);
        framesRead++;
        runQueued(session, sink, clock);
        monitor.checkCancelled();
      }
      plan.end(framesRead, queue::add);
      runQueued(session, sink, clock);
    }
  }

  private SharpBlender sharpBlender(VideoFormat format) {
    return plan instanceof SharpPlan sharpPlan && sharpPlan.blends()
        ? new SharpBlender(format.width(), format.height(), compute.threads())
        : null;
  }

  private static void checkAlike(VideoFormat guide, VideoFormat style) {
    if (!guide.sameSize(style)) {
      throw new IllegalArgumentException(
          "guide and style must have one size, were %s and %s"
              .formatted(guide.size(), style.size()));
    }
    if (guide.frameCount() > 0
        && style.frameCount() > 0
        && guide.frameCount() != style.frameCount()) {
      throw unequalLength(guide.frameCount(), style.frameCount());
    }
  }

  private static IllegalArgumentException unequalLength(long guide, long style) {
    return new IllegalArgumentException(
        "guide and style must have one length, were %d and %d frames".formatted(guide, style));
  }

  private static long countRest(FrameSource source) throws IOException {
    long count = 0;
    while (source.read() != null) {
      count++;
    }
    return count;
  }

  private void runQueued(BlendSession session, FrameSink sink, ProgressClock clock)
      throws IOException {
    for (BlendStep step = queue.poll(); step != null; step = queue.poll()) {
      if (step instanceof BlendStep.RemapBatch batch) {
        remap(session, batch.remaps());
        clock.report(framesRead, framesDone);
      } else if (step instanceof BlendStep.Add add) {
        session.add(add.picture(), add.sum(), add.weight());
      } else if (step instanceof BlendStep.Finish finish) {
        session.finish(finish.sum(), finish.picture());
      } else if (step instanceof BlendStep.Output output) {
        monitor.checkCancelled();
        sink.write(session.take(output.sum()));
        framesDone++;
        clock.report(framesRead, framesDone);
      } else if (step instanceof BlendStep.OutputKey key) {
        sink.write(keys.get(key.frame()));
        framesDone++;
        clock.report(framesRead, framesDone);
      } else if (step instanceof BlendStep.LookForCut look) {
        sharp.lookForCut(session, look.frame());
      } else if (step instanceof BlendStep.Agree agree) {
        monitor.checkCancelled();
        sharp.agree(session, agree.frame(), agree.first(), agree.last());
      } else if (step instanceof BlendStep.OutputSteady output) {
        monitor.checkCancelled();
        sink.write(sharp.steady(output.frame(), output.first(), output.last()));
        framesDone++;
        clock.report(framesRead, framesDone);
      } else if (step instanceof BlendStep.DropGuide drop) {
        session.dropGuide(drop.frame());
        if (sharp != null) {
          sharp.drop(drop.frame());
        }
      } else if (step instanceof BlendStep.DropPicture drop) {
        session.dropPicture(drop.picture());
      } else if (step instanceof BlendStep.DropField drop) {
        session.dropField(drop.source(), drop.target());
      }
    }
  }

  private void remap(BlendSession session, List<Remap> remaps) {
    int step = fields == null ? REMAPS_PER_CHECK : CACHED_REMAPS_PER_CHECK;
    for (int start = 0; start < remaps.size(); start += step) {
      monitor.checkCancelled();
      List<Remap> batch = remaps.subList(start, Math.min(start + step, remaps.size()));
      if (fields == null) {
        session.remap(batch);
      } else {
        remapWithCache(session, batch);
      }
    }
  }

  private void remapWithCache(BlendSession session, List<Remap> batch) {
    List<Remap> known = new ArrayList<>();
    List<Remap> unknown = new ArrayList<>();
    List<Remap> tooMany = new ArrayList<>();
    for (Remap remap : batch) {
      Optional<NearestNeighborField> field = fields.get(key(remap));
      if (field.isPresent()) {
        session.putField(remap.source(), remap.target(), field.get());
        known.add(remap);
      } else if (fields.hasRoom(width, height)) {
        unknown.add(remap.keepingField());
      } else {
        tooMany.add(remap);
      }
    }
    session.remap(unknown);
    session.remap(tooMany);
    for (Remap remap : unknown) {
      fields.put(key(remap), session.field(remap.source(), remap.target()));
    }
    session.carry(known.stream().filter(remap -> remap.sum() != Remap.NO_SUM).toList());
    for (Remap remap : batch) {
      if (!remap.keepField()) {
        session.dropField(remap.source(), remap.target());
      }
    }
  }

  private FieldCache.Key key(Remap remap) {
    return new FieldCache.Key(how, remap.source(), remap.target());
  }
}
