package org.diffsynth.internal.blend;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.diffsynth.Frame;
import org.diffsynth.FrameSink;
import org.diffsynth.FrameSource;
import org.diffsynth.Monitor;
import org.diffsynth.VideoFormat;
import org.diffsynth.deflicker.Engine;
import org.diffsynth.match.BlendSession;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.PatchMatcher;
import org.diffsynth.match.Remap;

/** One run of a plan: reads frames, has an engine carry them, writes what is finished. */
public final class BlendRun {

  /** Remaps between two looks at the monitor; small, so that a run stops soon when asked to. */
  private static final int REMAPS_PER_CHECK = 64;

  private final BlendPlan plan;
  private final PatchMatchOptions matching;
  private final Engine engine;
  private final Monitor monitor;
  private final Queue<BlendStep> queue = new ArrayDeque<>();
  private long framesRead;
  private long framesDone;

  /** A run that has not begun; good for one {@link #deflicker}. */
  public BlendRun(BlendPlan plan, PatchMatchOptions matching, Engine engine, Monitor monitor) {
    this.plan = plan;
    this.matching = matching;
    this.engine = engine;
    this.monitor = monitor;
  }

  /** Reads both sources to their end; see {@link org.diffsynth.deflicker.Deflicker#apply}. */
  public void deflicker(FrameSource guide, FrameSource style, FrameSink sink) throws IOException {
    VideoFormat format = style.format();
    checkAlike(guide.format(), format);
    ProgressClock clock = new ProgressClock("deflicker", format.frameCount(), monitor);
    try (PatchMatcher matcher = engine.open(matching);
        BlendSession session = matcher.openSession(format.width(), format.height())) {
      int frame = 0;
      for (; ; frame++) {
        monitor.checkCancelled();
        Frame guideFrame = guide.read();
        Frame styleFrame = style.read();
        if (guideFrame == null && styleFrame == null) {
          break;
        }
        if (guideFrame == null || styleFrame == null) {
          throw unequalLength(
              guideFrame == null ? frame : frame + 1 + countRest(guide),
              styleFrame == null ? frame : frame + 1 + countRest(style));
        }
        framesRead++;
        session.putGuide(frame, guideFrame);
        session.putPicture(PictureId.style(frame), styleFrame);
        plan.arrive(frame, queue::add);
        runQueued(session, sink, clock);
      }
      plan.end(frame, queue::add);
      runQueued(session, sink, clock);
    }
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
      } else if (step instanceof BlendStep.DropGuide drop) {
        session.dropGuide(drop.frame());
      } else if (step instanceof BlendStep.DropPicture drop) {
        session.dropPicture(drop.picture());
      } else if (step instanceof BlendStep.DropField drop) {
        session.dropField(drop.source(), drop.target());
      }
    }
  }

  private void remap(BlendSession session, List<Remap> remaps) {
    for (int start = 0; start < remaps.size(); start += REMAPS_PER_CHECK) {
      monitor.checkCancelled();
      session.remap(remaps.subList(start, Math.min(start + REMAPS_PER_CHECK, remaps.size())));
    }
  }
}
