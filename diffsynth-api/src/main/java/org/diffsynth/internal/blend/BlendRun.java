package org.diffsynth.internal.blend;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Queue;
import java.util.function.Supplier;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.shots.Exposure;
import org.diffsynth.internal.shots.KnownShots;
import org.diffsynth.internal.shots.ShotAnalysis;
import org.diffsynth.internal.shots.ShotAnalysis.Kind;
import org.diffsynth.internal.shots.ShotAnalysis.ShotFrame;
import org.diffsynth.match.FieldCache;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.PatchMatchOptions.SearchSchedule;
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
public abstract class BlendRun<S extends AutoCloseable, A extends BlendActions>
    implements BlendActions, Closeable {

  /** Frames whose output may wait, so that the threads of the session never run out of work. */
  private static final int USUAL_OVERLAP = 4;

  final PatchMatchOptions matching;
  final ComputeOptions compute;
  final Monitor monitor;
  private CachedFields cachedFields;
  private boolean matchesSmallGuides;
  private FrameSize smallGuides;
  private Collection<Integer> knownStarts;
  private ShotAnalysis analysis = ShotAnalysis.automatic();
  private PatchMatcher matcher;
  private S session;
  private BlendPlan<A> plan;
  private ShotFrames frames;
  private FinishedFrames finished;
  private ProgressClock clock;
  private VideoFormat format;
  private boolean isBlind = true;
  private int framesRead;
  private int framesBlended;
  private final Queue<Pair> waiting = new ArrayDeque<>();
  private int overlap;
  private boolean prompt;
  private ClipPart part;

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

  /**
   * Creates the plan for a shot.
   *
   * @param first number in the clip of the first frame of the shot
   * @param start where the plan begins in the shot
   */
  abstract BlendPlan<A> plan(int first, PlanStart start);

  /**
   * Returns the first frame that a run over a part of a clip must read.
   *
   * @param from first frame that the run writes
   */
  abstract int firstRead(KnownShots shots, int from);

  /**
   * Opens a session of the matcher for frames of {@code width} by {@code height} pixels. The run
   * closes the session.
   */
  abstract S open(PatchMatcher engine, int width, int height);

  /** Returns this run as the receiver of the actions of the plan. */
  abstract A actions();

  /** Opens the engine, or returns null where a session needs no matcher. */
  PatchMatcher openMatcher() {
    return PatchMatcher.open(compute, matching);
  }

  /** Closes a session that {@link #open} has opened. */
  abstract void close(S opened);

  /** Puts a guide into the session. */
  abstract void putGuide(int frame, Frame guide);

  /** Frees guide and style of a frame in the session. */
  abstract void forget(int frame);

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

  /** Lets the run match small guides at their own size, for a plan that never aligns pictures. */
  public final void matchSmallGuides() {
    matchesSmallGuides = true;
  }

  /**
   * Returns guides at the size at which the run reads them: small guides as they are, where the run
   * can match them at their size, and other guides at the size of the style.
   */
  public final FrameSource sized(FrameSource guide, VideoFormat style) {
    FrameSize size = guide.format().size();
    FrameSize styleSize = style.size();
    if (size.equals(styleSize) || !size.isProportionalTo(styleSize)) {
      return guide; // the caller refuses other proportions
    }
    if (matchesSmallGuides
        && size.width() < styleSize.width()
        && Math.min(size.width(), size.height()) >= matching.patchSizes().get(0)
        && matching.schedule() == SearchSchedule.SWEEP) {
      smallGuides = size;
      cachedFields = null;
      return guide;
    }
    return new ScaledGuide(guide, styleSize);
  }

  /** Returns a search between small guides, or null if guides have the size of the style. */
  final SmallGuides openSmallGuides(PatchMatcher engine, int width, int height) {
    return smallGuides == null
        ? null
        : new SmallGuides(
            engine.openSession(smallGuides.width(), smallGuides.height()),
            smallGuides,
            new FrameSize(width, height));
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

  /**
   * Lets the run compute a part of a clip: it gives the bytes that a run over the whole clip gives.
   *
   * @param shots what is known about all frames of the clip
   * @param from first frame of the part
   */
  public final void usePart(KnownShots shots, int from) {
    part = new ClipPart(shots, firstRead(shots, from), from);
    analysis = ShotAnalysis.of(shots, part.firstRead());
    framesRead = part.firstRead();
    framesBlended = part.firstRead();
    isBlind = false; // the list says how to treat each frame
  }

  /** Returns the number in the clip of the first frame that a run over a part must read. */
  public final int firstFrame() {
    return part.firstRead();
  }

  /** Returns the part of the clip that this run computes, or null if it computes the whole clip. */
  final ClipPart part() {
    return part;
  }

  /**
   * Lets the session compute finished frames while the run reads the next ones. The run then writes
   * a frame up to {@value #USUAL_OVERLAP} frames later than it could. Without this call, each frame
   * is written as soon as the plan has all that the frame needs.
   */
  public final void useOverlap() {
    overlap = USUAL_OVERLAP;
  }

  /** Lets the run write each frame as soon as it can, also when it reads sources. */
  public final void limitDelay() {
    prompt = true;
  }

  /** Lets the run find shots by itself and look ahead only as far as the reach allows. */
  public final void findShots(Reach reach) {
    knownStarts = null;
    analysis = reach.limited() ? ShotAnalysis.within(reach.shots()) : ShotAnalysis.automatic();
  }

  /** Returns the first frames of shots that the run was given, or null. */
  final Collection<Integer> knownStarts() {
    return knownStarts;
  }

  /**
   * Reads both sources to their end; see {@code Deflicker.apply}. If a source fails, the frames
   * read before are finished and written, and then the failure is thrown.
   */
  public final void deflicker(FrameSource guide, FrameSource style, FrameSink output)
      throws IOException {
    FramePairs pairs = new FramePairs(sized(guide, style.format()), style);
    BlendRun<S, A> run = this;
    try (run) {
      run.openForSources(style.format(), output);
      while (advance(pairs)) {
        push(pairs.guide(), pairs.style());
      }
      finish();
    }
  }

  /** Opens the engine for a clip that is read from sources. */
  final void openForSources(VideoFormat videoFormat, FrameSink output) {
    if (!prompt) {
      useOverlap();
    }
    open("deflicker", videoFormat, output);
  }

  /** Reads the next frames. If a source fails, the frames read before are finished first. */
  private boolean advance(FramePairs pairs) throws IOException {
    try {
      return pairs.advance();
    } catch (IOException e) {
      finishAfter(e, this::finish);
      throw e;
    }
  }

  /** Returns whether a part is finished, and then writes all its frames. */
  final boolean endsPart(PartEnd end) throws IOException {
    if (framesBlended == part.firstRead() || !end.isBefore(finished.added())) {
      return false;
    }
    finished.writeComputed(0);
    return true;
  }

  /** Work that may fail with an {@link IOException}. */
  interface Finish {
    void run() throws IOException;
  }

  /** Finishes a clip that cannot be read further, as if it ended there. */
  static void finishAfter(IOException failure, Finish finish) {
    try {
      finish.run();
    } catch (IOException | RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Opens the engine for a clip whose frames are pushed. The caller closes the run, also if this
   * method throws.
   *
   * <p>Runs can be chained: the sink of one run may push into the next, and {@link #finish} of the
   * first must then be called before {@code finish} of the second.
   *
   * @param stage name of the work in the progress
   * @param videoFormat format of guide and style; the frame count serves the progress only
   * @param output receives the finished frames during {@link #push} and {@link #finish}; neither
   *     committed nor closed
   */
  public final void open(String stage, VideoFormat videoFormat, FrameSink output) {
    if (clock != null) {
      throw new IllegalStateException("a run serves one clip and is open already");
    }
    format = videoFormat;
    clock = new ProgressClock(stage, format.frameCount(), monitor);
    int firstWritten = part == null ? 0 : part.firstWritten();
    finished = new FinishedFrames(output, monitor, this::report, firstWritten);
    matcher = openMatcher();
    if (part == null) {
      startShot(0, PlanStart.OF_SHOT);
    } else {
      startShot(part.shotStart(), part.start());
    }
    monitor.checkCancelled();
  }

  /**
   * Adds the next frame of the clip, and writes the frames that are finished with it.
   *
   * @param style null where the frame has none
   */
  public final void push(Frame guide, Frame style) throws IOException {
    Pair pair = new Pair(guide, style);
    framesRead++;
    isBlind = isBlind && guide.equals(style);
    analysis.push(guide);
    waiting.add(pair);
    while (analysis.isReady()) {
      blend(analysis.next());
    }
    monitor.checkCancelled();
  }

  /**
   * Adds the next frame of the clip, of which the caller knows whether it starts a shot. A run is
   * either fed by this method alone or finds the shots itself.
   */
  final void push(Frame guide, Frame style, boolean startsShot) throws IOException {
    framesRead++;
    waiting.add(new Pair(guide, style));
    blend(new ShotFrame(startsShot ? Kind.STARTS : Kind.CONTINUES, Exposure.USUAL));
    monitor.checkCancelled();
  }

  /** Ends the clip and writes the frames that are left. */
  public final void finish() throws IOException {
    while (analysis.isWaiting()) {
      blend(analysis.next());
    }
    endShot();
  }

  /** Closes session and engine. A second call does nothing. */
  @Override
  public final void close() {
    PatchMatcher opened = matcher;
    matcher = null;
    try (opened) {
      closeSession();
    }
  }

  private void blend(ShotFrame found) throws IOException {
    int frame = framesBlended++;
    Pair pair = waiting.remove();
    if (found.kind() == Kind.STARTS && !frames.isEmpty()) {
      endShot();
      startShot(frame, PlanStart.OF_SHOT);
    }
    if (found.kind() == Kind.FLASH && !isBlind && leavesOutFlashes()) {
      finished.write(frame, pair.style);
      plan.skip(actions());
      return;
    }
    Exposure exposure = isBlind ? Exposure.USUAL : found.exposure();
    int inShot = frames.add(frame, exposure);
    putGuide(inShot, exposure.toUsual(pair.guide));
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
      close(session);
      session = null;
    }
  }

  private void endShot() throws IOException {
    plan.end(frames.size(), actions());
    finished.writeComputed(0);
  }

  private void startShot(int first, PlanStart start) {
    closeSession();
    session = open(matcher, format.width(), format.height());
    plan = plan(first, start);
    frames = new ShotFrames(start.arrives());
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

  /** Writes a finished frame of the shot, now or when a few more frames are computed. */
  final void write(int frame, Supplier<Frame> usual) throws IOException {
    finished.add(frames.inClip(frame), frames.exposure(frame), usual);
    finished.writeComputed(overlap);
  }

  /** Writes a picture for a frame of the shot that has the brightness of the clip already. */
  final void writeUnchanged(int frame, Frame picture) throws IOException {
    finished.write(frames.inClip(frame), picture);
  }

  final void report() {
    clock.report(framesRead, finished.written());
  }

  @Override
  public final void dropFrame(int frame) {
    forget(frame);
    frames.drop(frame);
    dropped(frame);
  }

  /** Called when the plan has released a frame of the shot. */
  void dropped(int frame) {}
}
