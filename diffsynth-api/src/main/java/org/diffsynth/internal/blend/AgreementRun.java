package org.diffsynth.internal.blend;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.shots.KnownShots;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.spi.AgreementSession;
import org.diffsynth.spi.MatchSession.MatchRequest;
import org.diffsynth.spi.PatchMatcher;

/** A run of the default blend. */
public final class AgreementRun extends BlendRun<AgreementSession, AgreementActions>
    implements AgreementActions {

  /** Searches between two looks at the monitor; few, so that a cancelled run stops soon. */
  private static final int SEARCHES_PER_CHECK = 64;

  private final Reach reach;
  private int width;
  private int height;

  /** Creates a run of the default blend over one video. */
  public AgreementRun(
      Reach reach, PatchMatchOptions matching, ComputeOptions compute, Monitor monitor) {
    super(matching, compute, monitor);
    this.reach = reach;
  }

  @Override
  AgreementPlan plan(int first, PlanStart start) {
    return new AgreementPlan(reach, start);
  }

  @Override
  int firstRead(KnownShots shots, int from) {
    return shots.before(from, AgreementPlan.halo(reach));
  }

  @Override
  AgreementSession open(PatchMatcher engine, int frameWidth, int frameHeight) {
    width = frameWidth;
    height = frameHeight;
    AgreementSession whole = AgreementSession.open(engine, width, height, compute.threads());
    SmallGuides small = openSmallGuides(engine, width, height);
    return small == null ? whole : new SmallGuideAgreement(whole, small);
  }

  @Override
  AgreementActions actions() {
    return this;
  }

  @Override
  void close(AgreementSession opened) {
    opened.close();
  }

  @Override
  void putGuide(int frame, Frame guide) {
    session().putGuide(frame, guide);
  }

  @Override
  void forget(int frame) {
    session().dropFrame(frame);
  }

  @Override
  public void dropField(int source, int target) {
    session().dropField(source, target);
  }

  @Override
  void putStyle(int frame, Frame style) {
    session().putStyle(frame, style);
  }

  @Override
  public void match(List<MatchRequest> batch) {
    for (int start = 0; start < batch.size(); start += SEARCHES_PER_CHECK) {
      monitor.checkCancelled();
      List<MatchRequest> part =
          batch.subList(start, Math.min(start + SEARCHES_PER_CHECK, batch.size()));
      if (cachedFields() == null) {
        session().match(part);
      } else {
        matchWithCache(part, cachedFields());
      }
    }
    report();
  }

  private void matchWithCache(List<MatchRequest> batch, CachedFields cached) {
    List<MatchRequest> unknown = new ArrayList<>();
    for (MatchRequest request : batch) {
      if (!cached.restore(request.source(), request.target(), session(), frames())) {
        unknown.add(request);
      }
    }
    session().match(unknown);
    for (MatchRequest request : unknown) {
      if (cached.hasRoom(width, height)) {
        cached.store(request.source(), request.target(), session(), frames());
      }
    }
  }

  @Override
  public void agree(int frame, int first, int last) {
    monitor.checkCancelled();
    session().agree(frame, first, last);
  }

  @Override
  public void outputSteady(int frame, int first, int last) throws IOException {
    monitor.checkCancelled();
    write(frame, session().steadyLater(frame, first, last));
  }
}
