package org.diffsynth.patchmatch;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.diffsynth.frame.Frame;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.patchmatch.engine.CpuEngine;
import org.diffsynth.patchmatch.engine.Picture;
import org.diffsynth.patchmatch.engine.WorkerPool;
import org.diffsynth.spi.BlendSession;
import org.diffsynth.spi.BlendSession.Remap;

/** A carrying run on the CPU: one task a remap, pictures and sums on the heap. */
final class CpuBlendSession extends CpuMatchSession implements BlendSession {

  private final Map<Long, Picture> pictures = new HashMap<>();
  private final Map<Long, BlendSum> sums = new HashMap<>();
  private final Queue<Picture> sparePictures = new ConcurrentLinkedQueue<>();

  CpuBlendSession(
      PatchMatchOptions options, CpuEngine engine, WorkerPool workers, int width, int height) {
    super(options, engine, workers, width, height);
  }

  @Override
  public void putPicture(long picture, Frame value) {
    checkSize("picture", picture, value);
    pictures.put(picture, Picture.of(value));
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
      sum(remap.sum());
    }
  }

  private BlendSum sum(long number) {
    return sums.computeIfAbsent(number, created -> new BlendSum(width, height));
  }

  private void findAndCarry(Remap remap) {
    Picture picture = picture(remap.picture());
    int[] field =
        remap.start() instanceof Remap.AlignTo alignTo
            ? align(remap, picture, picture(alignTo.picture()))
            : search(
                remap.source(),
                remap.target(),
                remap.start() instanceof Remap.Via via ? via : null,
                picture);
    carry(remap, picture, field);
    if (remap.keepField()) {
      keep(remap.source(), remap.target(), field);
    } else {
      recycle(field);
    }
  }

  private int[] align(Remap remap, Picture picture, Picture agreed) {
    int from = remap.source();
    int to = remap.target();
    int[] kept = keptField(from, to);
    int[] field = spareField();
    System.arraycopy(kept, 0, field, 0, field.length);
    CpuEngine.StylePair styles = new CpuEngine.StylePair(picture, agreed);
    engine.refine(field, guide(from), guide(to), styles, from, to, Integer.MAX_VALUE);
    return field;
  }

  private void carry(Remap remap, Picture picture, int[] field) {
    Picture carried = spareOr(sparePictures, () -> Picture.blank(width, height));
    engine.carry(picture, field, carried);
    sums.get(remap.sum()).add(carried, remap.weight());
    sparePictures.add(carried);
  }

  @Override
  public void add(long picture, long sum, int weight) {
    sum(sum).add(picture(picture), weight);
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

  private Picture picture(long number) {
    return present(pictures.get(number), "picture", number);
  }

  private BlendSum removeSum(long number) {
    return present(sums.remove(number), "sum", number);
  }
}
