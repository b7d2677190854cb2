package org.diffsynth.patchmatch;

import static org.diffsynth.match.NearestNeighborField.packedX;
import static org.diffsynth.match.NearestNeighborField.packedY;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.text.Text;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.PatchMatchOptions.SearchSchedule;
import org.diffsynth.patchmatch.engine.CpuEngine;
import org.diffsynth.patchmatch.engine.Picture;
import org.diffsynth.patchmatch.engine.Pyramid;
import org.diffsynth.patchmatch.engine.WorkerPool;
import org.diffsynth.spi.BlendSession.Remap;
import org.diffsynth.spi.MatchSession;
import org.diffsynth.spi.MatchSession.MatchRequest;

/** The matching side of a run on the CPU: one task a search, guides and fields on the heap. */
abstract class CpuMatchSession implements MatchSession {

  final PatchMatchOptions options;
  final CpuEngine engine;
  final WorkerPool workers;
  final int width;
  final int height;
  private final int levelCount;
  private final Map<Integer, Pyramid> guides = new HashMap<>();
  private final Map<Integer, Picture> styles = new HashMap<>();
  private final Map<Pair, int[]> fields = new ConcurrentHashMap<>();
  private final Queue<int[]> spareFields = new ConcurrentLinkedQueue<>();

  private record Pair(int source, int target) {}

  CpuMatchSession(
      PatchMatchOptions options, CpuEngine engine, WorkerPool workers, int width, int height) {
    this.options = options;
    this.engine = engine;
    this.workers = workers;
    this.width = width;
    this.height = height;
    this.levelCount = Pyramid.levelCount(width, height, options.largestPatch());
  }

  @Override
  public void putGuide(int frame, Frame guide) {
    checkSize("guide", frame, guide);
    forget(guides.put(frame, Pyramid.of(Picture.of(guide), levelCount)));
  }

  @Override
  public void putStyle(int frame, Frame style) {
    checkSize("style", frame, style);
    putStyle(frame, Picture.of(style));
  }

  void putStyle(int frame, Picture style) {
    if (options.schedule() == SearchSchedule.PUBLISHED) {
      styles.put(frame, style);
    }
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
    workers.run(
        batch.size(),
        i -> {
          MatchRequest request = batch.get(i);
          int[] field =
              search(
                  request.source(),
                  request.target(),
                  request.start() instanceof Remap.Via via ? via : null,
                  options.schedule() == SearchSchedule.PUBLISHED ? style(request.source()) : null);
          keep(request.source(), request.target(), field);
        });
  }

  /**
   * Finds a field by the guides.
   *
   * @param via the kept fields to start from, or null to start from nothing
   * @param style picture over the source, which the published schedule compares; null with another
   * @return the field, which belongs to the caller
   */
  final int[] search(int source, int target, Remap.Via via, Picture style) {
    Pyramid sourceGuide = guide(source);
    Pyramid targetGuide = guide(target);
    if (via != null && options.schedule() == SearchSchedule.SWEEP) {
      int[] sourceOfMiddle = keptField(source, via.middle());
      int[] middleOfTarget = keptField(via.middle(), target);
      int[] field = spareField();
      compose(sourceOfMiddle, middleOfTarget, field);
      engine.refine(field, sourceGuide, targetGuide, null, source, target, via.iterations());
      return field;
    }
    int[] field = spareField();
    engine.fresh(sourceGuide, targetGuide, style, source, target, field);
    return field;
  }

  /** Two fields in a row: first to the middle frame, from there to the source. */
  private void compose(int[] sourceOfMiddle, int[] middleOfTarget, int[] composed) {
    for (int i = 0; i < composed.length; i++) {
      int middle = middleOfTarget[i];
      composed[i] = sourceOfMiddle[packedY(middle) * width + packedX(middle)];
    }
  }

  final void keep(int source, int target, int[] field) {
    recycle(fields.put(new Pair(source, target), field));
  }

  final void recycle(int[] field) {
    if (field != null) {
      spareFields.add(field);
    }
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
    keep(source, target, field.toPacked());
  }

  @Override
  public NearestNeighborField field(int source, int target) {
    return NearestNeighborField.ofPacked(width, height, keptField(source, target));
  }

  @Override
  public void dropField(int source, int target) {
    recycle(fields.remove(new Pair(source, target)));
  }

  @Override
  public void dropFrame(int frame) {
    forget(guides.remove(frame));
    styles.remove(frame);
  }

  @Override
  public void close() {
    guides.values().forEach(this::forget);
    guides.clear();
    styles.clear();
    fields.clear();
    spareFields.clear();
  }

  private void forget(Pyramid guide) {
    if (guide != null) {
      engine.forget(guide);
    }
  }

  final Pyramid guide(int frame) {
    return present(guides.get(frame), "guide of frame", frame);
  }

  private Picture style(int frame) {
    return present(styles.get(frame), "style of frame", frame);
  }

  /** Returns the kept field itself, packed, without a copy. */
  final int[] keptField(int source, int target) {
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
