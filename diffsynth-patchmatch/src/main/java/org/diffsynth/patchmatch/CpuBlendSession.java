package org.diffsynth.patchmatch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.diffsynth.frame.Frame;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.patchmatch.engine.CompactField;
import org.diffsynth.patchmatch.engine.CpuEngine;
import org.diffsynth.patchmatch.engine.JobResult;
import org.diffsynth.patchmatch.engine.Picture;
import org.diffsynth.patchmatch.engine.Pyramid;
import org.diffsynth.patchmatch.engine.WorkerPool;
import org.diffsynth.spi.BlendSession;
import org.diffsynth.spi.BlendSession.Remap;

/** A carrying run on the CPU: one job a remap, pictures and sums on the heap. */
final class CpuBlendSession extends CpuMatchSession implements BlendSession {

  private final Map<Long, JobResult<Picture>> pictures = new HashMap<>();
  private final Map<Long, Sum> sums = new HashMap<>();
  private final Queue<Picture> sparePictures = new ConcurrentLinkedQueue<>();

  /**
   * A sum and the jobs that add to it.
   *
   * @param parts results of these jobs
   */
  private record Sum(BlendSum total, List<JobResult<?>> parts) {}

  CpuBlendSession(
      PatchMatchOptions options, CpuEngine engine, WorkerPool workers, int width, int height) {
    super(options, engine, workers, width, height);
  }

  @Override
  public void putPicture(long picture, Frame value) {
    checkSize("picture", picture, value);
    pictures.put(picture, picture(value));
  }

  @Override
  public void remap(List<Remap> batch) {
    batch.forEach(this::remap);
  }

  private void remap(Remap remap) {
    JobResult<Picture> picture = picture(remap.picture());
    Search search =
        remap.start() instanceof Remap.AlignTo alignTo
            ? align(remap, picture, picture(alignTo.picture()))
            : search(
                remap.source(),
                remap.target(),
                remap.start() instanceof Remap.Via via ? via : null,
                picture);
    Sum sum = sum(remap.sum());
    List<JobResult<?>> reads = new ArrayList<>(search.reads());
    reads.add(picture);
    JobResult<CompactField> field =
        jobs.make(
            false,
            reads,
            List.of(),
            () -> {
              int[] found = search.work().get();
              carry(picture.get(), found, sum, remap.weight());
              if (remap.keepField()) {
                return compact(found);
              }
              recycle(found);
              return null;
            });
    sum.parts.add(field);
    if (remap.keepField()) {
      keep(remap.source(), remap.target(), field);
    }
  }

  private Search align(Remap remap, JobResult<Picture> picture, JobResult<Picture> agreed) {
    int from = remap.source();
    int to = remap.target();
    JobResult<CompactField> kept = keptField(from, to);
    JobResult<Pyramid> source = guide(from);
    JobResult<Pyramid> target = guide(to);
    return new Search(
        List.of(kept, source, target, agreed),
        () -> {
          int[] field = spareField();
          kept.get().read(field);
          CpuEngine.StylePair styles = new CpuEngine.StylePair(picture.get(), agreed.get());
          engine.refine(
              field, source.get(), target.get(), styles, from, to, Integer.MAX_VALUE, true);
          return field;
        });
  }

  @Override
  public void carry(List<Remap> batch) {
    for (Remap remap : batch) {
      JobResult<Picture> picture = picture(remap.picture());
      JobResult<CompactField> field = keptField(remap.source(), remap.target());
      Sum sum = sum(remap.sum());
      addPart(
          sum,
          List.of(picture, field),
          () -> {
            int[] found = spareField();
            field.get().read(found);
            carry(picture.get(), found, sum, remap.weight());
            recycle(found);
          });
    }
  }

  private void carry(Picture picture, int[] field, Sum sum, int weight) {
    Picture carried = spareOr(sparePictures, () -> Picture.blank(width, height));
    engine.carry(picture, field, carried);
    sum.total.add(carried, weight);
    sparePictures.add(carried);
  }

  @Override
  public void add(long number, long sumNumber, int weight) {
    JobResult<Picture> picture = picture(number);
    Sum sum = sum(sumNumber);
    addPart(sum, List.of(picture), () -> sum.total.add(picture.get(), weight));
  }

  private void addPart(Sum sum, List<JobResult<?>> reads, Runnable work) {
    sum.parts.add(
        jobs.make(
            true,
            reads,
            List.of(),
            () -> {
              work.run();
              return null;
            }));
  }

  @Override
  public void finish(long number, long picture) {
    Sum sum = removeSum(number);
    pictures.put(picture, jobs.make(true, List.of(), sum.parts, sum.total::mean));
  }

  @Override
  public Frame take(long sum) {
    return takeLater(sum).get();
  }

  @Override
  public Supplier<Frame> takeLater(long number) {
    Sum sum = removeSum(number);
    JobResult<Frame> frame =
        jobs.make(true, List.of(), sum.parts, () -> sum.total.mean().toFrame());
    return () -> jobs.get(frame);
  }

  @Override
  public void dropPicture(long picture) {
    pictures.remove(picture);
  }

  @Override
  public void close() {
    super.close();
    pictures.clear();
    sums.clear();
    sparePictures.clear();
  }

  private JobResult<Picture> picture(long number) {
    return present(pictures.get(number), "picture", number);
  }

  private Sum sum(long number) {
    return sums.computeIfAbsent(
        number, created -> new Sum(new BlendSum(width, height), new ArrayList<>()));
  }

  private Sum removeSum(long number) {
    return present(sums.remove(number), "sum", number);
  }
}
