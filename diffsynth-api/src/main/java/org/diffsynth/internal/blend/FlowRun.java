package org.diffsynth.internal.blend;

import java.io.IOException;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.shots.KnownShots;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.spi.FlowSession;
import org.diffsynth.spi.PatchMatcher;

/** A run of the average along optical flow. */
public final class FlowRun extends BlendRun<FlowSession, FlowActions> implements FlowActions {

  private final int windowRadius;

  /** Creates a run over one video. */
  public FlowRun(int windowRadius, ComputeOptions compute, Monitor monitor) {
    super(PatchMatchOptions.DEFAULT, compute, monitor);
    this.windowRadius = windowRadius;
  }

  @Override
  BlendPlan<FlowActions> plan(int first, PlanStart start) {
    return new FlowPlan(windowRadius, start);
  }

  @Override
  int firstRead(KnownShots shots, int from) {
    return shots.before(from, windowRadius);
  }

  /** Returns null: no patches are matched. */
  @Override
  PatchMatcher openMatcher() {
    return null;
  }

  @Override
  FlowSession open(PatchMatcher none, int width, int height) {
    return FlowSession.open(compute, width, height);
  }

  @Override
  void close(FlowSession opened) {
    opened.close();
  }

  @Override
  FlowActions actions() {
    return this;
  }

  @Override
  void putGuide(int frame, Frame guide) {
    session().putGuide(frame, guide);
  }

  @Override
  void putStyle(int frame, Frame style) {
    session().putStyle(frame, style);
  }

  @Override
  void forget(int frame) {
    session().dropFrame(frame);
  }

  @Override
  public void exchange(int first, int second) {
    monitor.checkCancelled();
    session().exchange(first, second);
  }

  @Override
  public void outputMean(int frame) throws IOException {
    Frame mean = session().mean(frame);
    write(frame, () -> mean);
  }
}
