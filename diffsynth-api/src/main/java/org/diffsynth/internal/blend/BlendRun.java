package org.diffsynth.internal.blend;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.shots.Exposure;
import org.diffsynth.internal.shots.ShotAnalysis;
import org.diffsynth.internal.shots.ShotAnalysis.Kind;
import org.diffsynth.internal.shots.ShotAnalysis.ShotFrame;
import org.diffsynth.internal.text.Text;
import org.diffsynth.match.FieldCache;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.spi.MatchSession;
import org.diffsynth.spi.PatchMatcher;

/**
 * One run over a clip: reads frames, divides them into shots, lets a session of an engine perform
 * the actions of a plan for each shot, and writes the finished frames. An object serves one run.
 *
 * <p>Each shot has a plan and a session of its own that count its frames from 0. So no picture of
 * one shot can reach another, and a shot gives the same bytes alone and within a clip. A flash, a
 * frame inside a shot that looks like none of its neighbours, takes no part: the run writes the
 * frame unchanged.
 *
 * <p>Guide and style of a frame in a fade enter the session at the usual brightness of their shot,
 * and the finished frame gets the brightness of the fade back; see {@link Exposure}. So every
 * engine matches and carries across a fade. A video that guides itself is not treated in this way,
 * because its changes of brightness are the flicker.
 *
 * @param <S> session that the plan needs
 * @param <A> actions that the plan requests from the session
 */
public abstract class BlendRun<S extends MatchSession, A extends BlendActions>
    implements BlendActions {

  final PatchMatchOptions matching;
  final ComputeOptions compute;
  final Monitor monitor;
  private CachedFields cachedFields;
  private Collection<Integer> knownStarts;
  private ShotAnalysis analysis = ShotAnalysis.automatic();
  private PatchMatcher matcher;
  private S session;
  private BlendPlan<A> plan;
  private ShotFrames frames;
  private FrameSink sink;
  private ProgressClock clock;
  private VideoFormat format;
  private boolean isBlind = true;
  private int framesRead;
  private int framesBlended;
  private int framesDone;
  private final Queue<Pair> waiting = new ArrayDeque<>();
  private final Map<Integer, Frame> finished = new HashMap<>();

  /**
   * The pictures of one frame of the clip.
   *
   * @param style null where the frame has none
   */
  record Pair(Frame guide, Frame style) {}

  BlendRun(PatchMatchOptions matching, ComputeOptions compute, Monitor monitor) {
    this.matching = matching;
    this.compute = compute;
    this.monitor = monitor;
  }

  /** Creates the plan for a shot whose first frame is {@code first} in the clip. */
  abstract BlendPlan<A> plan(int first);

  /**
   * Opens a session of the matcher for frames of {@code width} by {@code height} pixels. The run
   * closes the session.
   */
  abstract S open(PatchMatcher engine, int width, int height);

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

  /**
   * Gives the run the first frames of shots instead of letting it find them.
   *
   * @param starts numbers of frames in the clip, counted from 0
   */
  public final void useShots(Collection<Integer> starts) {
    knownStarts = starts;
    analysis = ShotAnalysis.of(starts);
  }

  /** Returns the first frames of shots that the run was given, or null. */
  final Collection<Integer> knownStarts() {
    return knownStarts;
  }

  /** Reads both sources to their end; see {@code Deflicker.apply}. */
  public final void deflicker(FrameSource guide, FrameSource style, FrameSink output)
      throws IOException {
    checkAlike(guide.format(), style.format());
    run("deflicker", style.format(), output, () -> readBoth(guide, style));
  }

  private Pair readBoth(FrameSource guide, FrameSource style) throws IOException {
    Frame guideFrame = guide.read();
    Frame styleFrame = style.read();
    if (guideFrame == null && styleFrame == null) {
      return null;
    }
    if (guideFrame == null || styleFrame == null) {
      throw unequalLength(
          guideFrame == null ? framesRead : framesRead + 1 + countRest(guide),
          styleFrame == null ? framesRead : framesRead + 1 + countRest(style));
    }
    return new Pair(guideFrame, styleFrame);
  }

  /** Reads the pictures of the next frame, or returns null at the end of the clip. */
  interface NextFrame {
    Pair read() throws IOException;
  }

  final void run(String stage, VideoFormat videoFormat, FrameSink output, NextFrame next)
      throws IOException {
    format = videoFormat;
    sink = output;
    clock = new ProgressClock(stage, format.frameCount(), monitor);
    try (PatchMatcher opened = PatchMatcher.open(compute, matching)) {
      matcher = opened;
      try {
        blendAll(next);
      } finally {
        closeSession();
      }
    }
  }

  private void blendAll(NextFrame next) throws IOException {
    startShot(0);
    monitor.checkCancelled();
    for (Pair pair = next.read(); pair != null; pair = next.read()) {
      framesRead++;
      isBlind = isBlind && pair.guide.equals(pair.style);
      analysis.push(pair.guide);
      waiting.add(pair);
      while (analysis.isReady()) {
        blend(analysis.next());
      }
      monitor.checkCancelled();
    }
    while (analysis.isWaiting()) {
      blend(analysis.next());
    }
    plan.end(frames.size(), actions());
  }

  private void blend(ShotFrame found) throws IOException {
    int frame = framesBlended++;
    Pair pair = waiting.remove();
    if (found.kind() == Kind.STARTS && frames.size() > 0) {
      plan.end(frames.size(), actions());
      startShot(frame);
    }
    if (found.kind() == Kind.FLASH && !isBlind && leavesOutFlashes()) {
      writeInOrder(frame, pair.style);
      return;
    }
    Exposure exposure = isBlind ? Exposure.USUAL : found.exposure();
    int inShot = frames.add(frame, exposure);
    session.putGuide(inShot, exposure.toUsual(pair.guide));
    if (pair.style != null) {
      putStyle(inShot, exposure.toUsual(pair.style));
    }
    arrived(inShot, pair);
    plan.arrive(inShot, actions());
  }

  /** Returns whether a flash is written as it came, or blended like any frame. */
  boolean leavesOutFlashes() {
    return true;
  }

  /** Called when a frame is in the session, before the plan acts on it. */
  void arrived(int frame, Pair pair) {}

  private void closeSession() {
    if (session != null) {
      session.close();
      session = null;
    }
  }

  private void startShot(int first) {
    closeSession();
    session = open(matcher, format.width(), format.height());
    plan = plan(first);
    frames = new ShotFrames();
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

  /** Returns the number of frames of the clip that were read so far. */
  final int framesRead() {
    return framesRead;
  }

  /** Returns the frames of the shot. */
  final ShotFrames frames() {
    return frames;
  }

  /** Fields to use again, or null. */
  final CachedFields cachedFields() {
    return cachedFields;
  }

  /** Writes a finished frame of the shot. */
  final void write(int frame, Frame usual) throws IOException {
    writeInOrder(frames.inClip(frame), frames.exposure(frame).fromUsual(usual));
  }

  /** Writes a picture for a frame of the shot that has the brightness of the clip already. */
  final void writeUnchanged(int frame, Frame picture) throws IOException {
    writeInOrder(frames.inClip(frame), picture);
  }

  /** Writes a finished frame of the clip after those before it, which may not be finished yet. */
  private void writeInOrder(int inClip, Frame frame) throws IOException {
    finished.put(inClip, frame);
    for (Frame next = finished.remove(framesDone);
        next != null;
        next = finished.remove(framesDone)) {
      sink.write(next);
      framesDone++;
      report();
    }
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
    frames.drop(frame);
    dropped(frame);
  }

  /** Called when the plan has released a frame of the shot. */
  void dropped(int frame) {}
}
