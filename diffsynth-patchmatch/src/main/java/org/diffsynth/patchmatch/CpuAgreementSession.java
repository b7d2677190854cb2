package org.diffsynth.patchmatch;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.diffsynth.frame.Frame;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.patchmatch.agreement.AgreementBlend;
import org.diffsynth.patchmatch.engine.CompactField;
import org.diffsynth.patchmatch.engine.CpuEngine;
import org.diffsynth.patchmatch.engine.JobResult;
import org.diffsynth.patchmatch.engine.Picture;
import org.diffsynth.patchmatch.engine.Pyramid;
import org.diffsynth.patchmatch.engine.WorkerPool;
import org.diffsynth.spi.AgreementSession;

/**
 * A default blend on the CPU: it reads the guides and fields of its own matching where they lie.
 *
 * <p>The blend serves one job at a time, so all that touches it is a chain of jobs, each after the
 * one before. The jobs of the chain run batches, in which all threads take part, and searches for
 * the next frames run beside the chain.
 */
final class CpuAgreementSession extends CpuMatchSession implements AgreementSession {

  /** Most fresh searches are between a frame and the one before, soon after it came. */
  private static final int SEARCHED_AFRESH = 2;

  private final AgreementBlend blend;
  private final Set<Integer> styled = new HashSet<>();
  private final Set<Integer> agreed = new HashSet<>();
  private JobResult<?> lastOfChain = JobResult.of(null);

  CpuAgreementSession(
      PatchMatchOptions options,
      CpuEngine engine,
      AgreementBlend.Factory blends,
      WorkerPool workers,
      int width,
      int height) {
    super(options, engine, workers, width, height);
    this.blend = blends.create(width, height, workers);
  }

  private <T> JobResult<T> chain(List<? extends JobResult<?>> reads, Supplier<T> work) {
    JobResult<T> next = jobs.make(true, reads, List.of(lastOfChain), work);
    lastOfChain = next;
    return next;
  }

  private void chain(List<? extends JobResult<?>> reads, Runnable work) {
    chain(
        reads,
        () -> {
          work.run();
          return null;
        });
  }

  @Override
  public void putGuide(int frame, Frame guide) {
    super.putGuide(frame, guide);
    JobResult<Pyramid> pyramid = guide(frame);
    chain(List.of(pyramid), () -> blend.putGuide(frame, pyramid.get().finest()));
    JobResult<Pyramid> earlier = guides.get(frame - SEARCHED_AFRESH);
    if (earlier != null) {
      chain(List.of(earlier), () -> trim(earlier.get()));
    }
  }

  private void trim(Pyramid guide) {
    engine.forget(guide);
    guide.trim();
  }

  @Override
  void putStyle(int frame, JobResult<Picture> style) {
    super.putStyle(frame, style);
    styled.add(frame);
    chain(List.of(style), () -> blend.putStyle(frame, style.get().samples()));
  }

  @Override
  public void agree(int frame, int first, int last) {
    Map<Integer, JobResult<CompactField>> fields = new HashMap<>();
    for (int source = first; source <= last; source++) {
      guide(source);
      check(styled, "style of frame", source);
      if (source != frame) {
        fields.put(source, keptField(source, frame));
      }
    }
    chain(
        List.copyOf(fields.values()),
        () -> blend.agree(frame, first, last, (source, target) -> fields.get(source).get()));
    agreed.add(frame);
  }

  private static void check(Set<Integer> frames, String what, int frame) {
    present(frames.contains(frame) ? frames : null, what, frame);
  }

  @Override
  public Frame steady(int frame, int first, int last) {
    return steadyLater(frame, first, last).get();
  }

  @Override
  public Supplier<Frame> steadyLater(int frame, int first, int last) {
    for (int neighbour = first; neighbour <= last; neighbour++) {
      guide(neighbour);
      check(agreed, "agreed picture of frame", neighbour);
    }
    agreed.removeIf(neighbour -> neighbour < first); // the blend frees them
    JobResult<Frame> finished = chain(List.of(), () -> blend.steady(frame, first, last));
    return () -> jobs.get(finished);
  }

  @Override
  public void dropFrame(int frame) {
    super.dropFrame(frame);
    styled.remove(frame);
    agreed.remove(frame);
    chain(List.of(), () -> blend.drop(frame));
  }
}
