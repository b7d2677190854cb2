package org.diffsynth.patchmatch;

import static org.diffsynth.match.NearestNeighborField.packedX;
import static org.diffsynth.match.NearestNeighborField.packedY;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.text.Text;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.PatchMatchOptions.SearchSchedule;
import org.diffsynth.patchmatch.engine.CompactField;
import org.diffsynth.patchmatch.engine.CpuEngine;
import org.diffsynth.patchmatch.engine.JobGroup;
import org.diffsynth.patchmatch.engine.JobResult;
import org.diffsynth.patchmatch.engine.Picture;
import org.diffsynth.patchmatch.engine.Pyramid;
import org.diffsynth.patchmatch.engine.WorkerPool;
import org.diffsynth.spi.BlendSession.Remap;
import org.diffsynth.spi.MatchSession;
import org.diffsynth.spi.MatchSession.MatchRequest;

/**
 * The matching side of a run on the CPU: one job a search, guides and fields on the heap. A call
 * creates jobs and returns; a call that needs a result waits for it. So the stages of neighbouring
 * frames overlap.
 *
 * <p>A window keeps more than a hundred fields, nearly all of which wait, so they are kept as
 * {@link CompactField}s.
 */
abstract class CpuMatchSession implements MatchSession {

  final PatchMatchOptions options;
  final CpuEngine engine;
  final JobGroup jobs;
  final int width;
  final int height;
  private final int levelCount;
  final Map<Integer, JobResult<Pyramid>> guides = new HashMap<>();
  private final Map<Integer, JobResult<Picture>> styles = new HashMap<>();
  private final Map<Pair, JobResult<CompactField>> fields = new HashMap<>();
  private final Queue<int[]> spareFields = new ConcurrentLinkedQueue<>();

  private record Pair(int source, int target) {}

  CpuMatchSession(
      PatchMatchOptions options, CpuEngine engine, WorkerPool workers, int width, int height) {
    this.options = options;
    this.engine = engine;
    this.jobs = new JobGroup(workers);
    this.width = width;
    this.height = height;
    this.levelCount = Pyramid.levelCount(width, height, options.largestPatch());
  }

  @Override
  public void putGuide(int frame, Frame guide) {
    checkSize("guide", frame, guide);
    JobResult<Pyramid> pyramid =
        jobs.make(true, List.of(), List.of(), () -> Pyramid.of(Picture.of(guide), levelCount));
    forget(guides.put(frame, pyramid));
  }

  @Override
  public void putStyle(int frame, Frame style) {
    checkSize("style", frame, style);
    putStyle(frame, picture(style));
  }

  /** Keeps the style of a frame where the session reads it. */
  void putStyle(int frame, JobResult<Picture> style) {
    if (options.schedule() == SearchSchedule.PUBLISHED) {
      styles.put(frame, style);
    }
  }

  final JobResult<Picture> picture(Frame frame) {
    return jobs.make(true, List.of(), List.of(), () -> Picture.of(frame));
  }

  final void checkSize(String what, long number, Frame frame) {
    if (frame.width() != width || frame.height() != height) {
      throw new IllegalArgumentException(
          Text.format(
              "%s %d must be %dx%d, but was %s", what, number, width, height, frame.size()));
    }
  }

  @Override
  public void match(List<MatchRequest> batch) {
    for (MatchRequest request : batch) {
      boolean readsStyle = options.schedule() == SearchSchedule.PUBLISHED;
      Search search =
          search(
              request.source(),
              request.target(),
              request.start() instanceof Remap.Via via ? via : null,
              readsStyle ? style(request.source()) : null);
      keep(
          request.source(),
          request.target(),
          jobs.make(false, search.reads(), List.of(), () -> compact(search.work().get())));
    }
  }

  /**
   * A search for a field.
   *
   * @param reads results that the search reads
   * @param work finds the field, which the caller gives back with {@link #recycle}
   */
  record Search(List<JobResult<?>> reads, Supplier<int[]> work) {}

  /**
   * Describes a search for a field by the guides.
   *
   * @param via the kept fields to start from, or null to start from nothing
   * @param style picture over the source, which the published schedule compares; null with another
   */
  final Search search(int source, int target, Remap.Via via, JobResult<Picture> style) {
    JobResult<Pyramid> sourceGuide = guide(source);
    JobResult<Pyramid> targetGuide = guide(target);
    if (via != null && options.schedule() == SearchSchedule.SWEEP) {
      JobResult<CompactField> sourceOfMiddle = keptField(source, via.middle());
      JobResult<CompactField> middleOfTarget = keptField(via.middle(), target);
      return new Search(
          List.of(sourceGuide, targetGuide, sourceOfMiddle, middleOfTarget),
          () -> {
            int[] field = spareField();
            compose(sourceOfMiddle.get(), middleOfTarget.get(), field);
            engine.refine(
                field,
                sourceGuide.get(),
                targetGuide.get(),
                null,
                source,
                target,
                via.iterations(),
                via.probing());
            return field;
          });
    }
    return new Search(
        style == null
            ? List.of(sourceGuide, targetGuide)
            : List.of(sourceGuide, targetGuide, style),
        () -> {
          int[] field = spareField();
          Picture carried = style == null ? null : style.get();
          engine.fresh(sourceGuide.get(), targetGuide.get(), carried, source, target, field);
          return field;
        });
  }

  /** Two fields in a row: first to the middle frame, from there to the source. */
  private void compose(CompactField sourceOfMiddle, CompactField middleOfTarget, int[] composed) {
    int[] sources = spareField();
    sourceOfMiddle.read(sources);
    middleOfTarget.read(composed);
    for (int i = 0; i < composed.length; i++) {
      int middle = composed[i];
      composed[i] = sources[packedY(middle) * width + packedX(middle)];
    }
    recycle(sources);
  }

  final void keep(int source, int target, JobResult<CompactField> field) {
    release(fields.put(new Pair(source, target), field));
  }

  /** Frees a field, which may be null, once no job reads it; sums may keep the result itself. */
  private static void release(JobResult<CompactField> field) {
    if (field != null) {
      field.drop(value -> {});
    }
  }

  /** Returns a compact copy of a field, which is given back. */
  final CompactField compact(int[] field) {
    CompactField kept = CompactField.of(width, field);
    recycle(field);
    return kept;
  }

  /** Gives the array of a field back. */
  final void recycle(int[] field) {
    spareFields.add(field);
  }

  final int[] spareField() {
    return spareOr(spareFields, () -> new int[width * height]);
  }

  static <T> T spareOr(Queue<T> spares, Supplier<T> maker) {
    T spare = spares.poll();
    return spare != null ? spare : maker.get();
  }

  @Override
  public void putField(int source, int target, NearestNeighborField field) {
    if (field.width() != width || field.height() != height) {
      throw new IllegalArgumentException(
          Text.format("field must be %dx%d, but was %s", width, height, field));
    }
    keep(source, target, JobResult.of(CompactField.of(width, field.toPacked())));
  }

  @Override
  public NearestNeighborField field(int source, int target) {
    int[] packed = new int[width * height];
    jobs.get(keptField(source, target)).read(packed);
    return NearestNeighborField.ofPacked(width, height, packed);
  }

  @Override
  public void dropField(int source, int target) {
    release(fields.remove(new Pair(source, target)));
  }

  @Override
  public void dropFrame(int frame) {
    forget(guides.remove(frame));
    styles.remove(frame);
  }

  @Override
  public void close() {
    jobs.close();
    guides.values().forEach(this::forget);
    guides.clear();
    styles.clear();
    fields.clear();
    spareFields.clear();
  }

  private void forget(JobResult<Pyramid> guide) {
    if (guide != null) {
      guide.drop(engine::forget);
    }
  }

  final JobResult<Pyramid> guide(int frame) {
    return present(guides.get(frame), "guide of frame", frame);
  }

  private JobResult<Picture> style(int frame) {
    return present(styles.get(frame), "style of frame", frame);
  }

  /** Returns the kept field. */
  final JobResult<CompactField> keptField(int source, int target) {
    return present(
        fields.get(new Pair(source, target)), "field from frame " + source + " to", target);
  }

  static <T> T present(T value, String what, long number) {
    if (value == null) {
      throw new IllegalStateException("this session holds no " + what + " " + number);
    }
    return value;
  }
}
