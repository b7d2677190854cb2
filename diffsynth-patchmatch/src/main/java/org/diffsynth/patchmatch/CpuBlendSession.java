package org.diffsynth.patchmatch;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.diffsynth.frame.Frame;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.SearchSchedule;
import org.diffsynth.patchmatch.engine.CpuEngine;
import org.diffsynth.patchmatch.engine.Picture;
import org.diffsynth.patchmatch.engine.Pyramid;
import org.diffsynth.patchmatch.engine.WorkerPool;
import org.diffsynth.spi.BlendSession;
import org.diffsynth.spi.Remap;

/** A blending run on the CPU: one task a remap, guides and fields on the heap. */
final class CpuBlendSession implements BlendSession {

  private final PatchMatchOptions options;
  private final CpuEngine engine;
  private final WorkerPool workers;
  private final int width;
  private final int height;
  private final int levelCount;
  private final Map<Integer, Pyramid> guides = new HashMap<>();
  private final Map<Long, Picture> pictures = new HashMap<>();
  private final Map<Long, BlendSum> sums = new HashMap<>();
  private final Map<Pair, int[]> fields = new ConcurrentHashMap<>();
  private final Queue<int[]> spareFields = new ConcurrentLinkedQueue<>();
  private final Queue<Picture> sparePictures = new ConcurrentLinkedQueue<>();

  private record Pair(int source, int target) {}

  CpuBlendSession(
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
  public void putPicture(long picture, Frame value) {
    checkSize("picture", picture, value);
    pictures.put(picture, Picture.of(value));
  }

  private void checkSize(String what, long number, Frame frame) {
    if (frame.width() != width || frame.height() != height) {
      throw new IllegalArgumentException(
          "%s %d must be %dx%d, was %s".formatted(what, number, width, height, frame.size()));
    }
  }

  @Override
  public void remap(List<Remap> batch) {
    makeSums(batch);
    workers.run(batch.size(), i -> findAndCarry(batch.get(i)));
  }

  @Override
  public void carry(List<Remap> batch) {
    makeSums(batch);
    workers.run(
        batch.size(),
        i -> {
          Remap remap = batch.get(i);
          carry(remap, picture(remap.picture()), keptField(remap.source(), remap.target()));
        });
  }

  private void makeSums(List<Remap> batch) {
    for (Remap remap : batch) {
      if (remap.sum() != Remap.NO_SUM) {
        sums.computeIfAbsent(remap.sum(), sum -> new BlendSum(width, height));
      }
    }
  }

  private void findAndCarry(Remap remap) {
    Picture picture = remap.readsPicture(options.schedule()) ? picture(remap.picture()) : null;
    int[] field = search(remap, picture);
    if (remap.sum() != Remap.NO_SUM) {
      carry(remap, picture, field);
    }
    if (remap.keepField()) {
      recycle(fields.put(new Pair(remap.source(), remap.target()), field));
    } else {
      recycle(field);
    }
  }

  private void carry(Remap remap, Picture picture, int[] field) {
    Picture carried = spareOr(sparePictures, () -> Picture.blank(width, height));
    engine.carry(picture, field, carried);
    sums.get(remap.sum()).add(carried, remap.weight());
    sparePictures.add(carried);
  }

  private int[] search(Remap remap, Picture picture) {
    int from = remap.source();
    int to = remap.target();
    Pyramid source = guide(from);
    Pyramid target = guide(to);
    if (remap.start() instanceof Remap.AlignTo alignTo) {
      int[] kept = keptField(from, to);
      Picture agreed = picture(alignTo.picture());
      int[] field = spareField();
      System.arraycopy(kept, 0, field, 0, field.length);
      engine.refine(field, source, target, new CpuEngine.StylePair(picture, agreed), from, to);
      return field;
    }
    if (remap.start() instanceof Remap.Via via && options.schedule() == SearchSchedule.SWEEP) {
      int[] sourceOfMiddle = keptField(from, via.middle());
      int[] middleOfTarget = keptField(via.middle(), to);
      int[] field = spareField();
      compose(sourceOfMiddle, middleOfTarget, field);
      engine.refine(field, source, target, null, from, to);
      return field;
    }
    int[] field = spareField();
    engine.fresh(source, target, picture, from, to, field);
    return field;
  }

  /** Two fields in a row: first to the middle frame, from there to the source. */
  private void compose(int[] sourceOfMiddle, int[] middleOfTarget, int[] composed) {
    for (int i = 0; i < composed.length; i++) {
      int middle = middleOfTarget[i];
      composed[i] = sourceOfMiddle[(middle >>> 16) * width + (middle & 0xFFFF)];
    }
  }

  private int[] spareField() {
    return spareOr(spareFields, () -> new int[width * height]);
  }

  private static <T> T spareOr(Queue<T> spares, Supplier<T> maker) {
    T spare = spares.poll();
    return spare != null ? spare : maker.get();
  }

  private void recycle(int[] field) {
    if (field != null) {
      spareFields.add(field);
    }
  }

  @Override
  public void add(long picture, long sum, int weight) {
    sums.computeIfAbsent(sum, created -> new BlendSum(width, height)).add(picture(picture), weight);
  }

  @Override
  public void finish(long sum, long picture) {
    pictures.put(picture, removeSum(sum).mean());
  }

  @Override
  public Frame take(long sum) {
    return removeSum(sum).mean().toFrame();
  }

  @Override
  public void putField(int source, int target, NearestNeighborField field) {
    if (field.width() != width || field.height() != height) {
      throw new IllegalArgumentException(
          "field must be %dx%d, was %s".formatted(width, height, field));
    }
    recycle(fields.put(new Pair(source, target), field.toPacked()));
  }

  @Override
  public NearestNeighborField field(int source, int target) {
    return NearestNeighborField.ofPacked(width, height, keptField(source, target));
  }

  @Override
  public void dropGuide(int frame) {
    forget(guides.remove(frame));
  }

  @Override
  public void dropPicture(long picture) {
    pictures.remove(picture);
  }

  @Override
  public void dropField(int source, int target) {
    recycle(fields.remove(new Pair(source, target)));
  }

  @Override
  public void close() {
    guides.values().forEach(this::forget);
    guides.clear();
    pictures.clear();
    sums.clear();
    fields.clear();
    spareFields.clear();
    sparePictures.clear();
  }

  private void forget(Pyramid guide) {
    if (guide != null) {
      engine.forget(guide);
    }
  }

  private Pyramid guide(int frame) {
    return present(guides.get(frame), "guide of frame", frame);
  }

  private Picture picture(long number) {
    return present(pictures.get(number), "picture", number);
  }

  private BlendSum removeSum(long number) {
    return present(sums.remove(number), "sum", number);
  }

  private int[] keptField(int source, int target) {
    return present(
        fields.get(new Pair(source, target)), "field from frame " + source + " to", target);
  }

  private static <T> T present(T value, String what, long number) {
    if (value == null) {
      throw new IllegalStateException("this session holds no " + what + " " + number);
    }
    return value;
  }
}
