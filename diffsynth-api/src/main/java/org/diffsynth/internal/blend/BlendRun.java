package org.diffsynth.internal.blend;

import java.io.IOException;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.text.Text;
import org.diffsynth.match.FieldCache;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.spi.MatchSession;
import org.diffsynth.spi.PatchMatcher;

/**
 * One run of a plan: reads frames, lets a session of an engine perform the actions of the plan, and
 * writes the finished frames. An object serves one run.
 *
 * @param <S> session that the plan needs
 * @param <A> actions that the plan requests from the session
 */
public abstract class BlendRun<S extends MatchSession, A extends BlendActions>
    implements BlendActions {

  final PatchMatchOptions matching;
  final ComputeOptions compute;
  final Monitor monitor;
  private final BlendPlan<A> plan;
  private CachedFields cachedFields;
  private S session;
  private FrameSink sink;
  private ProgressClock clock;
  private int framesRead;
  private int framesDone;

  BlendRun(BlendPlan<A> plan, PatchMatchOptions matching, ComputeOptions compute, Monitor monitor) {
    this.plan = plan;
    this.matching = matching;
    this.compute = compute;
    this.monitor = monitor;
  }

  /**
   * Opens a session of the matcher for frames of {@code width} by {@code height} pixels. The run
   * closes the session.
   */
  abstract S open(PatchMatcher matcher, int width, int height);

  /** Returns this run as the receiver of the actions of the plan. */
  abstract A actions();

  /** Puts a style into the session, whose guide is there. */
  abstract void putStyle(int frame, Frame style);

  /**
   * Lets the run read fields from a cache, and add those that it finds. Only for a plan whose
   * fields depend on the guides alone.
   *
   * @param key everything besides the guides on which the fields depend; compared by equals
   */
  public final void useFields(FieldCache cache, Object key) {
    cachedFields = new CachedFields(cache, key);
  }

  /** Reads both sources to their end; see {@code Deflicker.apply}. */
  public final void deflicker(FrameSource guide, FrameSource style, FrameSink output)
      throws IOException {
    checkAlike(guide.format(), style.format());
    run("deflicker", style.format(), output, () -> readBoth(guide, style));
  }

  private boolean readBoth(FrameSource guide, FrameSource style) throws IOException {
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
    putStyle(framesRead, styleFrame);
    return true;
  }

  /** Puts the next frame into the session, or returns false at the end of the clip. */
  interface NextFrame {
    boolean read() throws IOException;
  }

  final void run(String stage, VideoFormat format, FrameSink output, NextFrame next)
      throws IOException {
    sink = output;
    clock = new ProgressClock(stage, format.frameCount(), monitor);
    try (PatchMatcher matcher = PatchMatcher.open(compute, matching);
        S opened = open(matcher, format.width(), format.height())) {
      session = opened;
      monitor.checkCancelled();
      while (next.read()) {
        int frame = framesRead++;
        plan.arrive(frame, actions());
        monitor.checkCancelled();
      }
      plan.end(framesRead, actions());
    }
  }

  private static void checkAlike(VideoFormat guide, VideoFormat style) {
    if (!guide.sameSize(style)) {
      throw new IllegalArgumentException(
          Text.format(
              "guide and style must have one size, but were %s and %s",
              guide.size(), style.size()));
    }
    if (guide.frameCount() > 0
        && style.frameCount() > 0
        && guide.frameCount() != style.frameCount()) {
      throw unequalLength(guide.frameCount(), style.frameCount());
    }
  }

  private static IllegalArgumentException unequalLength(long guide, long style) {
    return new IllegalArgumentException(
        Text.format(
            "guide and style must have one length, but were %d and %d frames", guide, style));
  }

  private static long countRest(FrameSource source) throws IOException {
    long count = 0;
    while (source.read() != null) {
      count++;
    }
    return count;
  }

  final S session() {
    return session;
  }

  /**
   * Returns the number of frames read so far, which is the index of the frame that is read next.
   */
  final int framesRead() {
    return framesRead;
  }

  /** Fields to use again, or null. */
  final CachedFields cachedFields() {
    return cachedFields;
  }

  final void write(Frame finished) throws IOException {
    sink.write(finished);
    framesDone++;
    report();
  }

  final void report() {
    clock.report(framesRead, framesDone);
  }

  @Override
  public final void dropField(int source, int target) {
    session.dropField(source, target);
  }

  @Override
  public final void dropFrame(int frame) {
    session.dropFrame(frame);
  }
}
